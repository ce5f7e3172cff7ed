package task

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Calls that tasks have asked for by Do, while they are performed.

// performance is a call under way.
type performance struct {
	runner  *Runner
	task    *Task
	asked   *request
	ctx     context.Context
	cancel  context.CancelCauseFunc
	done    func() // of the hub's promise
	over    bool
	begun   time.Time
	timeout *hub.Timer
	beat    *hub.Timer
	here    bool // it runs in the loop, by a task of the hub
	traced  func(Event)
}

type performanceKey struct{}

// Key is what tells the call that Do makes from all others, in fn's context: the same when it is made again, by
// [Retry] or another process.
func Key(ctx context.Context) string {
	if d, ok := ctx.Value(performanceKey{}).(*performance); ok {
		return d.asked.key
	}
	return ""
}

// Beat tells that a call with a [Heartbeat] goes on.
func Beat(ctx context.Context) {
	d, ok := ctx.Value(performanceKey{}).(*performance)
	if !ok || d.asked.how.Beat <= 0 {
		return
	}
	if d.here {
		d.beats()
		return
	}
	d.runner.hub.Post(d.beats)
}

// Sleep waits, in a resumable function that [Do] calls: other tasks run meanwhile. It is not durable.
//
//greenlet:resumable
func Sleep(ctx context.Context, d time.Duration) {
	p, ok := ctx.Value(performanceKey{}).(*performance)
	if !ok {
		panic("durable: Sleep outside of a call by Do")
	}
	p.runner.hub.Sleep(d)
}

func (d *performance) beats() {
	if d.beat != nil && !d.over {
		d.beat.Reset(d.asked.how.Beat)
	}
}

// perform does what the task has asked for.
func (r *Runner) perform(t *Task) {
	d := &performance{runner: r, task: t, asked: t.asked}
	d.ctx, d.cancel = context.WithCancelCause(context.WithValue(r.ctx, performanceKey{}, d))
	t.call = d
	if name := d.asked.how.Limit; name != "" {
		l := limitNamed(name)
		if l == nil {
			d.ends(nil, &Error{Text: fmt.Sprintf("durable: there is no rate limit %s in this program", name), Permanent: true})
			return
		}
		if wait := r.reserve(l); wait > 0 {
			r.hub.AfterFunc(wait, d.begin)
			return
		}
	}
	d.begin()
}

func (d *performance) begin() {
	if d.over || d.ctx.Err() != nil {
		d.ends(nil, context.Cause(d.ctx))
		return
	}
	r, how := d.runner, d.asked.how
	r.counts.Calls++
	d.begun = r.hub.Now()
	if r.observed() {
		e := d.event("call")
		r.observe(e)
		if r.o.Tracer != nil {
			d.ctx, d.traced = r.o.Tracer.Begin(d.ctx, e)
		}
	}
	late := func() { d.expires() }
	if how.Timeout > 0 {
		d.timeout = r.hub.AfterFunc(how.Timeout, late)
	}
	if how.Beat > 0 {
		d.beat = r.hub.AfterFunc(how.Beat, late)
	}
	if f := d.asked.call.task(d.ctx, d); f != nil {
		d.here = true
		r.o.Go(f)
		return
	}
	if r.hub.Simulated() {
		d.here = true
		r.o.Go(d.newBlocksFrame())
		return
	}
	d.done = r.hub.Promise()
	go d.run()
}

// run performs a plain call on its goroutine.
func (d *performance) run() {
	var v any
	err := fmt.Errorf("durable: %s has ended its goroutine by runtime.Goexit", d.asked.call.name())
	defer func() {
		if p := recover(); p != nil {
			v, err = nil, panicked(p)
		}
		d.runner.hub.Post(func() { d.ends(v, err) })
		d.done()
	}()
	v, err = d.asked.call.perform(d.ctx)
}

// panicked is the error for a call that has panicked with p.
func panicked(p any) error {
	buf := make([]byte, 8<<10)
	return &Error{Text: fmt.Sprintf("panic: %v\n%s", p, buf[:runtime.Stack(buf, false)]), Type: fmt.Sprintf("%T", p)}
}

// blocks performs a plain call on a hub with virtual time: in the loop, where it takes none, or what a seed draws.
//
//greenlet:resumable
func (d *performance) blocks() {
	var v any
	var err error
	call := func() bool {
		v, err = d.recovered()
		return true
	}
	if d.runner.hub.Seeded() {
		hub.Block(d.runner.hub, call)
	} else {
		call()
	}
	d.ends(v, err)
}

// recovered performs a plain call.
func (d *performance) recovered() (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			v, err = nil, panicked(p)
		}
	}()
	return d.asked.call.perform(d.ctx)
}

// returned is called by a resumable call.
func (d *performance) returned(v any, err error) { d.ends(v, err) }

// recovers is deferred by a resumable call.
func (d *performance) recovers() {
	if p := recover(); p != nil {
		if p == any(greenlet.Exit) {
			panic(p) // the hub ends, or the simulated host has crashed
		}
		d.ends(nil, panicked(p))
	}
}

// expires ends a call that has taken too long, or given no sign of itself.
func (d *performance) expires() {
	d.cancel(context.DeadlineExceeded)
	d.ends(nil, context.DeadlineExceeded)
}

// stop ends its context. What it returns is still waited for: what is done next must not run beside it.
func (d *performance) stop() {
	d.cancel(context.Canceled)
	if d.begun.IsZero() {
		d.ends(nil, context.Canceled)
	}
}

// ends hands the result to the task, in the loop. Only the first one counts.
func (d *performance) ends(v any, err error) {
	if d.over {
		return
	}
	d.over = true
	d.cancel(nil)
	for _, timer := range []*hub.Timer{d.timeout, d.beat} {
		if timer != nil {
			timer.Stop()
		}
	}
	r, t := d.runner, d.task
	if !d.begun.IsZero() && r.observed() {
		e := d.event("returned")
		e.Takes, e.Err = r.hub.Now().Sub(d.begun), err
		r.observe(e)
		if d.traced != nil {
			d.traced(e)
		}
	}
	if r.loaded[t.id] != t || t.call != d || r.closing {
		return
	}
	t.call = nil
	t.answer = reply{Value: v, Err: storable(err)}
	r.runNext(t)
}
