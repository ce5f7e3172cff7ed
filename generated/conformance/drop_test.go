package conformance

import (
	"runtime"
	"sync"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A queue is what a drop handler usually is: greenlets to be killed where it
// is safe, Python's pending-kill list.
type queue struct {
	mu      sync.Mutex
	dropped []*greenlet.Greenlet
}

func (q *queue) add(g *greenlet.Greenlet) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.dropped = append(q.dropped, g)
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.dropped)
}

// drain kills what has been dropped and returns the panics that escape.
func (q *queue) drain() (panics []any) {
	q.mu.Lock()
	list := q.dropped
	q.dropped = nil
	q.mu.Unlock()
	for _, g := range list {
		parent := g.Parent()
		g.SetParent(greenlet.Main())
		if v := caught(func() { g.Kill() }); v != nil {
			panics = append(panics, v)
		}
		g.SetParent(parent)
	}
	return panics
}

func dropsGo(t *testing.T) *queue {
	q := new(queue)
	old := greenlet.SetDropHandler(q.add)
	t.Cleanup(func() { greenlet.SetDropHandler(old) })
	return q
}

//greenlet:resumable
func cleansUp(seen *[]any, after any) {
	defer noteAndPanic(seen, after)
	greenlet.Current().Parent().Switch()
}

func noteAndPanic(seen *[]any, after any) {
	*seen = append(*seen, recover())
	if after != nil {
		panic(after)
	}
}

// drop makes n greenlets wait, and drops them.
//
//go:noinline
func drop(n int, seen *[]any, after any) {
	for range n {
		greenlet.New(newCleansUpFrame(seen, after)).Switch()
	}
}

func TestGreenlet_test_dealloc(t *testing.T) {
	row(t, "`Kill`; or, for dropped ones, a drop handler that queues them to be killed: each gets there once")
	var seen []any
	g := greenlet.New(newCleansUpFrame(&seen, nil))
	g.Switch()
	g.Kill()
	assert.Equal(t, []any{greenlet.Exit}, seen)

	q := dropsGo(t)
	seen = nil
	drop(2, &seen, nil)
	eventually(t, func() bool { return q.len() == 2 })
	assert.Empty(t, q.drain())
	assert.Equal(t, []any{greenlet.Exit, greenlet.Exit}, seen)
	for range 5 {
		runtime.GC()
	}
	assert.Zero(t, q.len())
}

func TestGreenlet_test_dealloc_catches_GreenletExit_throws_other(t *testing.T) {
	row(t, "whoever kills it recovers what escapes")
	q := dropsGo(t)
	var seen []any
	drop(1, &seen, errTest)
	eventually(t, func() bool { return q.len() == 1 })
	assert.Equal(t, []any{errTest}, q.drain())
	assert.Equal(t, []any{greenlet.Exit}, seen)
}

func TestGreenlet_test_dealloc_other_thread(t *testing.T) {
	row(t, "the drop handler's queue waits until its owner drains it")
	q := dropsGo(t)
	var seen []any
	onGoroutine(func() { drop(1, &seen, nil) })
	eventually(t, func() bool { return q.len() == 1 })
	assert.Empty(t, seen)
	q.drain()
	assert.Equal(t, []any{greenlet.Exit}, seen)
}

//greenlet:resumable
func survives(parents *[]*greenlet.Greenlet) string {
	survive(parents)
	return "survived"
}

//greenlet:resumable
func survive(parents *[]*greenlet.Greenlet) {
	defer noteParent(parents, greenlet.Current())
	greenlet.Current().Parent().Switch()
}

func noteParent(parents *[]*greenlet.Greenlet, g *greenlet.Greenlet) {
	recover()
	*parents = append(*parents, g.Parent())
}

//greenlet:resumable
func survivesAndWaits(parents *[]*greenlet.Greenlet) string {
	survive(parents)
	return greenlet.Current().Parent().Switch("alive").(string)
}

func TestGreenlet_test_parent_restored_on_kill(t *testing.T) {
	row(t, "who kills a dropped one sets the parent to Main and back, as the drop handler's documentation says")
	var parents []*greenlet.Greenlet
	hub := greenlet.New(newDoubleFrame(0))
	g := greenlet.NewChild(greenlet.Main(), newSurvivesAndWaitsFrame(&parents))
	g.Switch()
	g.SetParent(hub)
	q := new(queue)
	q.add(g)
	assert.Empty(t, q.drain())
	assert.Equal(t, []*greenlet.Greenlet{greenlet.Main()}, parents)
	assert.Same(t, hub, g.Parent())
	assert.False(t, hub.Started())
	require.True(t, g.Active())
	g.SetParent(greenlet.Main())
	assert.Equal(t, "x", g.Switch("x"))
}

//greenlet:resumable
func dropsItself(seen *[]any, give any) {
	defer noteAndPanic(seen, nil)
	greenlet.Main().Switch(give)
}

func TestGreenlet_test_dealloc_switch_args_not_lost(t *testing.T) {
	row(t, "the value is delivered before anything is collected")
	q := dropsGo(t)
	var seen []any
	assert.Equal(t, "value", greenlet.New(newDropsItselfFrame(&seen, "value")).Switch())
	eventually(t, func() bool { return q.len() == 1 })
	q.drain()
	assert.Len(t, seen, 1)
}
