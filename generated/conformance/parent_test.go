package conformance

import (
	"fmt"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

func reason(f func()) string {
	e, ok := caught(f).(*greenlet.StateError)
	if !ok {
		return ""
	}
	return e.Reason
}

// whileRunning calls f while g, made by it, runs on another goroutine.
func whileRunning(f func(g *greenlet.Greenlet)) {
	started, release, done := make(chan bool), make(chan bool), make(chan bool)
	g := greenlet.New(newBlocksFrame(started, release))
	g.Switch()
	go func() { defer close(done); g.Switch() }()
	<-started
	f(g)
	release <- true
	<-done
}

func TestGreenletSetParentErrors_test_threaded_reparent(t *testing.T) {
	row(t, "any greenlet may be the parent; one that is running on another goroutine is no receiver: a switch to it is refused, and what its children end with goes to the plain caller")
	whileRunning(func(busy *greenlet.Greenlet) {
		var l []int
		g := greenlet.New(newStepsFrame(&l, 1, 2))
		g.Switch()
		g.SetParent(busy)
		assert.Same(t, busy, g.Parent())
		g.Switch()
		assert.True(t, g.Dead())
		assert.Contains(t, reason(func() { g.Switch() }), "it is running")
	})
}

func TestGreenletSetParentErrors_test_unexpected_reparenting(t *testing.T) {
	row(t, "a parent that ran on a goroutine that has ended is dead, and passed over")
	p := greenlet.New(newExitsGoroutineFrame())
	onGoroutine(func() { p.Switch() })
	g := greenlet.NewChild(p, newLeafFrame(3))
	assert.Equal(t, 3, g.Switch())
}

//greenlet:resumable
func yieldsToParent() { greenlet.Yield(1) }

func TestGreenletSetParentErrors_test_unexpected_reparenting_thread_running(t *testing.T) {
	row(t, "a yield to a parent that runs on another goroutine panics, naming it")
	whileRunning(func(busy *greenlet.Greenlet) {
		g := greenlet.New(newYieldsToParentFrame())
		g.SetParent(busy)
		e := caught(func() { g.Switch() }).(*greenlet.StateError)
		assert.Same(t, busy, e.Greenlet)
	})
}

func TestGreenletSetParentErrors_test_cannot_delete_parent(t *testing.T) {
	row(t, "`SetParent(nil)` panics")
	g := greenlet.New(newLeafFrame(0))
	assert.Equal(t, "the parent is nil", reason(func() { g.SetParent(nil) }))
	assert.Same(t, greenlet.Main(), g.Parent())
}

func TestGreenletSetParentErrors_test_cannot_delete_parent_of_main(t *testing.T) {
	row(t, "as above")
	assert.NotEmpty(t, reason(func() { greenlet.Main().SetParent(nil) }))
}

func TestGreenletSetParentErrors_test_main_greenlet_parent_is_none(t *testing.T) {
	row(t, "")
	assert.Nil(t, greenlet.Main().Parent())
}

func TestGreenletSetParentErrors_test_set_parent_wrong_types(t *testing.T) {
	row(t, "the compiler refuses other types; a nil is refused before the start and while active")
	var l []int
	g := greenlet.New(newStepsFrame(&l, 1, 2))
	assert.Equal(t, "the parent is nil", reason(func() { g.SetParent(nil) }))
	g.Switch()
	assert.Equal(t, "the parent is nil", reason(func() { g.SetParent(nil) }))
}

func TestGreenletSetParentErrors_test_trivial_cycle(t *testing.T) {
	row(t, "")
	g := greenlet.New(newLeafFrame(0))
	assert.Equal(t, "cyclic parent chain", reason(func() { g.SetParent(g) }))
}

func TestGreenletSetParentErrors_test_trivial_cycle_main(t *testing.T) {
	row(t, "")
	assert.Equal(t, "cannot set the parent of the main greenlet", reason(func() { greenlet.Main().SetParent(greenlet.Main()) }))
}

func TestGreenletSetParentErrors_test_deeper_cycle(t *testing.T) {
	row(t, "")
	var gs [5]*greenlet.Greenlet
	for i := range gs {
		gs[i] = greenlet.New(newLeafFrame(0))
		if i > 0 {
			gs[i].SetParent(gs[i-1])
		}
	}
	assert.Equal(t, "cyclic parent chain", reason(func() { gs[0].SetParent(gs[4]) }))
}

func TestRepr_test_main_while_running(t *testing.T) {
	row(t, "")
	assert.Contains(t, greenlet.Main().String(), " current active started main>")
}

//greenlet:resumable
func printsMain() (string, string) {
	return greenlet.Main().String(), greenlet.Current().String()
}

func TestRepr_test_main_in_background(t *testing.T) {
	row(t, "Main is whoever entered, and prints as current everywhere; a greenlet prints as current, then suspended")
	g := greenlet.New(newPrintsMainFrame())
	got := g.Switch().(greenlet.Values)
	assert.Contains(t, got[0], "active started main>")
	assert.Contains(t, got[1], " current active started>")
}

func TestRepr_test_initial(t *testing.T) {
	row(t, "")
	assert.Contains(t, greenlet.New(newLeafFrame(0)).String(), "conformance.leaf pending>")
}

func TestRepr_test_main_from_other_thread(t *testing.T) {
	row(t, "there is one Main for all goroutines")
	main := make(chan *greenlet.Greenlet)
	go func() { main <- greenlet.Main() }()
	assert.Same(t, greenlet.Main(), <-main)
}

func TestRepr_test_dead(t *testing.T) {
	row(t, "")
	g := greenlet.New(newLeafFrame(0))
	g.Switch()
	s := g.String()
	assert.Contains(t, s, " dead>")
	for _, not := range []string{"suspended", "started", "active"} {
		assert.NotContains(t, s, not)
	}
}

func TestRepr_test_formatting_produces_native_str(t *testing.T) {
	row(t, "`%v` and `%s`")
	var l []int
	g := greenlet.New(newStepsFrame(&l, 1, 2))
	for _, state := range []string{"pending", "suspended", "dead"} {
		assert.Contains(t, fmt.Sprintf("%v", g), state)
		assert.Equal(t, g.String(), fmt.Sprint(g))
		g.Switch()
	}
	var none *greenlet.Greenlet
	assert.Equal(t, "<greenlet nil>", fmt.Sprint(none))
}

func TestMainGreenlet_test_main_greenlet_is_greenlet(t *testing.T) {
	row(t, "")
	assert.IsType(t, &greenlet.Greenlet{}, greenlet.Current())
	assert.Same(t, greenlet.Main(), greenlet.Current())
	assert.True(t, greenlet.Main().Active())
}

func TestMainGreenlet_test_greenlet_run(t *testing.T) {
	row(t, "`Run() == nil`")
	g := greenlet.New(newLooksAtRunFrame())
	assert.NotNil(t, g.Run())
	assert.Equal(t, true, g.Switch())
	assert.Nil(t, g.Run())
	assert.Equal(t, "run cannot be set after the start of the greenlet", reason(func() { g.SetRun(newLeafFrame(0)) }))
}
