package hub

import (
	"fmt"
	"slices"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// waiter is how a task waits: it has one, as it waits in one place at a time, however
// many greenlets of its own it is below.
type waiter struct {
	g       *greenlet.Greenlet // who switched away; nil while it runs
	state   waitState
	expired bool   // the wait was, as its time ran out
	done    bool   // the task has ended
	what    reason // it waits for
	alarm   place  // of the timer that starts the task, or ends its wait
	slot    any    // what is handed over where it waits; when it is thrown, what to panic with
	list    *waiters
	io      *Readiness // instead of list: it is that direction's only one
	prev    *Task
	next    *Task
}

type waitState uint8

const (
	active  waitState = iota // it runs
	parked                   // it waits
	granted                  // it has what it waited for, and is about to run
	thrown                   // it is about to get a panic
)

// waiters are tasks that wait for the same, the first come first. The last is before the
// first, so that the list is one pointer.
type waiters struct{ head *Task }

func (l *waiters) push(t *Task) {
	w := &t.waiter
	w.list, w.prev = l, t
	if l.head == nil {
		l.head = t
		return
	}
	first := &l.head.waiter
	w.prev, first.prev.next, first.prev = first.prev, t, t
}

func (l *waiters) remove(t *Task) {
	w := &t.waiter
	if l.head == t {
		l.head = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else if l.head != nil {
		l.head.prev = w.prev
	}
	w.list, w.prev, w.next = nil, nil, nil
}

// turns are tasks that wait for their turn, and how many.
type turns struct {
	waiters
	n int
}

func (l *turns) push(t *Task) {
	l.waiters.push(t)
	l.n++
}

// pop takes the first out. There is no other way out: who is ready runs.
func (l *turns) pop() *Task {
	t := l.head
	l.remove(t)
	l.n--
	return t
}

// append puts behind those in l what was in l before.
func (l *turns) append(before turns) {
	switch {
	case before.head == nil:
	case l.head == nil:
		*l = before
	default:
		last, behind := l.head.prev, before.head
		last.next = behind
		behind.prev, l.head.prev = last, behind.prev
		l.n += before.n
	}
}

// wakeOne makes the first ready and returns it, or nil.
func (l *waiters) wakeOne() *Task {
	t := l.head
	if t != nil {
		t.grant()
	}
	return t
}

func (l *waiters) wakeAll() {
	for l.head != nil {
		l.head.grant()
	}
}

// park has the running task wait, of which g is the current greenlet, until it is granted
// what it waits for in list, which may be nil. It has to switch to loop at once, where it
// is resumed when it is; what interrupts it is a panic there.
//
// To suspend in the function that waits, and in none that it calls for that, saves a frame
// for each, of as many as there are tasks that wait.
func (h *Hub) park(g *greenlet.Greenlet, list *waiters, what reason) (loop *greenlet.Greenlet) {
	if t := h.waits(g, parked, what); list != nil {
		list.push(t)
	}
	return h.self
}

// parkFor is park for d at most. Behind it granted tells whether that has passed.
func (h *Hub) parkFor(g *greenlet.Greenlet, list *waiters, d time.Duration, what reason) (loop *greenlet.Greenlet) {
	return h.parkUntil(g, list, h.in(d), what)
}

func (h *Hub) parkUntil(g *greenlet.Greenlet, list *waiters, until time.Time, what reason) (loop *greenlet.Greenlet) {
	loop = h.park(g, list, what)
	h.running.expired = false
	h.running.startTimer(until)
	return loop
}

// awake is called behind each wait, of which g is the current greenlet. It panics if that has
// been switched to by another than the loop: gevent's InvalidSwitchError.
func (h *Hub) awake(g *greenlet.Greenlet) {
	if h.resumes != g {
		panic(h.invalid(g))
	}
}

// invalid says who has switched to g, which waits.
func (h *Hub) invalid(g *greenlet.Greenlet) error {
	for t := h.first; t != nil; t = t.after {
		if t.g == g {
			return fmt.Errorf("hub: a greenlet that waits for %v was switched to by %v: only the hub ends its wait", t.what, h.running)
		}
	}
	return fmt.Errorf("hub: a greenlet that waits was switched to by %v: only the hub ends its wait", h.running)
}

// granted reports whether the running task has got what it last waited for by parkFor.
func (h *Hub) granted() bool { return !h.running.expired }

// mayWait is the running task, of which g is the current greenlet, and panics if there is
// none, or if it is plain code called by the task that is to wait: to switch, that would have
// to run the loop above the task.
func (h *Hub) mayWait(g *greenlet.Greenlet, what reason) *Task {
	t := h.current(what)
	if g == greenlet.Main() {
		panic(greenlet.PlainError("wait for " + what.String()))
	}
	return t
}

// waits notes how the running task waits from now on.
func (h *Hub) waits(g *greenlet.Greenlet, state waitState, what reason) *Task {
	t := h.mayWait(g, what)
	t.deliver()
	w := &t.waiter
	w.g, w.state, w.what = g, state, what
	t.tracked()
	return t
}

// current is the task that runs.
func (h *Hub) current(what reason) *Task {
	if h.running == nil {
		panic("hub: a wait for " + what.String() + " outside of the hub's tasks: start one with Go")
	}
	return h.running
}

// deliver raises what t has been interrupted by while it did not wait.
func (t *Task) deliver() {
	if x := t.own; x != nil && len(x.pending) > 0 {
		v := x.pending[0]
		x.pending = slices.Delete(x.pending, 0, 1)
		panic(v)
	}
}

// pend has v raised at the next wait of t that nothing else is raised at: those that are to
// be come in their order, but for Exit, which comes first, and once.
func (t *Task) pend(v any) {
	if t.own == nil {
		t.own = new(own)
	}
	switch x := t.own; {
	case v != any(greenlet.Exit):
		x.pending = append(x.pending, v)
	case len(x.pending) == 0 || x.pending[0] != v:
		x.pending = slices.Insert(x.pending, 0, v)
	}
}

// unpend takes back v, if it has not been raised.
func (t *Task) unpend(v any) {
	if x := t.own; x != nil {
		if i := slices.Index(x.pending, v); i >= 0 {
			x.pending = slices.Delete(x.pending, i, i+1)
		}
	}
}

// grant ends the wait of t, which is parked.
func (t *Task) grant() {
	t.leave()
	t.waiter.state = granted
	t.hub.ready.push(t)
}

// interrupt ends the wait of t by a panic with v. One that has been granted what it
// waited for keeps it, so that nothing is lost that was handed over: it gets the panic
// at its next wait.
func (t *Task) interrupt(v any) {
	switch t.waiter.state {
	case parked:
		t.leave()
		t.waiter.state, t.waiter.slot = thrown, v
		t.hub.ready.push(t)
	case thrown:
		if v == any(greenlet.Exit) && t.waiter.slot != v {
			t.waiter.slot, v = v, t.waiter.slot
		}
		if v != any(greenlet.Exit) {
			t.pend(v)
		}
	default:
		t.pend(v)
	}
}

// leave takes t off what it waits in, and stops its timer.
func (t *Task) leave() {
	if l := t.waiter.list; l != nil {
		l.remove(t)
	}
	if r := t.waiter.io; r != nil {
		r.left(t)
	}
	t.stopTimer()
}
