package hub

import (
	"errors"
	"fmt"
	"os"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Task is a greenlet that a hub runs. Its methods are for that hub's tasks and for
// the goroutine that runs the hub, while it does not.
type Task struct {
	waiter
	hub     *Hub
	number  int32
	by      int32 // number of the task that started it, or 0
	frame   greenlet.Frame
	root    *greenlet.Greenlet // nil before it begins
	own     *own               // what few tasks have
	joiners waiters
	links   links
	owner   Owner
	before  *Task // of the hub's that are not done
	after   *Task
}

// PanicError is the error of a task that has ended by a panic.
type PanicError struct {
	Task  *Task
	Value any // what it panicked with
	// Stack are its calls, innermost first, those that were suspended as well. It is nil if
	// a greenlet on another goroutine has panicked at the same time.
	Stack []greenlet.StackFrame
}

func (e *PanicError) Error() string { return fmt.Sprintf("%v panicked: %v", e.Task, e.Value) }

// Unwrap is Value, if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// report is the error handler of a hub that has no other.
func report(_ *Task, err *PanicError) {
	fmt.Fprintf(os.Stderr, "hub: %v\n", err)
	for _, f := range err.Stack {
		fmt.Fprintf(os.Stderr, "\t%v\n", f)
	}
}

// Go starts a task that runs a function with arguments, or a frame, as [greenlet.New]
// takes them, whose panics it has: h.Go(serve, conn). It runs behind those that are ready
// already. When it has ended, a frame has its results; for those of a function see
// [SpawnOf].
func (h *Hub) Go(run any, args ...any) *Task { return h.start(greenlet.FrameOf(run, args...)) }

func (h *Hub) start(frame greenlet.Frame) *Task {
	t := h.newTask(frame)
	t.state = granted
	h.ready.push(t)
	return t
}

// Owner is told when a task has ended that has been started for it: in the loop, in which
// it must not wait. For many tasks it takes less memory than [Task.Link].
type Owner interface{ TaskEnded(t *Task) }

// GoFor is Go for an owner.
func (h *Hub) GoFor(owner Owner, run any, args ...any) *Task {
	t := h.Go(run, args...)
	t.owner = owner
	return t
}

// GoAfter is Go, when d has passed.
func (h *Hub) GoAfter(d time.Duration, run any, args ...any) *Task {
	t := h.newTask(greenlet.FrameOf(run, args...))
	t.state, t.what = parked, forStart
	t.startTimer(h.in(d))
	return t
}

func (h *Hub) newTask(frame greenlet.Frame) *Task {
	h.spawned++
	t := &Task{hub: h, number: int32(h.spawned), frame: frame}
	if h.running != nil {
		t.by = h.running.number // a pointer would keep all that have ever begun another
	}
	if h.tracking {
		t.more("SetTracking").track = h.newTrack()
	}
	if t.before = h.last; h.last == nil {
		h.first = t
	} else {
		h.last.after = t
	}
	h.last = t
	for _, f := range h.onStart {
		f(t)
	}
	return t
}

// OnStart has f called for each task that is started from now on, before it is ready:
// it must not wait.
func (h *Hub) OnStart(f func(*Task)) { h.onStart = append(h.onStart, f) }

// forget takes t out of the tasks that are not done.
func (h *Hub) forget(t *Task) {
	if t.before == nil {
		h.first = t.after
	} else {
		t.before.after = t.after
	}
	if t.after == nil {
		h.last = t.before
	} else {
		t.after.before = t.before
	}
	t.before, t.after = nil, nil
}

// Number is the task's number in its hub, in the order of their start, from 1.
func (t *Task) Number() int { return int(t.number) }

// String is the task's number in its hub and its function.
func (t *Task) String() string { return fmt.Sprintf("task %d (%s)", t.number, t.frame.Func().Name) }

// Done reports whether t has ended.
func (t *Task) Done() bool { return t.done }

// Err is nil while t runs; [greenlet.Exit] if it was killed, and a [*PanicError] if it
// panicked. Otherwise it is what the function of t has returned, if that is an error only
// or if [Try] has started it.
func (t *Task) Err() error {
	if !t.done {
		return nil
	}
	if err := t.failure(); err != nil {
		return err
	}
	if t.own != nil && t.own.fails != nil {
		return t.own.fails()
	}
	if f, ok := t.frame.(interface{ Results() error }); ok {
		return f.Results()
	}
	return nil
}

// failure is what t has ended by, if it has not returned. It is where what t waited for was
// handed over.
func (t *Task) failure() error {
	err, _ := t.slot.(error)
	return err
}

// Successful reports whether t has ended without an error. To be killed is none.
func (t *Task) Successful() bool {
	if !t.done {
		return false
	}
	err := t.Err()
	return err == nil || errors.Is(err, greenlet.Exit)
}

// Join waits until t has ended, and returns its error.
//
//greenlet:resumable
func (t *Task) Join() error {
	if !t.done {
		t.hub.park(greenlet.Current(), &t.joiners, forTask).Switch()
		t.hub.awake(greenlet.Current())
	}
	return t.Err()
}

// JoinFor is Join that gives up after d: ok reports whether t has ended.
//
//greenlet:resumable
func (t *Task) JoinFor(d time.Duration) (err error, ok bool) {
	if !t.done {
		t.hub.parkFor(greenlet.Current(), &t.joiners, d, forTask).Switch()
		t.hub.awake(greenlet.Current())
		if !t.hub.granted() {
			return nil, false
		}
	}
	return t.Err(), true
}

// Interrupt has v raised in t: where it waits, or else at its next wait. A task that has
// not begun does not; it ends with v.
func (t *Task) Interrupt(v any) {
	if t.own != nil && v == any(greenlet.Exit) {
		t.own.cancel(greenlet.Exit)
	}
	switch {
	case t.done:
	case t.root == nil:
		t.stopTimer()
		t.end(v)
	default:
		t.interrupt(v)
	}
}

// Kill interrupts t by [greenlet.Exit], runs what it has deferred, and waits until it
// has ended. A task that kills itself ends at once.
//
//greenlet:resumable
func (t *Task) Kill() {
	if t == t.hub.running {
		panic(greenlet.Exit)
	}
	t.Interrupt(greenlet.Exit)
	t.Join()
}

// KillFor is Kill that gives up after d: it reports whether t has ended. A task may recover
// and go on, or take its time to clean up.
//
//greenlet:resumable
func (t *Task) KillFor(d time.Duration) bool {
	if t == t.hub.running {
		panic(greenlet.Exit)
	}
	t.Interrupt(greenlet.Exit)
	_, ok := t.JoinFor(d)
	return ok
}

// Link has f called when t has ended: in the loop, in which it must not wait; at once if
// t has ended already. What it returns undoes it.
func (t *Task) Link(f func(*Task)) Link {
	if t.done {
		f(t)
		return Link{}
	}
	l := &taskLink{task: t, f: f}
	t.links.add(&l.link, l)
	return Link{l}
}

// end notes that t has ended: by a panic, unless v is nil.
func (t *Task) end(v any) {
	t.done, t.slot = true, nil
	t.hub.counts.ended++
	var failed *PanicError
	switch err, _ := v.(error); {
	case v == nil:
	case errors.Is(err, greenlet.Exit):
		t.slot = greenlet.Exit
	default:
		failed = &PanicError{t, v, greenlet.PanicStack(v)}
		t.slot = failed
		t.hub.counts.failed++
	}
	if t.own != nil {
		t.own.cancel(t.failure())
		if fails := t.own.fails; fails != nil {
			t.own = &own{fails: fails}
		} else {
			t.own = nil
		}
	}
	t.hub.ended(t)
	t.hub.forget(t)
	t.joiners.wakeAll()
	t.tell(failed)
}

// tell tells who wants to know that t has ended: all, also if one of them panics.
func (t *Task) tell(failed *PanicError) {
	defer t.links.fire()
	if t.owner != nil {
		defer t.owner.TaskEnded(t)
	}
	if failed != nil {
		t.hub.onError(t, failed)
	}
}
