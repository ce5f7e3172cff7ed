package sim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Always says what is true whenever the code comes here. In a [Simulation] the run fails if it is not, with
// name and details, whoever recovers what. Elsewhere it does nothing, for the price of an atomic load.
func Always(cond bool, name string, details ...any) {
	if running.Load() != 0 {
		here().Always(cond, name, details...)
	}
}

// Sometimes says what should be true in some run when the code comes here: a test whose runs never
// come where it is interesting finds nothing. See [Checks]. Elsewhere it does nothing, as Always.
func Sometimes(cond bool, name string) {
	if running.Load() != 0 {
		here().Sometimes(cond, name)
	}
}

// Reachable says that the code should come here in some run. See [Checks].
func Reachable(name string) { Sometimes(true, name) }

// Broken is the error of a run in which something was not true that [Always] says.
type Broken struct {
	Name    string
	Details []any
}

func (b *Broken) Error() string {
	text := "sim: not always: " + b.Name
	if len(b.Details) > 0 {
		text += ": " + strings.TrimSuffix(fmt.Sprintln(b.Details...), "\n")
	}
	return text
}

// Always is the function of that name. It does nothing for nil.
func (n *Network) Always(cond bool, name string, details ...any) {
	if n == nil {
		return
	}
	n.tally(name, cond).always = true
	if !cond {
		err := &Broken{name, details}
		n.hub.Tracef("%v", err)
		if n.fail != nil {
			n.fail(err)
		}
	}
}

// Sometimes is the function of that name. It does nothing for nil.
func (n *Network) Sometimes(cond bool, name string) {
	if n != nil {
		n.tally(name, cond)
	}
}

// Reachable is the function of that name. It does nothing for nil.
func (n *Network) Reachable(name string) { n.Sometimes(true, name) }

// tally is what a run has seen of a check.
type tally struct{ always, true, false bool }

func (n *Network) tally(name string, cond bool) *tally {
	t := n.checks[name]
	if t == nil {
		t = &tally{}
		n.checks[name] = t
	}
	if cond {
		t.true = true
	} else {
		t.false = true
	}
	return t
}

// Checks collect over all runs of a [Simulation] what [Sometimes], [Reachable] and [Always] have said. A
// Checks may be that of several simulations, and be used by any goroutine.
type Checks struct {
	mu     sync.Mutex
	runs   int
	byName map[string]*check
}

// check is how many runs have come to a check, and how many found it true, or not.
type check struct {
	always            bool
	runs, true, false int
}

// Expect makes Checks that know of some: what no run has come to is missing as well then.
func Expect(names ...string) *Checks {
	c := &Checks{byName: map[string]*check{}}
	for _, name := range names {
		c.byName[name] = &check{}
	}
	return c
}

// add adds those of a run.
func (c *Checks) add(n *Network) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byName == nil {
		c.byName = map[string]*check{}
	}
	c.runs++
	for _, name := range slices.Sorted(maps.Keys(n.checks)) {
		t, k := n.checks[name], c.byName[name]
		if k == nil {
			k = &check{}
			c.byName[name] = k
		}
		k.always = k.always || t.always
		k.runs++
		k.true += b2i(t.true)
		k.false += b2i(t.false)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Missing are the names of what never happened in any run, sorted: what was never true, and what is
// expected and no run has come to.
func (c *Checks) Missing() (names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(c.byName)) {
		if c.byName[name].true == 0 {
			names = append(names, name)
		}
	}
	return names
}

// String has a line for each: what never happened comes first.
func (c *Checks) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var never, others []string
	for _, name := range slices.Sorted(maps.Keys(c.byName)) {
		k := c.byName[name]
		switch {
		case k.runs == 0:
			never = append(never, fmt.Sprintf("never reached: %s", name))
		case k.true == 0:
			never = append(never, fmt.Sprintf("never true: %s, though %d of %d runs came there", name, k.runs, c.runs))
		case k.always:
			others = append(others, fmt.Sprintf("always: %s, in %d of %d runs", name, k.true, c.runs))
		default:
			others = append(others, fmt.Sprintf("sometimes: %s, in %d of %d runs", name, k.true, c.runs))
		}
	}
	return strings.Join(append(never, others...), "\n")
}
