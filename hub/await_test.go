package hub

import (
	"errors"
	"fmt"
	"testing"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

//greenlet:resumable
func (l *log) waitsForMany() {
	event, future, queue, mutex := l.NewEvent(), NewFuture[int](l.Hub), NewQueue[int](l.Hub, 0), l.NewMutex()
	sem, pool := l.NewSemaphore(0), l.NewPool(1)
	mutex.Lock()
	names := map[Waitable]string{event: "event", future: "future", queue: "queue", mutex: "mutex", sem: "semaphore", pool: "pool"}
	l.GoAfter(4*time.Second, l.newCallsFrame(event.Set))
	l.GoAfter(3*time.Second, l.newCallsFrame(func() { future.Set(1) }))
	l.GoAfter(2*time.Second, l.newPutsFrame(queue, 1))
	pool.Go(l.newSleeperFrame("task", 1, time.Second))
	free := l.NewSemaphore(1)
	names[free] = "free"
	for w := range AsReady[Waitable](event, future, queue, mutex, free, pool, event) {
		l.say("%s", names[w])
		if w == Waitable(future) {
			l.Sleep(2 * time.Second)
		}
		if w == Waitable(event) {
			break
		}
	}
	queue.Get()
	ready := AwaitFor[Waitable](time.Second, -1, mutex, sem, future)
	l.say("%d", len(ready))
	l.say("%v", len(Await(0, event)) == 0 && len(Await[Waitable](1)) == 0)
	assert.Nil(l.t, event.links.head)
	assert.Nil(l.t, sem.links.head)
}

//greenlet:resumable
func (l *log) calls(f func()) { f() }

// Things of all kinds are waited for together, and come in the order in which they became
// ready, be it that the task was elsewhere then.
func TestAsReady(t *testing.T) {
	l := newLog()
	l.t = t
	l.Go(l.newWaitsForManyFrame())
	l.expect(t, "0s mutex", "0s free", "0s task 0", "1s task ends", "1s pool", "2s queue", "3s future", "5s event",
		"5s putter 1 leaves", "6s 2", "6s true")
}

//greenlet:resumable
func (l *log) returns(d time.Duration, err error) error {
	l.Sleep(d)
	return err
}

//greenlet:resumable
func (l *log) joinsAll() {
	early, late := errors.New("early"), errors.New("late")
	tasks := []*Task{
		l.Go(l.newReturnsFrame(3*time.Second, late)), l.Go(l.newReturnsFrame(2*time.Second, early)),
		l.Go(l.newReturnsFrame(time.Second, nil)), l.Go(l.newReturnsFrame(time.Hour, nil)),
	}
	tasks[3].Interrupt(greenlet.Exit)
	tasks[3].Join()
	err, ok := JoinAllFor(1500*time.Millisecond, tasks[:3]...)
	l.say("%v %v", err, ok)
	l.say("%v", JoinAll(tasks[:3]...))
	l.say("%v", JoinAll(tasks...))
	for _, t := range tasks {
		l.say("%v %v", t.Err(), t.Successful())
	}
	l.say("%v", JoinAll())
}

func TestJoinAll(t *testing.T) {
	l := newLog()
	l.Go(l.newJoinsAllFrame())
	l.expect(t, "1.5s <nil> false", "3s early", "3s late",
		"3s late false", "3s early false", "3s <nil> true", "3s greenlet: exit true", "3s <nil>")
}

// refuses goes on when it is killed, once.
//
//greenlet:resumable
func (l *log) refuses() {
	func() {
		defer func() { l.say("refuses %v", recover()) }()
		l.Sleep(time.Hour)
	}()
	l.Sleep(10 * time.Second)
}

//greenlet:resumable
func (l *log) killsAll() {
	a, b, unborn := l.Go(l.newRefusesFrame()), l.Go(l.newStubbornFrame()), l.GoAfter(time.Hour, l.newRefusesFrame())
	l.Yield()
	l.say("%v", KillAllFor(time.Second/2, a, b, unborn))
	l.say("%v %v %v", a.Done(), b.Done(), unborn.Done())
	l.say("%v", KillAllFor(time.Second, b))
	l.say("%v %v", a.KillFor(time.Second), a.Err())
	c := l.Go(l.newRefusesFrame())
	l.Yield()
	l.say("%v", c.KillFor(time.Second))
	defer l.say("suicide, too")
	KillAll(c, l.Current())
	l.say("not here")
}

func TestKillAll(t *testing.T) {
	l := newLog()
	l.Go(l.newKillsAllFrame())
	l.expect(t, "0s refuses greenlet: exit", "0s cleans up", "500ms false", "500ms false false true", "500ms true",
		"500ms true greenlet: exit", "500ms refuses greenlet: exit", "1.5s false", "1.5s suicide, too")
}

//greenlet:resumable
func (l *log) unlinks() {
	task := l.Go(l.newSleeperFrame("a", 1, time.Second))
	task.Link(func(*Task) { l.say("first") })
	second := task.Link(func(*Task) { l.say("second") })
	var third Link
	task.Link(func(t *Task) {
		third.Unlink()
		t.Link(func(*Task) { l.say("late") })
	})
	third = task.Link(func(*Task) { l.say("third") })
	second.Unlink()
	second.Unlink()
	task.Join()
	task.Link(func(*Task) {}).Unlink()
}

func TestUnlink(t *testing.T) {
	l := newLog()
	l.Go(l.newUnlinksFrame())
	l.expect(t, "0s a 0", "1s a ends", "1s first", "1s late")
}

//greenlet:resumable
func (l *log) squares(n int) (int, error) {
	l.Sleep(time.Second)
	if n < 0 {
		return 0, fmt.Errorf("%d is negative", n)
	}
	return n * n, nil
}

//greenlet:resumable
func (l *log) gets() {
	count := Spawn(l, l.newCountsFrame(3))
	good, bad := Try(l, l.newSquaresFrame(3)), Try(l, l.newSquaresFrame(-3))
	fed := NewFuture[int](l.Hub)
	good.Feed(fed)
	_, ok, _ := good.TryGet()
	l.say("%v", ok)
	v, err := bad.Get()
	l.say("%v %v %v %v", v, err, bad.Err(), bad.Successful())
	v, ok, err = good.TryGet()
	l.say("%v %v %v", v, ok, err)
	v, err = fed.Get()
	l.say("%v %v", v, err)
	v, err = count.GetFor(time.Second)
	l.say("%v %v", v, err)
	v, err = count.Get()
	l.say("%v %v", v, err)
	killed := Spawn(l.NewPool(1), l.newCountsFrame(3))
	killed.Kill()
	v, err = killed.Get()
	l.say("%v %v", v, err)
}

func TestHandle(t *testing.T) {
	l := newLog()
	l.Go(l.newGetsFrame())
	l.expect(t, "0s false", "1s 0 -3 is negative -3 is negative false", "1s 9 true <nil>", "1s 9 <nil>",
		"2s 0 hub: timeout after 1s", "3s 3 <nil>", "3s 0 greenlet: exit")
}

// getsByValue is gets for tasks that are started by value, of methods and of literals.
//
//greenlet:resumable
func (l *log) getsByValue() {
	show := func(v int, err error) { l.say("%v %v", v, err) }
	show(SpawnOf[int](l, l.counts, 3).Get())
	show(TryOf[int](l, l.squares, 3).Get())
	bad := TryOf[int](l, l.squares, -3)
	show(bad.Get())
	l.say("%v %v", bad.Err(), bad.Successful())
	show(SpawnOf[int](l.NewPool(1), func(n int) int { l.Sleep(time.Second); return n + 1 }, 4).Get())
	fails := TryOf[int](l, func() (int, error) { return 5, errors.ErrUnsupported })
	show(fails.Get())
	l.say("%v", fails.Err())
	defer func() { l.say("%v", recover()) }()
	SpawnOf[string](l, func() int { return 1 }).Get()
}

func TestHandleByValue(t *testing.T) {
	l := newLog()
	l.Go(l.getsByValue)
	l.expect(t, "3s 3 <nil>", "4s 9 <nil>", "5s 0 -3 is negative", "5s -3 is negative false", "6s 5 <nil>",
		"6s 5 unsupported operation", "6s unsupported operation", "6s hub: a task's function has returned int, not string")

	const pkg = "github.com/going-green/greenlet/hub."
	var counts, now any = l.counts, time.Now // what the generator doesn't see through
	assert.PanicsWithError(t, "hub: SpawnOf: "+pkg+"(*log).counts doesn't return a string", func() { SpawnOf[string](l, l.counts, 3) })
	assert.PanicsWithError(t, "hub: SpawnOf: "+pkg+"(*log).squares doesn't return a int", func() { SpawnOf[int](l, l.squares, 3) })
	assert.PanicsWithError(t, "hub: TryOf: "+pkg+"(*log).counts doesn't return a int and an error", func() { TryOf[int](l, l.counts, 3) })
	assert.Panics(t, func() { l.Go(counts) }, "an argument is missing")
	assert.Panics(t, func() { l.Go(now) }, "it is plain")
}

//greenlet:resumable
func (l *log) awaits(f *Future[string], name string, d time.Duration) {
	v, err := f.GetFor(d)
	l.say("%s %q %v", name, v, err)
}

func TestFuture(t *testing.T) {
	l := newLog()
	f := NewFuture[string](l.Hub)
	for i := range 2 {
		l.Go(l.newAwaitsFrame(f, fmt.Sprint(i), time.Hour))
	}
	l.Go(l.newAwaitsFrame(f, "hasty", time.Second))
	l.GoAfter(2*time.Second, l.newCallsFrame(func() { f.Set("x") }))
	l.GoAfter(3*time.Second, l.newCallsFrame(func() { f.SetError(errors.ErrUnsupported) }))
	l.GoAfter(4*time.Second, l.newAwaitsFrame(f, "late", 0))
	_, ok, _ := f.TryGet()
	assert.False(t, ok || f.Done())
	l.expect(t, `1s hasty "" hub: timeout after 1s`, `2s 0 "x" <nil>`, `2s 1 "x" <nil>`, `4s late "" unsupported operation`)
	_, ok, err := f.TryGet()
	assert.True(t, ok && f.Done())
	assert.Equal(t, errors.ErrUnsupported, err)
}
