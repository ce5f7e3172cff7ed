package hub

import (
	"context"
	"errors"
	"testing"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var user, language Local[string]

//greenlet:resumable
func (l *log) remembers(name string) {
	t := l.Current()
	_, ok := user.Get(t)
	user.Set(t, name)
	language.Set(t, "of "+name)
	language.Set(t, "spoken by "+name)
	l.Sleep(time.Second)
	a, _ := user.Get(t)
	b, _ := language.Get(t)
	l.say("%v %s %s", ok, a, b)
	user.Delete(t)
	_, ok = user.Get(t)
	l.say("%v", ok)
}

// Each task has variables of its own, and nothing when it has ended.
func TestLocal(t *testing.T) {
	l := newLog()
	a := l.Go(l.newRemembersFrame("a"))
	l.Go(l.newRemembersFrame("b"))
	l.expect(t, "1s false a spoken by a", "1s false", "1s false b spoken by b", "1s false")
	_, ok := language.Get(a)
	assert.False(t, ok)
	assert.PanicsWithValue(t, "hub: Local.Set of a task that has ended", func() { user.Set(a, "x") })
}

func BenchmarkLocal(b *testing.B) {
	l := newLog()
	t := l.newTask(newNothingFrame())
	user.Set(t, "x")
	language.Set(t, "y")
	b.ReportAllocs()
	for b.Loop() {
		language.Get(t)
	}
}

type key struct{}

//greenlet:resumable
func (l *log) inContext(base context.Context) {
	ctx, cancel := context.WithCancelCause(base)
	l.GoAfter(time.Second, l.newCallsFrame(func() { cancel(errors.ErrUnsupported) }))
	err := l.WithContext(ctx, func() {
		l.say("%v", l.Current().Context().Value(key{}))
		err := l.WithTimeout(time.Hour, func() {
			err := l.WithContext(context.WithValue(l.Current().Context(), key{}, "inner"), func() {
				l.say("%v", l.Current().Context().Value(key{}))
				l.NewEvent().Wait()
			})
			l.say("inner %v", err)
			l.NewEvent().Wait()
		})
		l.say("not here %v", err)
	})
	l.say("outer %v", err)
	l.say("%v", l.WithContext(ctx, func() { l.say("not here") }))
	l.say("%v", l.WithContext(base, func() { l.Sleep(time.Second) }))
	err = l.WithContext(context.Background(), func() { l.say("%v", l.Current().Context().Value(key{})) })
	l.say("%v", err)
}

// A context that is done is raised where the task waits, and returned by its WithContext.
func TestWithContext(t *testing.T) {
	l := newLog()
	l.Go(l.newInContextFrame(context.WithValue(t.Context(), key{}, "base")))
	l.expect(t, "0s base", "0s inner", "1s inner unsupported operation", "1s outer unsupported operation", "1s unsupported operation", "2s <nil>", "2s <nil>",
		"2s <nil>")
}

//greenlet:resumable
func (l *log) holdsContext(ctx *context.Context) {
	*ctx = l.Current().Context()
	defer func() { l.say("killed: %v", context.Cause(*ctx)) }()
	l.Sleep(time.Minute)
}

// The context of a task is done when it is killed, before it cleans up, and when it ends.
func TestTaskContext(t *testing.T) {
	l := newLog()
	var a, b context.Context
	task := l.Go(l.newHoldsContextFrame(&a))
	other := l.Go(l.newHoldsContextFrame(&b))
	l.Go(l.newKillsOneFrame(task))
	l.expect(t, "1ns killed: greenlet: exit", "1m0s killed: <nil>")
	assert.Equal(t, context.Canceled, context.Cause(b))
	assert.Equal(t, greenlet.Exit, context.Cause(a))
	assert.ErrorIs(t, other.Context().Err(), context.Canceled)
}

//greenlet:resumable
func (l *log) waitsForContext(ctx context.Context, e *Event, err *error) {
	*err = l.WithContext(ctx, e.Wait)
}

// The hub runs on while a context may end a wait.
func TestContextOfGoroutine(t *testing.T) {
	l := newLog()
	ctx, cancel := context.WithCancel(t.Context())
	var err error
	l.Go(l.newWaitsForContextFrame(ctx, l.NewEvent(), &err))
	go cancel()
	require.NoError(t, l.Run(t.Context()))
	assert.ErrorIs(t, err, context.Canceled)
}

// One that was granted something in the moment that the context is done keeps it.
func TestContextGranted(t *testing.T) {
	l := newLog()
	ctx, cancel := context.WithCancel(t.Context())
	e := l.NewEvent()
	err := errors.New("not run")
	l.Go(l.newWaitsForContextFrame(ctx, e, &err))
	l.Go(l.newSetsThenFrame(e, cancel))
	require.NoError(t, l.Run(t.Context()))
	assert.NoError(t, err)
}

//greenlet:resumable
func (l *log) setsThen(e *Event, f func()) {
	e.Set()
	f()
}

func BenchmarkWithContext(b *testing.B) {
	h := New()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	drive(b, h, func() { h.Go(newEntersContextsFrame(h, ctx, b.N)) })
}

//greenlet:resumable
func entersContexts(h *Hub, ctx context.Context, n int) {
	for range n {
		h.WithContext(ctx, h.Yield)
	}
}

//greenlet:resumable
func (l *log) asksTwice(e *Event) {
	ctx := l.Current().Context()
	l.say("%v", ctx.Err())
	e.Wait()
	l.say("%v, and now %v", ctx.Err(), l.Current().Context().Err())
}

// A task that outlives a Run has the context of the next one.
func TestContextOfNextRun(t *testing.T) {
	l := newLog()
	e := l.NewEvent()
	task := l.Go(l.newAsksTwiceFrame(e))
	ctx, cancel := context.WithCancel(t.Context())
	assert.IsType(t, &Deadlock{}, l.Run(ctx))
	first := task.Context()
	cancel()
	e.Set()
	l.expect(t, "0s <nil>", "0s context canceled, and now <nil>")
	assert.Error(t, first.Err())
}
