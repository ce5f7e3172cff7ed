package hub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/going-green/greenlet/hub/internal/goid"
	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

// Hub is a loop that runs tasks. It must be made by [New], [NewSimulated] or [NewSeeded].
type Hub struct {
	self    *greenlet.Greenlet // the loop, while it runs
	running *Task              // who runs; nil while the loop itself does
	resumes *greenlet.Greenlet // of it, where the loop has resumed it
	ready   turns              // tasks to run
	timers  timers
	clock   Clock
	first   *Task // of those that are not done, in the order of their start
	last    *Task
	spawned int // number of the last task
	runs    int // calls of Run
	onError func(*Task, *PanicError)
	onStart []func(*Task)
	ctx     context.Context

	chance   Chance     // nil unless the hub has a seed
	random   *rand.Rand // see Rand
	shuffled []*Task    // used by shuffle

	hold     func(*Task) bool // see SetHold
	held     []*Task
	released []*Task // that hold is not asked about
	clocks   func(*Task) LocalClock

	workers workers
	scopes  *scope // of the tasks in a WithContext

	counts    counts
	tracking  bool          // see SetTracking
	observer  *observer     // nil while nobody looks on
	goroutine atomic.Uint64 // that runs the hub; 0 while none does

	poller  poller // nil while there are no descriptors
	cleanup runtime.Cleanup
	watched []*Descriptor // by number
	open    int           // of them
	outside int           // tasks that wait for what descriptors will tell
	pace    pace

	mu      sync.Mutex
	posted  []func() // by other goroutines
	wakeup  chan struct{}
	woken   bool          // since the last sleep, or in it
	polling bool          // it sleeps in the poller, or is about to
	owed    int           // promised posts: work in flight on other goroutines
	over    bool          // Run has ended, and has not been called again
	finish  chan struct{} // closed when it does; nil unless somebody has asked
}

// New makes a hub that goes by the system's clock.
func New() *Hub { return newHub(systemClock{}) }

func newHub(c Clock) *Hub {
	return &Hub{
		timers: timers{epoch: c.Now()},
		clock:  c, wakeup: make(chan struct{}, 1), onError: report, workers: workers{limit: 10},
	}
}

// OnError has fn told of each task that has panicked, once, in the loop. The default
// prints it with the stack to the standard error. [greenlet.Exit] is no failure.
func (h *Hub) OnError(fn func(t *Task, err *PanicError)) { h.onError = fn }

// Now is what the hub's clock says, or that of the task that runs: see [Hub.SetClocks].
func (h *Hub) Now() time.Time {
	now := h.clock.Now()
	if h.clocks != nil {
		if c := h.local(); c != nil {
			return c.Now(now)
		}
	}
	return now
}

// Run runs the tasks until all have ended, or nothing can happen any more: then its
// error is a [*Deadlock]. When ctx is done it kills all tasks, runs what they have
// deferred, and returns the cause; or a Deadlock, if some refuse to end and wait for ever. It
// may be called again. It panics if the hub is running, and as a function does that the loop
// calls, one of Post or AfterFunc for example: then it may be called again as well, and goes
// on behind that.
//
// A task that calls [runtime.Goexit], as [testing.T.FailNow] does, ends with a [*PanicError]; it can
// defer no call that waits. The others go on, but when the hub has come to its end Run does not
// return: the goroutine ends then.
func (h *Hub) Run(ctx context.Context) error {
	if !h.goroutine.CompareAndSwap(0, goid.Current()) {
		panic("hub: Run of a hub that is running, in this goroutine or another")
	}
	h.ctx = ctx
	h.runs++
	h.mu.Lock()
	h.over = false
	h.mu.Unlock()
	stop := context.AfterFunc(ctx, h.rouse)
	defer stop()
	defer func() {
		h.rests()
		h.self, h.running, h.resumes, h.ctx = nil, nil, nil, nil
		h.mu.Lock()
		h.polling = false // it may have failed
		h.over = true
		if h.finish != nil {
			close(h.finish)
			h.finish = nil
		}
		h.mu.Unlock()
		h.closePoller()
		h.goroutine.Store(0)
	}()
	return h.run()
}

// run runs the loop to its end. runtime.Goexit in a task can't be stopped: but it makes the
// deferred calls of the goroutine, and the loop goes on in one of them.
func (h *Hub) run() error {
	frame := h.newLoopFrame()
	h.self = greenlet.New(frame)
	hubs.Set(h.self, h)
	whole := false
	defer func() {
		if whole {
			return
		}
		if v := recover(); v != nil {
			panic(v)
		}
		if t := h.running; t != nil { // else it has ended by a panic in place of Goexit
			h.running = nil
			t.exited()
		}
		_ = h.run()
	}()
	h.self.Switch()
	whole = true
	if !h.self.Dead() {
		panic(fmt.Sprintf("hub: in %v a greenlet has switched to the one that runs the hub, or ended and has it for a parent: "+
			"make it in the task", h.running))
	}
	return frame.Results()
}

// exited ends t, which has called runtime.Goexit. If a greenlet below it has, that has ended, and
// t is told where it waits for it.
func (t *Task) exited() {
	if w := &t.waiter; !t.root.Dead() {
		w.g, w.state, w.slot = t.root, thrown, errTaskGoexit
		t.hub.ready.push(t)
		return
	}
	t.end(errTaskGoexit)
}

// errTaskGoexit is the value of the [PanicError] of a task that has ended in this way.
var errTaskGoexit = errors.New("hub: the task has called runtime.Goexit")

// loop is the greenlet that all tasks have for a parent.
//
//greenlet:resumable
func (h *Hub) loop() error {
	for {
		if end, err := h.turns(); end {
			return err
		}
	}
}

// turns runs tasks until the hub has come to its end, or a task panics. To recover here
// is cheap: it is deferred once, not for each task or turn.
//
//greenlet:resumable
func (h *Hub) turns() (end bool, err error) {
	defer h.failed()
	for {
		h.turned()
		h.collect()
		if h.chance != nil {
			h.shuffle()
		}
		// What becomes ready meanwhile has its turn after those that wait for
		// time or other goroutines.
		for n := h.ready.n; n > 0 && !h.late(); n-- {
			h.pace.first--
			h.resume(h.ready.pop())
		}
		if cause := context.Cause(h.ctx); cause != nil {
			if h.shut(); h.first == nil {
				return true, cause
			}
		}
		switch {
		case h.ready.n > 0:
		case h.chance != nil && h.canceled():
		case h.idle():
			return true, h.deadlock()
		default:
			h.sleep()
		}
	}
}

// failed recovers what a task has panicked with.
func (h *Hub) failed() {
	t := h.running
	if t == nil {
		return // it is the loop that fails, or returns
	}
	if v := recover(); v != nil {
		h.running = nil
		t.end(v)
	}
}

// resume runs t until it waits again or ends.
//
//greenlet:resumable
func (h *Hub) resume(t *Task) {
	w := &t.waiter
	g, raise := w.g, w.state == thrown
	if g == nil && t.done {
		return // killed before it began
	}
	h.resumed(t)
	if g == nil {
		t.root = greenlet.New(t.frame)
		g = t.root
	} else if t.root.Parent() != h.self {
		t.root.SetParent(h.self) // of an earlier Run
	}
	w.g, w.state = nil, active
	h.running, h.resumes = t, g
	var got any
	if raise {
		v := w.slot
		w.slot = nil
		got = g.Throw(v)
	} else {
		got = g.Switch()
	}
	h.running = nil
	switch {
	case !t.root.Dead():
		h.waited(t)
	case got == any(greenlet.Exit): // which ends a greenlet silently
		t.end(got)
	default:
		t.end(nil)
	}
}

// collect makes ready what has become so: tasks whose time has come, and what other
// goroutines have posted.
func (h *Hub) collect() {
	if h.pace.due {
		h.poll(0)
	}
	h.mu.Lock()
	posted := h.posted
	h.posted = nil
	h.mu.Unlock()
	if len(posted) > 0 {
		h.call(posted)
	}
	if len(h.timers.heap) > 0 {
		h.timers.run(h.clock.Now())
	}
}

// call calls what was posted. If one panics the rest is left for the next Run.
func (h *Hub) call(posted []func()) {
	defer func() {
		if len(posted) > 0 {
			h.mu.Lock()
			h.posted = append(posted, h.posted...)
			h.mu.Unlock()
		}
	}()
	for len(posted) > 0 {
		f := posted[0]
		posted[0], posted = nil, posted[1:]
		h.counts.posts++
		f()
	}
}

// shut kills the tasks that are left when the context is done: each once, as what it has
// deferred may wait.
func (h *Hub) shut() {
	for _, t := range h.Tasks() {
		if t.done {
			continue // by the end of one before it
		}
		if x := t.more("Run"); x.shut != h.runs {
			x.shut = h.runs
			t.Interrupt(greenlet.Exit)
		}
	}
}

// Here reports whether the caller is on the goroutine that runs the hub. Code on a stack of
// its own, see [greenlet.OnStack], is not: there [greenlet.Current] tells who runs it. It may
// be called by any goroutine. It takes some microseconds, and more the deeper the stack is.
func (h *Hub) Here() bool { return h.goroutine.Load() == goid.Current() }

// hubs has for a loop its hub.
var hubs greenlet.Local[*Hub]

// Of is the hub of one of whose tasks the caller is a part, and nil if it is none of them: plain
// code that is on no stack of its own, other goroutines. g is [greenlet.Current]. It may be called
// by any goroutine.
func Of(g *greenlet.Greenlet) *Hub {
	for main := greenlet.Main(); g != nil && g != main; g = g.Parent() {
		if h, ok := hubs.Get(g); ok {
			return h
		}
	}
	return nil
}

// Current is the task that runs, or nil where none does.
func (h *Hub) Current() *Task { return h.running }

// Tasks are those that have not ended, in the order of their start.
func (h *Hub) Tasks() (list []*Task) {
	for t := h.first; t != nil; t = t.after {
		list = append(list, t)
	}
	return list
}

// idle reports whether nothing can happen any more.
func (h *Hub) idle() bool {
	if len(h.timers.heap) > 0 || h.outside > 0 {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.owed == 0 && len(h.posted) == 0
}

// sleep blocks the goroutine until a timer is due, something has happened to a
// descriptor, or another goroutine wakes it.
func (h *Hub) sleep() {
	if _, jumps := h.clock.(*simulatedClock); jumps && h.canceled() {
		return
	}
	var until time.Time
	if len(h.timers.heap) > 0 {
		if until = h.timers.next(); until.IsZero() {
			return // it is due: for the clock zero is never
		}
	}
	h.rests()
	if h.poller == nil {
		h.clock.Sleep(until, h.wakeup)
	} else {
		h.mu.Lock()
		d := time.Duration(-1)
		switch {
		case h.woken: // the poller was not told
			d = 0
		case !until.IsZero():
			d = max(0, time.Until(until))
		}
		h.polling = true
		h.mu.Unlock()
		h.poll(d)
	}
	h.mu.Lock()
	h.woken, h.polling = false, false
	h.mu.Unlock()
}

// wake ends sleep, or the next one. The caller holds the mutex: none may use the poller
// after it is closed.
func (h *Hub) wake() {
	if h.woken {
		return
	}
	h.woken = true
	if h.polling {
		if err := h.poller.wake(); err != nil {
			panic("hub: waking the poller: " + err.Error())
		}
		return
	}
	select {
	case h.wakeup <- struct{}{}:
	default: // one is left of a sleep that ended otherwise
	}
}

// rouse is wake for who does not hold the mutex.
func (h *Hub) rouse() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wake()
}

// Post has the loop call f, which must not wait. It may be called by any goroutine,
// whether the hub runs or not. It keeps no hub running that has nothing else to do:
// see [Hub.Promise]. It panics if the hub has a seed, runs, and it is another goroutine.
func (h *Hub) Post(f func()) {
	if h.chance != nil {
		if h.goroutine.Load() != 0 && !h.Here() && greenlet.Current() == greenlet.Main() {
			panic("hub: Post by another goroutine to a hub with a seed: nothing would come out the same")
		}
	}
	h.post(f)
}

// post is Post for what leaves no trace, and for signals.
func (h *Hub) post(f func()) {
	h.mu.Lock()
	h.posted = append(h.posted, f)
	h.wake()
	h.mu.Unlock()
}

// Promise keeps the hub running, as there will be a Post, until done is called. Both
// may be called by any goroutine.
func (h *Hub) Promise() (done func()) {
	h.owe(1)
	return sync.OnceFunc(func() {
		h.owe(-1)
		h.rouse()
	})
}

// Ended is closed when Run ends, or has ended and has not been called again. It may be called by
// any goroutine.
func (h *Hub) Ended() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		ended := make(chan struct{})
		close(ended)
		return ended
	}
	if h.finish == nil {
		h.finish = make(chan struct{})
	}
	return h.finish
}

func (h *Hub) owe(n int) {
	h.mu.Lock()
	h.owed += n
	h.mu.Unlock()
}
