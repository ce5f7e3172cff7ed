package hub

import (
	"context"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// observer is what the loop leaves behind for who looks on: other goroutines, which may
// not look at the hub itself, and profiles. A hub has one while anybody does.
type observer struct {
	// For monitors.
	monitors int
	turn     atomic.Uint64
	who      atomic.Pointer[Task] // runs; &theLoop while the loop does; nil while it rests

	labels map[*greenlet.Func]context.Context // for profiles; nil unless SetLabels
	trace  *trace                             // nil unless SetTrace

	// For Publish.
	published bool
	began     time.Time // this turn; zero while the loop rests
	mu        sync.Mutex
	stats     Stats // at the end of the last turn
}

// theLoop stands for what the loop does itself.
var theLoop Task

// observe is h's observer, made if it has none.
func (h *Hub) observe() *observer {
	if h.observer == nil {
		h.observer = new(observer)
	}
	return h.observer
}

// overlook removes the observer if nobody looks on any more.
func (h *Hub) overlook() {
	if o := h.observer; o.monitors == 0 && o.labels == nil && o.trace == nil && !o.published {
		h.observer = nil
	}
}

// turned notes that a turn of the loop begins.
func (h *Hub) turned() {
	h.counts.turns++
	if h.observer != nil {
		h.observer.turned(h)
	}
}

// resumed notes that t is about to run.
func (h *Hub) resumed(t *Task) {
	h.counts.resumes++
	if h.observer != nil {
		h.observer.resumed(t)
	}
}

// waited notes that t has come to wait.
func (h *Hub) waited(t *Task) {
	if h.observer != nil {
		h.observer.waited(t)
	}
}

// ended notes that t has.
func (h *Hub) ended(t *Task) {
	if h.observer != nil {
		h.observer.ended(t)
	}
}

// rests notes that the loop is about to sleep, or to end.
func (h *Hub) rests() {
	if h.observer != nil {
		h.observer.rests(h)
	}
}

func (o *observer) turned(h *Hub) {
	if o.monitors > 0 {
		o.turn.Store(uint64(h.counts.turns))
		o.who.Store(&theLoop)
	}
	if o.published {
		o.began = o.publish(h)
	}
}

func (o *observer) resumed(t *Task) {
	if o.monitors > 0 {
		o.who.Store(t)
	}
	if o.labels != nil {
		o.label(t.frame.Func())
	}
	if o.trace != nil {
		o.trace.resumed(t)
	}
}

func (o *observer) waited(t *Task) {
	if o.trace != nil {
		o.trace.event(t, "waits for "+t.what.String())
	}
}

func (o *observer) ended(t *Task) {
	if o.trace != nil {
		o.trace.ended(t)
	}
}

func (o *observer) rests(h *Hub) {
	if o.monitors > 0 {
		o.who.Store(nil)
	}
	if o.labels != nil {
		pprof.SetGoroutineLabels(h.context())
	}
	if o.published {
		o.publish(h)
		o.began = time.Time{}
	}
}

// SetLabels sets whether profiles tell tasks apart, and returns whether they did: samples of
// a task's function have it as their label "task". It is for the loop's goroutine, and costs
// each resumption some nanoseconds. Goroutines that a task starts inherit its label, and so do
// the stacks of [greenlet.OnStack], of which none is kept for another task then, in the whole
// program: see [greenlet.SetIdleSections].
func (h *Hub) SetLabels(on bool) (old bool) {
	o := h.observe()
	old = o.labels != nil
	if on != old {
		labelling.set(on)
	}
	if o.labels = nil; on {
		o.labels = map[*greenlet.Func]context.Context{}
	} else if old {
		pprof.SetGoroutineLabels(h.context())
	}
	h.overlook()
	return old
}

// labelling is how many hubs label their tasks, and how many sections are kept otherwise.
var labelling labellers

type labellers struct {
	mu         sync.Mutex
	hubs, idle int
}

func (l *labellers) set(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case on:
		if l.hubs++; l.hubs == 1 {
			l.idle = greenlet.SetIdleSections(0)
		}
	default:
		if l.hubs--; l.hubs == 0 {
			greenlet.SetIdleSections(l.idle)
		}
	}
}

// label gives this goroutine the label of fn.
func (o *observer) label(fn *greenlet.Func) {
	ctx := o.labels[fn]
	if ctx == nil {
		ctx = pprof.WithLabels(context.Background(), pprof.Labels("task", fn.Name))
		o.labels[fn] = ctx
	}
	pprof.SetGoroutineLabels(ctx)
}

// context is that of Run, or one with nothing in it.
func (h *Hub) context() context.Context {
	if h.ctx == nil {
		return context.Background()
	}
	return h.ctx
}
