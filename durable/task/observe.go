package task

import (
	"context"
	"slices"
	"time"

	"github.com/going-green/greenlet/durable/engine"
)

// What a runner tells of its work: events, and where what takes time begins and ends.

// Event is what an observer or a tracer is told. Kind says what it is about:
//
//	claim     the worker has got a task; Takes is how late that is
//	call      a call by Do begins; Note is its function
//	returned  it has ended, with Err, after Takes; a context's error if it was canceled or ran out of time
//	commits   a transaction has been committed, with changes of Number tasks, in Takes
//	commit    a change of a task was among them; Note is what the task does or waits for
//	released  a task has left memory; Note is what it waits for
//	parked    this build can't go on with a task; Note is why
//	done, failed, canceled  a task has ended; Err is what it has returned or panicked with
//	fenced    a task is another worker's by now
//	lost      a change could not be committed; Err is why
type Event struct {
	Kind    string
	Task    string
	Func    string // the task's
	Seq     uint64
	Note    string
	Key     string // of a call
	Attempt int    // of a call: how many times it was tried with this one, as far as the task knows
	Number  int
	Attrs   map[string]string // the task's, which must not be changed
	Takes   time.Duration
	Err     error
}

// Tracer is told where something begins that takes time, and when it is over: for spans. A runner has one by [Options].
type Tracer interface {
	// Begin is told of the beginning of
	//
	//   - a start, by Start or StartWith, with the context given to them, on the caller's goroutine;
	//   - a step, from where a task is resumed to where it is committed that it waits;
	//   - a call by Do, whose function is given the context that is returned.
	//
	// e.Kind is "start", "step" or "call". If end is not nil, it is called when that is over: for steps with the event that has ended
	// them, for calls with one of Kind "returned", for starts with the error of a start. Steps and calls are told in the loop: it must
	// not wait.
	Begin(ctx context.Context, e Event) (_ context.Context, end func(Event))
	// Event is told of what an observer is told, in the loop.
	Event(e Event)
}

// AddObserver has f told of events, as [Options.Observe] is: in the loop, where it must not wait. It may be called by any
// goroutine.
func (r *Runner) AddObserver(f func(Event)) {
	for {
		old := r.observers.Load()
		var list []func(Event)
		if old != nil {
			list = slices.Clone(*old)
		}
		list = append(list, f)
		if r.observers.CompareAndSwap(old, &list) {
			return
		}
	}
}

// observed reports whether somebody is told.
func (r *Runner) observed() bool {
	return r.o.Observe != nil || r.o.Tracer != nil || r.observers.Load() != nil
}

func (r *Runner) observe(e Event) {
	if r.o.Observe != nil {
		r.o.Observe(e)
	}
	if list := r.observers.Load(); list != nil {
		for _, f := range *list {
			f(e)
		}
	}
	if r.o.Tracer != nil {
		r.o.Tracer.Event(e)
	}
}

// event is one of a task.
func (t *Task) event(kind, note string) Event {
	return Event{Kind: kind, Task: t.id, Func: t.info.Func, Seq: t.seq, Note: note, Attrs: t.info.Attrs}
}

func (t *Task) failure(kind string, err error) Event {
	e := t.event(kind, "")
	e.Err = err
	return e
}

// event is one of a call.
func (d *performance) event(kind string) Event {
	e := d.task.event(kind, d.asked.call.name())
	e.Key, e.Attempt = d.asked.key, d.asked.how.Tried+1
	return e
}

// begins tells the tracer of a start.
func (r *Runner) begins(ctx context.Context, id string, s *engine.Start) (context.Context, func(Event)) {
	if r.o.Tracer == nil {
		return ctx, nil
	}
	return r.o.Tracer.Begin(ctx, Event{Kind: "start", Task: id, Func: s.Func, Attrs: s.Attrs})
}

// reaches tells of what has become of a task by the step that it was in.
func (r *Runner) reaches(t *Task, e Event) {
	r.observe(e)
	t.stepped(e)
}

// steps tells the tracer of a step.
func (r *Runner) steps(t *Task) {
	if r.o.Tracer != nil {
		_, t.traced = r.o.Tracer.Begin(r.ctx, t.event("step", ""))
	}
}

// stepped tells it that the step is over.
func (t *Task) stepped(e Event) {
	if end := t.traced; end != nil {
		t.traced = nil
		end(e)
	}
}
