package hub

import (
	"fmt"
	"io"
	"time"
)

// SetTrace has the hub write to w what its tasks do, a line for each event, up to the next
// call; nil ends it. It is for the loop's goroutine. Errors of w are ignored.
//
//	1.5s task 2 (main.client) starts
//	1.5s task 2 (main.client) waits for something to read
//	1.62s network delivers bytes 0 to 5 from b:7 to a:49152
//	1.62s task 2 (main.client) wakes
//	1.62s task 2 (main.client) ends
//
// Times are those of the hub's clock, since SetTrace. Two runs with one seed have the same
// bytes: see [NewSeeded].
func (h *Hub) SetTrace(w io.Writer) {
	if w == nil {
		h.OnTrace(nil)
		return
	}
	var buf []byte
	h.OnTrace(func(e TraceEvent) {
		buf = append(e.append(buf[:0]), '\n')
		_, _ = w.Write(buf)
	})
}

// TraceEvent is what a trace has a line for.
type TraceEvent struct {
	Time time.Duration // by the hub's clock, since SetTrace or OnTrace
	Task *Task         // whose it is; nil if Tracef was called
	What string        // the task does, or what Tracef was called with
}

// String is the line of the trace, without its end.
func (e TraceEvent) String() string { return string(e.append(nil)) }

func (e TraceEvent) append(b []byte) []byte {
	b = append(append(b, e.Time.String()...), ' ')
	if t := e.Task; t != nil {
		b = fmt.Appendf(b, "task %d (%s) ", t.number, t.frame.Func().Name)
	}
	return append(b, e.What...)
}

// OnTrace is SetTrace for who takes events: f is called at each, where it happens: in the
// loop, or by Tracef in the task that calls it. It must not wait. There is one trace of a hub.
func (h *Hub) OnTrace(f func(TraceEvent)) {
	o := h.observe()
	if o.trace = nil; f != nil {
		o.trace = &trace{hub: h, to: f, start: h.clock.Now()}
	}
	h.overlook()
}

// Tracing reports whether there is a trace.
func (h *Hub) Tracing() bool { return h.observer != nil && h.observer.trace != nil }

// Tracef writes a line of the program's own to the trace, if there is one, with the time.
func (h *Hub) Tracef(format string, args ...any) {
	if h.Tracing() {
		h.observer.trace.event(nil, fmt.Sprintf(format, args...))
	}
}

type trace struct {
	hub   *Hub
	to    func(TraceEvent)
	start time.Time
}

func (r *trace) event(t *Task, what string) {
	r.to(TraceEvent{r.hub.clock.Now().Sub(r.start), t, what})
}

func (r *trace) resumed(t *Task) {
	switch w := &t.waiter; {
	case w.state == thrown:
		r.event(t, "is interrupted: "+fmt.Sprint(w.slot))
	case t.root == nil:
		r.event(t, "starts")
	default:
		r.event(t, "wakes")
	}
}

func (r *trace) ended(t *Task) {
	switch err := t.failure().(type) {
	case nil:
		r.event(t, "ends")
	case *PanicError:
		r.event(t, "panics: "+fmt.Sprint(err.Value))
	default:
		r.event(t, "is killed")
	}
}
