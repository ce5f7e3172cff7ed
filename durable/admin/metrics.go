package admin

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/going-green/greenlet/durable/task"
)

// What is counted of a runner's work, from its events, since the Admin was made.

// bounds of histograms, in seconds.
var bounds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 3600}

// mostFuncs is how many functions figures tell apart. Those of effects may be literals, of which a program has no more.
const mostFuncs = 200

// histogram counts durations.
type histogram struct {
	counts []uint64 // of each bound, and more
	sum    float64
}

func (h *histogram) add(d time.Duration) {
	if h.counts == nil {
		h.counts = make([]uint64, len(bounds)+1)
	}
	s := d.Seconds()
	i := 0
	for i < len(bounds) && s > bounds[i] {
		i++
	}
	h.counts[i]++
	h.sum += s
}

// figure is what counters are told apart by.
type figure struct{ fn, outcome string }

// figures are those of a runner.
type figures struct {
	lock     sync.Mutex
	funcs    map[string]bool
	claims   uint64
	steps    uint64
	commits  uint64
	calls    uint64 // that have begun
	returned uint64
	retries  uint64
	parked   uint64
	fenced   uint64
	lost     uint64
	effects  map[figure]uint64
	ended    map[figure]uint64
	late     histogram
	commit   histogram
	effect   histogram
}

func newFigures() *figures {
	return &figures{funcs: map[string]bool{}, effects: map[figure]uint64{}, ended: map[figure]uint64{}}
}

// observe is told of events, in the loop.
func (f *figures) observe(e task.Event) {
	f.lock.Lock()
	defer f.lock.Unlock()
	switch e.Kind {
	case "claim":
		f.claims++
		f.late.add(e.Takes)
	case "call":
		if f.calls++; e.Attempt > 1 {
			f.retries++
		}
	case "returned":
		f.returned++
		f.effects[figure{f.fn(e.Note), outcome(e.Err)}]++
		f.effect.add(e.Takes)
	case "commits":
		f.commits++
		f.commit.add(e.Takes)
	case "commit":
		f.steps++
	case "parked":
		f.parked++
	case "fenced":
		f.fenced++
	case "lost":
		f.lost++
	case "done", "failed", "canceled":
		kind := e.Kind
		if kind == "done" && e.Err != nil {
			kind = "error"
		}
		f.ended[figure{f.fn(e.Func), kind}]++
	}
}

// fn is a function's name, or "other" if there are too many.
func (f *figures) fn(name string) string {
	if !f.funcs[name] {
		if len(f.funcs) >= mostFuncs {
			return "other"
		}
		f.funcs[name] = true
	}
	return name
}

// outcome is how a call has ended.
func outcome(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled), errors.Is(err, task.ErrClosed):
		return "canceled"
	}
	return "error"
}
