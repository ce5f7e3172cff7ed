package sim

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/going-green/greenlet/hub"
)

// turns is the [hub.Chance] of a run. The place of a turn are the tasks that are ready, not
// the number of the turn in the run, and what is drawn is who comes before whom of these, however
// they have come: so one fault less leaves the others what they are.
type turns struct {
	in     *injector
	sites  map[uint64]*chances // of turns, by a hash of the numbers; never ranged over
	timers []*chances          // by how many
	block  *chances
	tasks  []*hub.Task // used by Turn
	order  []int       // used by Timers
}

func (in *injector) newTurns() *turns {
	return &turns{in: in, sites: map[uint64]*chances{}, block: in.chances("block", "")}
}

func (t *turns) Turn(ready []*hub.Task) {
	t.tasks = append(t.tasks[:0], ready...)
	slices.SortFunc(t.tasks, func(a, b *hub.Task) int { return cmp.Compare(a.Number(), b.Number()) })
	c := t.site(t.tasks)
	if c.next() {
		c.shuffle(len(t.tasks), func(i, j int) { t.tasks[i], t.tasks[j] = t.tasks[j], t.tasks[i] })
		if !slices.Equal(t.tasks, ready) && c.forces(t.tasks) {
			copy(ready, t.tasks)
		}
	}
	clear(t.tasks)
}

// site is that of the turns of tasks.
func (t *turns) site(tasks []*hub.Task) *chances {
	key := uint64(len(tasks))
	for _, task := range tasks {
		key = mix(key*golden + uint64(task.Number()))
	}
	c := t.sites[key]
	if c == nil {
		numbers := make([]string, len(tasks))
		for i, task := range tasks {
			numbers[i] = strconv.Itoa(task.Number())
		}
		c = t.in.chances(Turn, strings.Join(numbers, ","))
		t.sites[key] = c
	}
	return c
}

func (t *turns) Timers(n int, swap func(i, j int)) {
	for len(t.timers) <= n {
		t.timers = append(t.timers, nil)
	}
	c := t.timers[n]
	if c == nil {
		c = t.in.chances(Timers, strconv.Itoa(n))
		t.timers[n] = c
	}
	if !c.next() {
		return
	}
	t.order = t.order[:0]
	for i := range n {
		t.order = append(t.order, i)
	}
	c.shuffle(n, func(i, j int) { t.order[i], t.order[j] = t.order[j], t.order[i] })
	if !slices.IsSorted(t.order) && c.forces(nil) {
		c.shuffle(n, swap)
	}
}

func (t *turns) Block(longest time.Duration) time.Duration {
	t.block.n++
	return t.block.drawn(0).part(longest)
}

// next counts one more time at c, and reports whether an order may be drawn.
func (c *chances) next() bool {
	c.n++
	return c.in.only == nil || c.listed[c.n]
}

// shuffle draws an order of n things.
func (c *chances) shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, c.drawn(uint64(i)).below(i+1))
	}
}

// forces notes that an order is about to be another one than that in which things have come,
// and reports whether it may be.
func (c *chances) forces(tasks []*hub.Task) bool {
	return c.in.happens(Fault{c.at.kind, c.at.where, c.n}, tasks)
}

// told says of tasks, which run in that order, where they stand, if anybody wants to know.
func (in *injector) told(tasks []*hub.Task) string {
	if r := in.net.recorder; r == nil || r.quick || len(tasks) == 0 {
		return ""
	}
	var list []string
	for _, t := range tasks {
		s := t.State()
		text := fmt.Sprintf("task %d (%s)", s.Number, path.Base(s.Func))
		if line := firstUsers(s.Stack); line != "" {
			text += " at " + line
		}
		list = append(list, text)
	}
	return ": " + strings.Join(list, ", then ")
}
