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
	o := h.observe()
	if o.trace = nil; w != nil {
		o.trace = &trace{hub: h, to: w, start: h.clock.Now()}
	}
	h.overlook()
}

// Tracing reports whether there is a trace.
func (h *Hub) Tracing() bool { return h.observer != nil && h.observer.trace != nil }

// Tracef writes a line of the program's own to the trace, if there is one, with the time.
func (h *Hub) Tracef(format string, args ...any) {
	if h.Tracing() {
		h.observer.trace.line(fmt.Appendf(h.observer.trace.time(), format, args...))
	}
}

type trace struct {
	hub   *Hub
	to    io.Writer
	start time.Time
	buf   []byte
}

// time begins a line.
func (r *trace) time() []byte {
	return append(append(r.buf[:0], r.hub.clock.Now().Sub(r.start).String()...), ' ')
}

func (r *trace) line(text []byte) {
	r.buf = append(text, '\n')
	_, _ = r.to.Write(r.buf)
}

func (r *trace) write(t *Task, what, more string) {
	text := fmt.Appendf(r.time(), "task %d (%s) ", t.number, t.frame.Func().Name)
	r.line(append(append(text, what...), more...))
}

func (r *trace) resumed(t *Task) {
	switch w := &t.waiter; {
	case w.state == thrown:
		r.write(t, "is interrupted: ", fmt.Sprint(w.slot))
	case t.root == nil:
		r.write(t, "starts", "")
	default:
		r.write(t, "wakes", "")
	}
}

func (r *trace) ended(t *Task) {
	switch err := t.failure().(type) {
	case nil:
		r.write(t, "ends", "")
	case *PanicError:
		r.write(t, "panics: ", fmt.Sprint(err.Value))
	default:
		r.write(t, "is killed", "")
	}
}
