package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// log is what the tasks of a test do, in order, with the simulated time.
type log struct {
	*Hub
	lines []string
	t     *testing.T // of those whose tasks assert
}

func newLog() *log { return &log{Hub: NewSimulated(time.Time{})} }

// setClock is for a log with no timers.
func (l *log) setClock(c Clock) { l.clock, l.timers.epoch = c, c.Now() }

func (l *log) say(format string, args ...any) {
	at := l.Now().Sub(time.Time{})
	l.lines = append(l.lines, fmt.Sprintf("%v ", at)+fmt.Sprintf(format, args...))
}

// expect runs the hub and compares what its tasks did.
func (l *log) expect(t *testing.T, lines ...string) {
	t.Helper()
	require.NoError(t, l.Run(t.Context()))
	assert.Equal(t, lines, l.lines)
	assert.Empty(t, l.Tasks())
}

//greenlet:resumable
func (l *log) sleeper(name string, times int, d time.Duration) {
	for i := range times {
		l.say("%s %d", name, i)
		l.Sleep(d)
	}
	l.say("%s ends", name)
}

// Tasks begin in order, and wake in the order of their times.
func TestSleep(t *testing.T) {
	l := newLog()
	l.Go(l.newSleeperFrame("a", 2, 3*time.Second))
	l.Go(l.newSleeperFrame("b", 2, 2*time.Second))
	l.Go(l.newSleeperFrame("c", 2, 0))
	l.GoAfter(time.Second, l.newSleeperFrame("d", 0, 0))
	l.expect(t,
		"0s a 0", "0s b 0", "0s c 0", "0s c 1", "0s c ends", "1s d ends",
		"2s b 1", "3s a 1", "4s b ends", "6s a ends")
}

//greenlet:resumable
func (l *log) counts(n int) (sum int) {
	for i := range n {
		l.Sleep(time.Second)
		sum += i
	}
	return sum
}

//greenlet:resumable
func (l *log) joins() {
	frame := l.newCountsFrame(5)
	task := l.Go(frame)
	err, ok := task.JoinFor(2 * time.Second)
	l.say("%v %v", err, ok)
	l.say("%v %d", task.Join(), frame.Results())
	l.say("%v %v", task.Join(), task.Done())
}

func TestJoin(t *testing.T) {
	l := newLog()
	l.Go(l.newJoinsFrame())
	l.expect(t, "2s <nil> false", "5s <nil> 10", "5s <nil> true")
}

//greenlet:resumable
func (l *log) fails(d time.Duration) {
	l.Sleep(d)
	panic(errors.ErrUnsupported)
}

//greenlet:resumable
func (l *log) watches() {
	bad := l.Go(l.newFailsFrame(time.Second))
	bad.Link(func(t *Task) { l.say("linked %v", t.Done()) })
	err := bad.Join()
	l.say("%v", errors.Is(err, errors.ErrUnsupported))
	bad.Link(func(t *Task) { l.say("linked late") })
}

// A panic ends its task only; who joins gets it, and the handler once.
func TestPanic(t *testing.T) {
	l := newLog()
	l.OnError(func(t *Task, err *PanicError) { l.say("handler: %v", err) })
	l.Go(l.newWatchesFrame())
	l.Go(l.newSleeperFrame("other", 1, 2*time.Second))
	l.expect(t, "0s other 0",
		"1s handler: task 3 (github.com/going-green/greenlet/hub.(*log).fails) panicked: unsupported operation",
		"1s linked true", "1s true", "1s linked late", "2s other ends")
}

//greenlet:resumable
func (l *log) stubborn() {
	defer func() {
		l.say("cleans up")
		l.Sleep(time.Second)
		l.say("cleaned up")
	}()
	l.Sleep(time.Hour)
}

//greenlet:resumable
func (l *log) kills() {
	task := l.Go(l.newStubbornFrame())
	unborn := l.Go(l.newStubbornFrame())
	late := l.GoAfter(time.Minute, l.newStubbornFrame())
	unborn.Kill()
	late.Kill()
	l.say("%v %v", unborn.Err(), late.Err())
	l.Sleep(time.Second)
	task.Kill()
	l.say("%v", task.Err())
	l.Go(l.newSuicideFrame()).Join()
}

//greenlet:resumable
func (l *log) suicide() {
	defer l.say("dies")
	l.running.Kill()
	l.say("not here")
}

func TestKill(t *testing.T) {
	l := newLog()
	l.Go(l.newKillsFrame())
	l.expect(t, "0s greenlet: exit greenlet: exit", "1s cleans up", "2s cleaned up", "2s greenlet: exit", "2s dies")
}

//greenlet:resumable
func (l *log) timeouts() {
	err := l.WithTimeout(time.Second, func() {
		err := l.WithTimeout(time.Minute, func() { l.Sleep(time.Hour) })
		l.say("inner %v", err)
	})
	l.say("outer %v", err)
	err = l.WithTimeout(time.Minute, func() {
		err := l.WithTimeout(time.Second, func() { l.Sleep(time.Hour) })
		l.say("inner %v %v", err, errors.Is(err, context.DeadlineExceeded))
		l.Sleep(time.Second)
	})
	l.say("outer %v", err)
	l.say("%v", l.WithTimeout(time.Second, func() {}))
	l.Sleep(time.Hour) // no timer is left
}

// Of nested timeouts the one that is due ends its call, and no other.
func TestTimeouts(t *testing.T) {
	l := newLog()
	l.Go(l.newTimeoutsFrame())
	l.expect(t, "1s outer hub: timeout after 1s", "2s inner hub: timeout after 1s true", "3s outer <nil>", "3s <nil>")
}

//greenlet:resumable
func (l *log) yieldsThrice() {
	for range 3 {
		func() {
			defer func() { l.say("%v", recover()) }()
			l.Yield()
		}()
	}
}

//greenlet:resumable
func (l *log) interrupts(task *Task) {
	for _, v := range []any{"a", greenlet.Exit, "b", greenlet.Exit} {
		task.Interrupt(v)
	}
}

// Of several interruptions none is lost, be they for one that waits or one that is about to
// run. Exit is first.
func TestInterrupts(t *testing.T) {
	l := newLog()
	l.Go(l.newInterruptsFrame(l.Go(l.newYieldsThriceFrame())))
	l.expect(t, "0s <nil>", "0s greenlet: exit", "0s a")
	l = newLog()
	l.Go(l.newInterruptsFrame(l.Go(l.newSleepsThriceFrame())))
	l.expect(t, "0s greenlet: exit", "0s a", "0s b")
}

//greenlet:resumable
func (l *log) sleepsThrice() {
	for range 3 {
		func() {
			defer func() { l.say("%v", recover()) }()
			l.Sleep(time.Second)
		}()
	}
}

//greenlet:resumable
func (l *log) waits(e *Event, name string) {
	l.say("%s %v", name, e.WaitFor(2*time.Second))
	e.Wait()
	l.say("%s %v", name, e.IsSet())
}

//greenlet:resumable
func (l *log) sets(e *Event) {
	l.Sleep(time.Second)
	e.Set()
	e.Clear()
	l.Sleep(2 * time.Second)
	e.Set()
}

func TestEvent(t *testing.T) {
	l := newLog()
	e := l.NewEvent()
	l.Go(l.newWaitsFrame(e, "a"))
	l.Go(l.newSetsFrame(e))
	l.GoAfter(time.Second/2, l.newWaitsFrame(e, "b"))
	l.GoAfter(10*time.Second, l.newWaitsFrame(e, "late"))
	l.expect(t, "1s a true", "1s b true", "3s a true", "3s b true", "10s late true", "10s late true")
}

//greenlet:resumable
func (l *log) enters(s *Semaphore, name string, d, patience time.Duration) {
	if !s.AcquireFor(patience) {
		l.say("%s gives up", name)
		return
	}
	l.say("%s in", name)
	l.Sleep(d)
	s.Release()
}

// A semaphore is handed over in order; who gives up or is killed loses nothing.
func TestSemaphore(t *testing.T) {
	l := newLog()
	s := l.NewBoundedSemaphore(2)
	for i := range 5 {
		l.Go(l.newEntersFrame(s, fmt.Sprint(i), time.Second, time.Hour))
	}
	l.Go(l.newEntersFrame(s, "hasty", time.Second, time.Second/2))
	l.Go(l.newKillsOneFrame(l.Go(l.newEntersFrame(s, "victim", time.Second, time.Hour))))
	l.GoAfter(9*time.Second, l.newEntersFrame(s, "last", 0, 0))
	l.expect(t, "0s 0 in", "0s 1 in", "500ms hasty gives up", "1s 2 in", "1s 3 in", "2s 4 in", "9s last in")
	assert.Equal(t, 2, s.free)
	assert.Panics(t, s.Release)
	assert.Panics(t, func() { l.NewSemaphore(-1) })
	assert.Panics(t, func() { l.NewBoundedSemaphore(-1) })
	assert.Panics(t, l.NewBoundedSemaphore(0).Release)
}

// A semaphore without a bound may begin at 0, and anybody may release it.
func TestSemaphoreUnbounded(t *testing.T) {
	l := newLog()
	s := l.NewSemaphore(0)
	assert.False(t, s.TryAcquire())
	l.Go(l.newEntersFrame(s, "first", 0, time.Hour))
	l.GoAfter(time.Second, l.newReleasesFrame(s, 3))
	l.expect(t, "1s first in")
	assert.Equal(t, 3, s.Free(), "one was handed on, and given back")
}

//greenlet:resumable
func (l *log) releases(s *Semaphore, n int) {
	for range n {
		s.Release()
	}
}

//greenlet:resumable
func (l *log) killsOne(task *Task) {
	l.Sleep(1)
	task.Kill()
}

// One that is killed in the moment it is let in keeps what it was given up to its next
// wait, so that it can give it back.
func TestKillGranted(t *testing.T) {
	l := newLog()
	s := l.NewSemaphore(1)
	l.Go(l.newHoldsFrame(s))
	l.expect(t, "0s holder releases", "0s granted goes on", "0s granted gives back")
	assert.Equal(t, 1, s.free)
}

//greenlet:resumable
func (l *log) holds(s *Semaphore) {
	s.Acquire()
	task := l.Go(l.newGrantedFrame(s))
	l.Yield()
	l.say("holder releases")
	s.Release()
	task.Interrupt(greenlet.Exit)
}

//greenlet:resumable
func (l *log) granted(s *Semaphore) {
	s.Acquire()
	defer func() {
		s.Release()
		l.say("granted gives back")
	}()
	l.say("granted goes on")
	l.Yield()
	l.say("not here")
}

//greenlet:resumable
func (l *log) produces(q *Queue[int], n int) {
	for i := range n {
		q.Put(i)
		l.say("put %d", i)
	}
	q.Close()
}

//greenlet:resumable
func (l *log) consumes(q *Queue[int], d time.Duration) {
	for {
		v, ok := q.Get()
		if !ok {
			l.say("closed")
			return
		}
		l.say("got %d", v)
		l.Sleep(d)
	}
}

func TestQueue(t *testing.T) {
	for _, test := range []struct {
		size int
		want []string
	}{
		{0, []string{"0s got 0", "0s put 0", "1s got 1", "1s put 1", "2s got 2", "2s put 2", "3s closed"}},
		{1, []string{"0s put 0", "0s got 0", "0s put 1", "1s got 1", "1s put 2", "2s got 2", "3s closed"}},
		{-1, []string{"0s put 0", "0s put 1", "0s put 2", "0s got 0", "1s got 1", "2s got 2", "3s closed"}},
	} {
		t.Run(fmt.Sprint(test.size), func(t *testing.T) {
			l := newLog()
			q := NewQueue[int](l.Hub, test.size)
			l.Go(l.newProducesFrame(q, 3))
			l.Go(l.newConsumesFrame(q, time.Second))
			l.expect(t, test.want...)
			assert.Zero(t, q.Len())
		})
	}
}

//greenlet:resumable
func (l *log) puts(q *Queue[int], v int) {
	defer l.say("putter %d leaves", v)
	q.Put(v)
}

//greenlet:resumable
func (l *log) getsFor(q *Queue[int], d time.Duration) {
	v, ok := q.GetFor(d)
	l.say("%d %v", v, ok)
}

// A putter that is killed takes its value along, and those of a closed queue panic.
func TestQueueLeft(t *testing.T) {
	l := newLog()
	var failed []string
	l.OnError(func(_ *Task, err *PanicError) { failed = append(failed, fmt.Sprint(err.Value)) })
	q := NewQueue[int](l.Hub, 0)
	l.Go(l.newKillsOneFrame(l.Go(l.newPutsFrame(q, 1))))
	l.Go(l.newPutsFrame(q, 2))
	l.GoAfter(time.Second, l.newGetsForFrame(q, 0))
	l.GoAfter(2*time.Second, l.newGetsForFrame(q, time.Second))
	l.GoAfter(4*time.Second, l.newPutsFrame(q, 3))
	l.GoAfter(5*time.Second, l.newClosesFrame(q))
	l.expect(t, "1ns putter 1 leaves", "1s 2 true", "1s putter 2 leaves", "3s 0 false", "5s putter 3 leaves")
	assert.Equal(t, []string{"hub: Put to a closed queue"}, failed)
	assert.Zero(t, q.Len())
}

//greenlet:resumable
func (l *log) closes(q *Queue[int]) { q.Close() }

//greenlet:resumable
func (l *log) offers(q *Queue[int], v int) {
	defer func() { l.say("%d left %v", v, q.Offer(-v)) }()
	l.say("%d %v", v, q.Offer(v))
	l.Sleep(time.Hour)
}

// Who cleans up can't know whether a queue is closed: Offer says so, before and while it waits,
// and what Put panics with is an error of this name.
func TestOffer(t *testing.T) {
	l := newLog()
	q := NewQueue[int](l.Hub, 1)
	task := l.Go(l.newOffersFrame(q, 1))
	l.Go(l.newOffersFrame(q, 2))
	l.GoAfter(time.Second, l.newClosesFrame(q))
	l.GoAfter(2*time.Second, l.newKillsOneFrame(task))
	l.expect(t, "0s 1 true", "1s 2 false", "2.000000001s 1 left false", "1h0m1s 2 left false")
	assert.Equal(t, []int{1}, q.CloseNow())
	defer func() {
		err, _ := recover().(error)
		assert.ErrorIs(t, err, ErrClosed)
		assert.EqualError(t, err, "hub: Put to a closed queue")
	}()
	q.TryPut(1)
}

// Run names those that wait for ever, where, and for what.
func TestDeadlock(t *testing.T) {
	l := newLog()
	l.Go(l.newWaitsFrame(l.NewEvent(), "a"))
	l.Go(l.newConsumesFrame(NewQueue[int](l.Hub, 1), 0))
	err := l.Run(t.Context())
	var d *Deadlock
	require.ErrorAs(t, err, &d)
	require.Len(t, d.Waiting, 2)
	assert.Equal(t, "an event", d.Waiting[0].For)
	assert.Contains(t, err.Error(), "task 2 (github.com/going-green/greenlet/hub.(*log).consumes) waits for a value in a queue in ")
	var dump strings.Builder
	require.NoError(t, l.DumpTree(&dump))
	assert.Contains(t, dump.String(), "hub_test.go:")

	for _, task := range l.Tasks() { // they may be helped yet
		task.Interrupt(greenlet.Exit)
	}
	assert.NoError(t, l.Run(t.Context()))
	assert.Empty(t, l.Tasks())
}

// When its context is done the hub kills the tasks, and lets them clean up.
func TestShutdown(t *testing.T) {
	l := newLog()
	ctx, cancel := context.WithCancelCause(t.Context())
	l.Go(l.newStubbornFrame())
	l.Go(l.newCancelsFrame(cancel))
	l.GoAfter(time.Hour, l.newStubbornFrame())
	assert.Equal(t, errors.ErrUnsupported, l.Run(ctx))
	assert.Equal(t, []string{"1s cleans up", "2s cleaned up"}, l.lines)
	assert.Empty(t, l.Tasks())
}

//greenlet:resumable
func (l *log) cancels(cancel context.CancelCauseFunc) {
	l.Sleep(time.Second)
	cancel(errors.ErrUnsupported)
}

// Other goroutines post; a promise keeps the hub running until then.
func TestPost(t *testing.T) {
	h := New()
	q := NewQueue[int](h, -1)
	var wg sync.WaitGroup
	for i := range 10 {
		done := h.Promise()
		wg.Go(func() {
			h.Post(func() { q.TryPut(i) })
			done()
		})
	}
	frame := newSumsFrame(q, 10)
	h.Go(frame)
	require.NoError(t, h.Run(t.Context()))
	wg.Wait()
	assert.Equal(t, 45, frame.Results())
}

//greenlet:resumable
func sums(q *Queue[int], n int) (sum int) {
	for range n {
		v, _ := q.Get()
		sum += v
	}
	return sum
}

// A generator within a task may wait, too: the task waits then.
func TestNestedWait(t *testing.T) {
	l := newLog()
	l.Go(l.newIteratesFrame())
	l.Go(l.newSleeperFrame("other", 1, 1500*time.Millisecond))
	l.expect(t, "0s other 0", "1s 0", "1.5s other ends", "2s 1", "3s 2")
}

//greenlet:resumable
func (l *log) ticks(n int) {
	for i := range n {
		l.Sleep(time.Second)
		greenlet.Yield(i)
	}
}

//greenlet:resumable
func (l *log) iterates() {
	g := greenlet.New(l.newTicksFrame(3))
	for v := g.Switch(); !g.Dead(); v = g.Switch() {
		l.say("%v", v)
	}
}

func TestMisuse(t *testing.T) {
	h := New()
	assert.PanicsWithValue(t, "hub: a wait for time outside of the hub's tasks: start one with Go", func() { h.Sleep(1) })
}
