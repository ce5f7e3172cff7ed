package conformance

import (
	"fmt"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

// The matrix of states and operations: what each operation does to a greenlet
// in each state, when plain code or another greenlet is who does it.

//greenlet:resumable
func echoes(v any) any {
	for {
		v = greenlet.Current().Parent().Switch(fmt.Sprint("echo ", v))
		if v == "return" {
			return "returned"
		}
	}
}

//greenlet:resumable
func operates(name string, to *greenlet.Greenlet) (string, any) {
	defer func() { recover() }()
	var got any
	if to == nil {
		to = greenlet.Current()
	}
	switch name {
	case "switch":
		got = to.Switch("v")
	case "throw":
		got = to.Throw(errTest)
	case "kill":
		got = to.Kill()
	}
	return "done", got
}

// outcome does the operation in plain code, and says what that came to.
func outcome(name string, g *greenlet.Greenlet) string {
	var got any
	v := caught(func() {
		switch name {
		case "switch":
			got = g.Switch("v")
		case "throw":
			got = g.Throw(errTest)
		case "kill":
			got = g.Kill()
		case "reparent":
			g.SetParent(greenlet.New(newLeafFrame(0)))
			got = "ok"
		}
	})
	if e, ok := v.(*greenlet.StateError); ok {
		v = e.Op + " refused"
	}
	if v != nil {
		return fmt.Sprint("panic: ", v)
	}
	return fmt.Sprint(got)
}

func TestMatrix(t *testing.T) {
	states := map[string]func() *greenlet.Greenlet{
		"unstarted": func() *greenlet.Greenlet { return greenlet.New(newEchoesFrame(nil)) },
		"no run":    func() *greenlet.Greenlet { return greenlet.NewChild(greenlet.Main(), nil) },
		"suspended": func() *greenlet.Greenlet {
			g := greenlet.New(newEchoesFrame(nil))
			g.Switch()
			return g
		},
		"dead": func() *greenlet.Greenlet {
			g := greenlet.New(newLeafFrame(0))
			g.Switch()
			return g
		},
		"main": greenlet.Main,
	}
	for _, c := range []struct {
		state, op string
		want      string
		dead      bool
	}{
		{"unstarted", "switch", "echo v", false},
		{"unstarted", "throw", "panic: some error", true},
		{"unstarted", "kill", "greenlet: exit", true},
		{"unstarted", "reparent", "ok", false},
		{"no run", "switch", "panic: switch refused", false},
		{"no run", "throw", "panic: throw refused", false},
		{"no run", "kill", "panic: throw refused", false},
		{"no run", "reparent", "ok", false},
		{"suspended", "switch", "echo v", false},
		{"suspended", "throw", "panic: some error", true},
		{"suspended", "kill", "greenlet: exit", true},
		{"suspended", "reparent", "ok", false},
		{"dead", "switch", "v", true},
		{"dead", "throw", "panic: some error", true},
		{"dead", "kill", "greenlet: exit", true},
		{"dead", "reparent", "ok", true},
		{"main", "switch", "v", false}, // plain code is Main: a switch to itself
		{"main", "throw", "panic: some error", false},
		{"main", "kill", "greenlet: exit", false},
		{"main", "reparent", "panic: SetParent refused", false},
	} {
		t.Run(c.state+"/"+c.op, func(t *testing.T) {
			g := states[c.state]()
			assert.Equal(t, c.want, outcome(c.op, g))
			assert.Equal(t, c.dead, g.Dead())
			assert.Equal(t, c.dead, g.Started() && !g.Active())
		})
	}

	// By a greenlet. What arrives in Main is what its Switch returns.
	for _, c := range []struct {
		state, op string
		want      string
		dead      bool // the target, afterwards
	}{
		{"unstarted", "switch", "echo v", false},
		{"unstarted", "throw", "panic: some error", true},
		{"unstarted", "kill", "greenlet: exit", true},
		{"suspended", "switch", "echo v", false},
		{"suspended", "throw", "panic: some error", true},
		{"suspended", "kill", "greenlet: exit", true},
		{"no run", "switch", "[ <nil>]", false}, // refused, recovered
		{"no run", "throw", "[ <nil>]", false},
		{"dead", "switch", "v", true},
		{"dead", "throw", "panic: some error", true},
		{"dead", "kill", "greenlet: exit", true},
		{"main", "switch", "v", false},
		{"main", "throw", "panic: some error", false},
		{"main", "kill", "greenlet: exit", false},
		{"self", "switch", "[done v]", true},
		{"self", "throw", "[ <nil>]", true}, // raised right here, recovered
		{"self", "kill", "[ <nil>]", true},
		{"dead child of self", "switch", "[done v]", true},
		{"dead child of self", "throw", "[ <nil>]", true},
		{"dead child of self", "kill", "[done greenlet: exit]", true},
	} {
		t.Run("greenlet/"+c.state+"/"+c.op, func(t *testing.T) {
			g := greenlet.NewChild(greenlet.Main(), nil)
			var to *greenlet.Greenlet
			switch c.state {
			case "self":
			case "dead child of self":
				to = deadOne()
				to.SetParent(g)
			default:
				to = states[c.state]()
			}
			g.SetRun(newOperatesFrame(c.op, to))
			var got any
			if v := caught(func() { got = g.Switch() }); v != nil {
				got = fmt.Sprint("panic: ", v)
			}
			assert.Equal(t, c.want, fmt.Sprint(got))
			if to == nil {
				to = g
			}
			assert.Equal(t, c.dead, to.Dead())
		})
	}

	// One that runs elsewhere: on another goroutine, or below plain code that
	// it has called.
	for _, op := range []string{"switch", "throw", "kill"} {
		want := "panic: throw refused"
		if op == "switch" {
			want = "panic: switch refused"
		}
		t.Run("another goroutine/"+op, func(t *testing.T) {
			whileRunning(func(g *greenlet.Greenlet) {
				assert.Equal(t, want, outcome(op, g))
				assert.True(t, g.Active())
			})
		})
		t.Run("below/"+op, func(t *testing.T) {
			var g *greenlet.Greenlet
			got := ""
			g = greenlet.New(newCallsPlainFrame(func() { got = outcome(op, g) }))
			g.Switch()
			assert.Equal(t, want, got)
			assert.True(t, g.Dead())
		})
	}
	t.Run("below/reparent", func(t *testing.T) {
		var g *greenlet.Greenlet
		got := ""
		g = greenlet.New(newCallsPlainFrame(func() { got = outcome("reparent", g) }))
		g.Switch()
		assert.Equal(t, "ok", got)
		assert.NotSame(t, greenlet.Main(), g.Parent())
	})
}

// TestEndBelow: what a greenlet ends with goes to the plain caller if its
// parent is running below that.
func TestEndBelow(t *testing.T) {
	for _, c := range []struct {
		f    func(parent *greenlet.Greenlet) *greenlet.Greenlet
		op   string
		want string
	}{
		{func(p *greenlet.Greenlet) *greenlet.Greenlet { return greenlet.NewChild(p, newLeafFrame(3)) }, "switch", "is started with argument 1 of type string, want int"},
		{func(p *greenlet.Greenlet) *greenlet.Greenlet { return greenlet.NewChild(p, newStandsFrame()) }, "kill", "greenlet: exit"},
		{func(p *greenlet.Greenlet) *greenlet.Greenlet { return greenlet.NewChild(p, newRaisesFrame(nil)) }, "throw", "panic: some error"},
	} {
		var g *greenlet.Greenlet
		got := ""
		g = greenlet.New(newCallsPlainFrame(func() { got = outcome(c.op, c.f(g)) }))
		g.Switch()
		assert.Contains(t, got, c.want)
	}
	var g *greenlet.Greenlet
	var got any
	g = greenlet.New(newCallsPlainFrame(func() { got = greenlet.NewChild(g, newLeafFrame(3)).Switch() }))
	g.Switch()
	assert.Equal(t, 3, got)
}

//greenlet:resumable
func refusedThenYields(to *greenlet.Greenlet, seen *any) {
	refusedInt(to, seen)
	greenlet.Yield("yield")
}

//greenlet:resumable
func refusedInt(to *greenlet.Greenlet, seen *any) {
	defer func() { *seen = recover() }()
	greenlet.Switch[int](to, 1)
}

// TestRefusedSwitchAwaitsNothing: after a switch that could not be made, the
// next one receives what it says, not what the refused one would have.
func TestRefusedSwitchAwaitsNothing(t *testing.T) {
	var seen any
	g := greenlet.New(newRefusedThenYieldsFrame(greenlet.NewChild(greenlet.Main(), nil), &seen))
	assert.Equal(t, "yield", g.Switch())
	assert.IsType(t, &greenlet.StateError{}, seen)
	assert.Nil(t, g.Switch("not an int"))
	assert.True(t, g.Dead())
}

//greenlet:resumable
func awaitsInt() int { return greenlet.Exchange[int](0) }

//greenlet:resumable
func killsChild(g *greenlet.Greenlet, seen *any) {
	defer func() { *seen = recover() }()
	g.Kill()
}

// TestExitNotReceived: an Exit that the parent can't receive is raised there,
// as the TypeError it is.
func TestExitNotReceived(t *testing.T) {
	var seen any
	killer := greenlet.NewChild(greenlet.Main(), nil)
	parent := greenlet.New(newAwaitsIntFrame())
	parent.Switch()
	parent.SetParent(killer)
	child := greenlet.NewChild(parent, newLeafFrame(0))
	killer.SetRun(newKillsChildFrame(child, &seen))
	killer.Switch()
	assert.IsType(t, &greenlet.TypeError{}, seen)
	assert.True(t, parent.Dead())
	assert.True(t, child.Dead())
}
