package hub

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fast is a clock that is an hour ahead and goes twice as fast.
type fast struct{}

func (fast) Now(at time.Time) time.Time          { return at.Add(time.Hour + at.Sub(time.Time{})) }
func (fast) Takes(d time.Duration) time.Duration { return d / 2 }

//greenlet:resumable
func (l *log) timed(name string, r *Readiness, e *Event) {
	start := l.Now()
	shows := func(what string) { l.lines = append(l.lines, name+" "+what+" "+l.Now().Sub(start).String()) }
	l.Sleep(time.Second)
	shows("sleeps")
	l.SleepUntil(l.Now().Add(time.Second))
	shows("sleeps until")
	if !e.WaitFor(time.Second) {
		shows("waits")
	}
	var late *Timeout
	if errors.As(l.WithTimeout(time.Second, e.Wait), &late) {
		shows("times out")
	}
	r.SetDeadline(In, l.Now().Add(time.Second))
	if errors.Is(r.Wait(In), os.ErrDeadlineExceeded) {
		shows("misses a deadline")
	}
	r.SetDeadline(In, time.Time{})
	if errors.Is(r.WaitFor(In, time.Second), os.ErrDeadlineExceeded) {
		shows("gives up")
	}
	AwaitFor(time.Second, 1, e)
	shows("awaits")
}

// A task of a clock that is fast sees the time pass as others do: all it waits for takes as
// long by its clock, and half of that by the hub's.
func TestClocks(t *testing.T) {
	l := newSeededLog(1)
	e := l.NewEvent()
	r, s := l.MakeReadiness(), l.MakeReadiness()
	r.Exhausted(In)
	s.Exhausted(In)
	right := l.Go(l.newTimedFrame("right", &r, e))
	l.Go(l.newTimedFrame("fast", &s, e))
	l.SetClocks(func(t *Task) LocalClock {
		if t == right {
			return nil
		}
		return fast{}
	})
	require.NoError(t, l.Run(t.Context()))
	var want []string
	for i, what := range []string{"sleeps", "sleeps until", "waits", "times out", "misses a deadline", "gives up", "awaits"} {
		want = append(want, "right "+what+" "+(time.Duration(i+1)*time.Second).String())
		want = append(want, "fast "+what+" "+(time.Duration(i+1)*time.Second).String())
	}
	assert.ElementsMatch(t, want, l.lines)
	assert.Equal(t, 7*time.Second, l.Now().Sub(time.Time{}))
	assert.Less(t, indexOf(l.lines, "fast awaits 7s"), indexOf(l.lines, "right times out 4s"))
}

func indexOf(lines []string, line string) int {
	for i := range lines {
		if lines[i] == line {
			return i
		}
	}
	return -1
}

//greenlet:resumable
func (l *log) beats(name string) {
	for range 3 {
		l.Sleep(time.Second)
		l.say("%s", name)
	}
}

// A task that is held runs when it is released, and not before; one that was killed meanwhile
// ends then.
func TestHold(t *testing.T) {
	l := newSeededLog(1)
	a, b := l.Go(l.newBeatsFrame("a")), l.Go(l.newBeatsFrame("b"))
	until := time.Time{}.Add(90 * time.Minute)
	l.SetHold(func(t *Task) bool { return t == a && l.Now().Before(until) })
	l.AfterFunc(2*time.Second, func() {
		l.Release(a) // for one turn
		l.Release(b) // is not held
	})
	l.AfterFunc(90*time.Minute, func() { l.Release(a) })
	l.expect(t, "1s b", "2s b", "3s b", "1h30m0s a", "1h30m1s a", "1h30m2s a")

	l = newSeededLog(1)
	c := l.Go(l.newBeatsFrame("c"))
	l.SetHold(func(*Task) bool { return l.Now().After(time.Time{}) })
	l.AfterFunc(time.Minute, func() { c.Interrupt(context.Canceled) })
	l.AfterFunc(time.Hour, func() { l.Release(c) })
	l.OnError(func(_ *Task, err *PanicError) { l.say("%v", err.Value) })
	l.expect(t, "1h0m0s c", "1h0m0s context canceled")
	assert.PanicsWithValue(t, "hub: SetHold of a hub without a seed", func() { New().SetHold(nil) })
}

// When the context is done nobody is held any more: who waits for the end would wait for ever.
func TestHoldEnds(t *testing.T) {
	l := newSeededLog(1)
	ctx, cancel := context.WithCancel(t.Context())
	l.Go(l.newBeatsFrame("a"))
	l.SetHold(func(*Task) bool { return true })
	l.AfterFunc(time.Second, cancel)
	assert.ErrorIs(t, l.Run(ctx), context.Canceled)
	assert.Empty(t, l.Tasks())
}
