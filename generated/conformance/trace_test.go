package conformance

import (
	"fmt"
	"sync"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

// events records what happens during f, with the names given.
func events(t *testing.T, names map[*greenlet.Greenlet]string, f func()) (list []string) {
	t.Helper()
	names[greenlet.Main()] = "main"
	old := greenlet.SetTrace(func(e greenlet.Event, from, to *greenlet.Greenlet) {
		list = append(list, fmt.Sprintf("%v %s %s", e, names[from], names[to]))
	})
	defer greenlet.SetTrace(old)
	caught(f)
	return list
}

type names = map[*greenlet.Greenlet]string

func TestGreenletTracing_test_a_greenlet_tracing(t *testing.T) {
	row(t, "")
	a, b := greenlet.New(newLeafFrame(0)), greenlet.New(newRaisesFrame(errTest))
	assert.Equal(t, []string{"switch main a", "switch a main", "switch main b", "throw b main"},
		events(t, names{a: "a", b: "b"}, func() { a.Switch(); b.Switch() }))
}

func TestGreenletTracing_test_b_exception_disables_tracing(t *testing.T) {
	row(t, "")
	var seen any
	g := greenlet.New(newRecoversFrame(&seen))
	g.Switch()
	calls := 0
	greenlet.SetTrace(func(greenlet.Event, *greenlet.Greenlet, *greenlet.Greenlet) {
		calls++
		panic(errTest)
	})
	assert.Equal(t, "recovered some error", g.Switch())
	assert.Equal(t, errTest, seen)
	assert.Equal(t, 1, calls)
	assert.Nil(t, greenlet.SetTrace(nil))
}

func TestGreenletTracing_test_set_same_tracer_twice(t *testing.T) {
	row(t, "")
	calls := 0
	fn := func(greenlet.Event, *greenlet.Greenlet, *greenlet.Greenlet) { calls++ }
	greenlet.SetTrace(fn)
	assert.NotNil(t, greenlet.SetTrace(fn))
	defer greenlet.SetTrace(nil)
	greenlet.New(newLeafFrame(0)).Switch()
	assert.Equal(t, 2, calls)
}

//greenlet:resumable
func doubles(v int) int {
	for {
		v = greenlet.Current().Parent().Switch(v * 2).(int)
	}
}

func TestBrokenGreenlets_test_reentrant_switch_two_greenlets(t *testing.T) {
	row(t, "a tracer is plain code: what it switches to runs in a run of its own, and the switch it is told of is kept")
	g, h := greenlet.New(newDoublesFrame(0)), greenlet.New(newDoublesFrame(0))
	g.Switch(1)
	h.Switch(1)
	inside := false
	greenlet.SetTrace(func(greenlet.Event, *greenlet.Greenlet, *greenlet.Greenlet) {
		if inside {
			return
		}
		inside = true
		assert.Equal(t, 200, h.Switch(100))
		inside = false
	})
	defer greenlet.SetTrace(nil)
	assert.Equal(t, 6, g.Switch(3))
	assert.Equal(t, 8, g.Switch(4))
}

func TestBrokenGreenlets_test_reentrant_switch_three_greenlets(t *testing.T) {
	row(t, "the receiver of the switch runs already: a tracer that switches to it gets a `*StateError`")
	g := greenlet.New(newDoublesFrame(0))
	g.Switch(1)
	var refused any
	greenlet.SetTrace(func(_ greenlet.Event, _, to *greenlet.Greenlet) {
		if to == g {
			refused = caught(func() { to.Switch(3) })
		}
	})
	assert.Equal(t, 6, g.Switch(3))
	greenlet.SetTrace(nil)
	assert.IsType(t, &greenlet.StateError{}, refused)
	assert.NotNil(t, caught(func() { g.Switch("not an int") }))
}

func TestBrokenGreenlets_test_reentrant_switch_three_greenlets2(t *testing.T) {
	row(t, "the nested switches of a tracer are traced in their order")
	g, h := greenlet.New(newDoublesFrame(0)), greenlet.New(newDoublesFrame(0))
	g.Switch(1)
	h.Switch(1)
	var list []string
	name := names{g: "g", h: "h", greenlet.Main(): "main"}
	greenlet.SetTrace(func(e greenlet.Event, from, to *greenlet.Greenlet) {
		list = append(list, fmt.Sprintf("%v %s %s", e, name[from], name[to]))
		if to == g {
			h.Switch(2)
		}
	})
	assert.Equal(t, 6, g.Switch(3))
	greenlet.SetTrace(nil)
	assert.Equal(t, []string{"switch main g", "switch main h", "switch h main", "switch g main"}, list)
}

//greenlet:resumable
func switchesToSelf() { greenlet.Current().Switch(1) }

//greenlet:resumable
func switchesTo(g *greenlet.Greenlet) { g.Switch() }

//greenlet:resumable
func throwsInto(g *greenlet.Greenlet, v any) { g.Throw(v) }

//greenlet:resumable
func setsTracer(list *[]string, me *greenlet.Greenlet) {
	greenlet.SetTrace(func(e greenlet.Event, from, to *greenlet.Greenlet) {
		s := fmt.Sprint(e)
		if from == me {
			s += " from me"
		}
		if to == me {
			s += " to me"
		}
		*list = append(*list, s)
	})
	greenlet.Yield(0)
}

func deadOne() *greenlet.Greenlet {
	g := greenlet.New(newLeafFrame(0))
	g.Switch()
	return g
}

func suspendedOne() *greenlet.Greenlet {
	g := greenlet.New(newStandsFrame())
	g.Switch()
	return g
}

// TestTraceTable has each line of the table of events.
func TestTraceTable(t *testing.T) {
	start := greenlet.New(newStandsFrame())
	self := greenlet.New(newSwitchesToSelfFrame())
	exits := greenlet.New(newRaisesFrame(greenlet.Exit))
	killed, killedSuspended, thrown := greenlet.New(newLeafFrame(0)), suspendedOne(), suspendedOne()
	dead := deadOne()
	toDead := greenlet.New(newSwitchesToFrame(dead))
	child := deadOne()
	toChild := greenlet.New(newSwitchesToFrame(child))
	child.SetParent(toChild)
	throws, throwsExit := greenlet.New(newThrowsIntoFrame(dead, errTest)), greenlet.New(newThrowsIntoFrame(dead, nil))
	parent := greenlet.New(newDoubleFrame(0))
	starts := greenlet.NewChild(parent, newLeafFrame(4))
	none := greenlet.NewChild(greenlet.Main(), nil)
	badArgs := greenlet.New(newLeafFrame(0))
	p1 := suspendedOne()
	p2 := greenlet.NewChild(p1, newLeafFrame(0))
	raises := greenlet.NewChild(p2, newRaisesFrame(errTest))
	selfThrow := greenlet.New(newThrowsSelfFrame())
	selfCatch := greenlet.New(newThrowsSelfAndCatchesFrame())
	next := greenlet.New(newYieldsToParentFrame())
	for _, c := range []struct {
		what string
		n    names
		f    func()
		want []string
	}{
		{"first switch", names{start: "g"}, func() { start.Switch() }, []string{"switch main g", "switch g main"}},
		{"resume, return", names{start: "g"}, func() { start.Switch() }, []string{"switch main g", "switch g main"}},
		{"Exit", names{exits: "g"}, func() { exits.Switch() }, []string{"switch main g", "switch g main"}},
		{"Kill unstarted", names{killed: "g"}, func() { killed.Kill() }, []string{"throw main g", "switch g main"}},
		{"Kill suspended", names{killedSuspended: "g"}, func() { killedSuspended.Kill() }, []string{"throw main g", "switch g main"}},
		{"Throw", names{thrown: "g"}, func() { thrown.Throw(errTest) }, []string{"throw main g", "throw g main"}},
		{"self", names{self: "g"}, func() { self.Switch() }, []string{"switch main g", "switch g g", "switch g main"}},
		{"main to dead", names{dead: "d"}, func() { dead.Switch() }, []string{"switch main main"}},
		{"dead to its ancestor", names{toDead: "g"}, func() { toDead.Switch() }, []string{"switch main g", "switch g main"}},
		{"dead whose ancestor is self", names{toChild: "g"}, func() { toChild.Switch() }, []string{"switch main g", "switch g g", "switch g main"}},
		{"Throw to dead", names{throws: "g"}, func() { throws.Switch() }, []string{"switch main g", "throw g main"}},
		{"Kill dead", names{throwsExit: "g"}, func() { throwsExit.Switch() }, []string{"switch main g", "switch g main"}},
		{"starts its parent", names{parent: "p", starts: "c"}, func() { starts.Switch() }, []string{"switch main c", "switch c p", "switch p main"}},
		{"no run", names{none: "g"}, func() { none.Switch() }, nil},
		{"wrong arguments", names{badArgs: "g"}, func() { badArgs.Switch("x") }, nil},
		{"up the parents", names{p1: "p1", p2: "p2", raises: "g"}, func() { raises.Switch() },
			[]string{"switch main g", "throw g p2", "throw p2 p1", "throw p1 main"}},
		{"throw to self", names{selfThrow: "g"}, func() { selfThrow.Switch() }, []string{"switch main g", "throw g g", "throw g main"}},
		{"caught by self", names{selfCatch: "g"}, func() { selfCatch.Switch() }, []string{"switch main g", "throw g g", "switch g main"}},
		{"Main to itself", names{}, func() { greenlet.Main().Switch() }, []string{"switch main main"}},
		{"yield", names{next: "g"}, func() { next.Switch() }, []string{"switch main g", "switch g main"}},
	} {
		assert.Equal(t, c.want, events(t, c.n, c.f), c.what)
	}
	// Set in the middle, and by a generator.
	var list []string
	me := greenlet.New(newSetsTracerFrame(&list, nil))
	defer greenlet.SetTrace(nil)
	me.SetRun(newSetsTracerFrame(&list, me))
	me.Switch()
	assert.Equal(t, []string{"switch from me"}, list)
	greenlet.SetTrace(nil)
	list = nil
	for range greenlet.Seq(newSetsTracerFrame(&list, nil)) {
	}
	assert.Equal(t, []string{"switch", "switch"}, list) // not of its first yield
	// By a generator that is driven with Pull.
	list = nil
	next2, stop := greenlet.Pull(newYieldsToParentFrame())
	next2()
	next2()
	stop()
	assert.Equal(t, []string{"switch", "switch", "switch", "switch"}, list)
}

//greenlet:resumable
func throwsSelf() { greenlet.Current().Throw(errTest) }

//greenlet:resumable
func throwsSelfAndCatches() {
	defer func() { recover() }()
	greenlet.Current().Throw(errTest)
}

// TestTraceConcurrent: the tracer is process-wide.
func TestTraceConcurrent(t *testing.T) {
	var mu sync.Mutex
	n := 0
	greenlet.SetTrace(func(greenlet.Event, *greenlet.Greenlet, *greenlet.Greenlet) {
		mu.Lock()
		defer mu.Unlock()
		n++
	})
	defer greenlet.SetTrace(nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { simple(t) })
	}
	wg.Wait()
	assert.Equal(t, 16, n)
}

// TestTracerPanics: whatever the switch is, the tracer's panic takes the place
// of what was sent.
func TestTracerPanics(t *testing.T) {
	boom := fmt.Errorf("boom")
	for _, when := range []string{"main g", "g main"} {
		g := greenlet.New(newStandsFrame())
		n := names{g: "g", greenlet.Main(): "main"}
		greenlet.SetTrace(func(_ greenlet.Event, from, to *greenlet.Greenlet) {
			if n[from]+" "+n[to] == when {
				panic(boom)
			}
		})
		assert.Equal(t, boom, caught(func() { g.Switch() }), when)
		assert.Equal(t, when == "main g", g.Dead(), when)
		assert.Nil(t, greenlet.SetTrace(nil), when)
	}
}
