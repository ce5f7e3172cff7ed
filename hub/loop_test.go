package hub

import (
	"context"
	"errors"
	"fmt"
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
