package hub

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The end of a task that Run kills may end others.
func TestShutdownEnds(t *testing.T) {
	l := newLog()
	a := l.GoAfter(time.Hour, l.newSleeperFrame("a", 0, 0))
	b := l.GoAfter(time.Hour, l.newSleeperFrame("b", 0, 0))
	a.Link(func(*Task) { b.Interrupt(greenlet.Exit) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Equal(t, context.Canceled, l.Run(ctx))
	assert.Empty(t, l.Tasks())
}

//greenlet:resumable
func (l *log) refusesForGood() {
	defer func() {
		l.say("refuses %v", recover())
		l.NewEvent().Wait()
	}()
	l.Sleep(time.Hour)
}

// Who has refused to end is asked again when another Run is told to end.
func TestShutdownAgain(t *testing.T) {
	l := newLog()
	task := l.Go(l.newRefusesForGoodFrame())
	ctx, cancel := context.WithCancelCause(t.Context())
	l.AfterFunc(time.Second, func() { cancel(errors.ErrUnsupported) })
	ended, end := context.WithCancel(ctx) // which is what a clock that jumps sees at once
	defer end()
	l.AfterFunc(time.Second, end)
	assert.IsType(t, &Deadlock{}, l.Run(ended))
	assert.Equal(t, []string{"1s refuses greenlet: exit"}, l.lines)
	assert.Equal(t, errors.ErrUnsupported, l.Run(ctx))
	assert.Equal(t, greenlet.Exit, task.Err())
}

// A posted function that panics takes none with it that was posted later.
func TestPostedPanics(t *testing.T) {
	l := newLog()
	l.Post(func() { l.say("first"); panic("posted") })
	l.Post(func() { l.say("second"); l.Post(func() { l.say("third") }) })
	assert.PanicsWithValue(t, "posted", func() { _ = l.Run(t.Context()) })
	l.Go(l.newSleeperFrame("task", 1, 0))
	l.expect(t, "0s first", "0s second", "0s task 0", "0s third", "0s task ends")
}

//greenlet:resumable
func (l *log) joinsOne(task *Task) { l.say("joined: %v", task.Join() != nil) }

type told func()

func (f told) TaskEnded(*Task) { f() }

// The error handler, the owner or a link of a task may panic: that ends Run, but the task
// has ended, and all are told of it that want to know.
func TestEndPanics(t *testing.T) {
	for _, who := range []string{"handler", "owner", "link"} {
		t.Run(who, func(t *testing.T) {
			l := newLog()
			tell := func(name string) {
				l.say("%s", name)
				if name == who {
					panic(name)
				}
			}
			l.OnError(func(*Task, *PanicError) { tell("handler") })
			task := l.GoFor(told(func() { tell("owner") }), l.newFailsFrame(time.Second))
			task.Link(func(*Task) { tell("link") })
			task.Link(func(*Task) { tell("other link") })
			l.Go(l.newJoinsOneFrame(task))
			assert.PanicsWithValue(t, who, func() { _ = l.Run(t.Context()) })
			assert.Len(t, l.Tasks(), 1)
			l.expect(t, "1s handler", "1s owner", "1s link", "1s other link", "1s joined: true")
		})
	}
}

// A timer that is set anew where it expires lets the others have their turn, also if it is
// due at once.
func TestAfterFuncAgain(t *testing.T) {
	for _, d := range []time.Duration{0, -time.Hour} {
		l := newLog()
		n := 0
		var again *Timer
		again = l.AfterFunc(d, func() {
			if n++; n < 1000 {
				again.Reset(d)
			}
		})
		other := false
		l.AfterFunc(0, func() { other = true; l.say("timer after %d", n) })
		l.Go(l.newHasTurnsFrame(&n))
		require.NoError(t, l.Run(t.Context()))
		assert.True(t, other)
		assert.Equal(t, []string{"0s timer after 1", "0s task after 1", "0s task after 2"}, l.lines)
	}
}

//greenlet:resumable
func (l *log) hasTurns(n *int) {
	for range 2 {
		l.say("task after %d", *n)
		l.Yield()
	}
}

//greenlet:resumable
func (l *log) drives(g *greenlet.Greenlet) {
	g.Switch()
	l.say("not reached")
}

// A greenlet that was made outside of the tasks ends there: Run does not return as if all was
// done.
func TestLoopLeft(t *testing.T) {
	l := newLog()
	task := l.Go(l.newDrivesFrame(greenlet.New(l.newSleeperFrame("below", 1, time.Second))))
	assert.PanicsWithValue(t, fmt.Sprintf("hub: in %v a greenlet has switched to the one that runs the hub, or ended and has it for a parent: "+
		"make it in the task", task), func() { _ = l.Run(t.Context()) })
	assert.Equal(t, []string{"0s below 0", "1s below ends"}, l.lines)
}

//greenlet:resumable
func (l *log) exits(how string) {
	defer l.say("%s exits", how)
	switch how {
	case "compiled":
		l.Sleep(time.Second)
		runtime.Goexit()
	case "deferring":
		defer l.Yield()
		runtime.Goexit()
	case "child":
		greenlet.New(func() { runtime.Goexit() }).Switch()
	case "on a stack":
		greenlet.OnStack(func(greenlet.Section) { l.Sleep(time.Second); runtime.Goexit() })
	case "at once on a stack":
		greenlet.OnStack(func(greenlet.Section) { runtime.Goexit() })
	}
}

//greenlet:resumable
func (l *log) outlives(n int) {
	for range n {
		l.Sleep(time.Minute)
		greenlet.OnStack(func(greenlet.Section) { l.Sleep(time.Minute) })
	}
	l.say("outlives")
}

// runtime.Goexit ends its task, but not the hub, which goes on with the others. The goroutine
// ends with the hub.
func TestGoexit(t *testing.T) {
	for _, times := range []int{1, 5} {
		for _, how := range []string{"compiled", "deferring", "child", "on a stack", "at once on a stack"} {
			t.Run(how, func(t *testing.T) {
				l := newLog()
				var failed []error
				l.OnError(func(_ *Task, err *PanicError) { failed = append(failed, err.Unwrap()) })
				l.Go(l.outlives, 3)
				for range times {
					l.Go(l.exits, how)
				}
				l.Go(l.outlives, 3)
				ended, returned := make(chan struct{}), false
				go func() {
					defer close(ended)
					_ = l.Run(t.Context())
					returned = true
				}()
				<-ended
				assert.False(t, returned)
				assert.Len(t, failed, times)
				if how != "deferring" { // whose deferred call panics, as it can't wait
					assert.Equal(t, slices.Repeat([]error{errTaskGoexit}, times), failed)
				}
				assert.Empty(t, l.Tasks())
				assert.Equal(t, []string{"6m0s outlives", "6m0s outlives"}, l.lines[len(l.lines)-2:])
				assert.Len(t, l.lines, times+2)
				l.Go(l.outlives, 1)
				require.NoError(t, l.Run(t.Context()), "of another goroutine")
			})
		}
	}
}
