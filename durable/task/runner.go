package task

import (
	"context"
	"crypto/rand"
	"fmt"
	"hash/crc64"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Runner runs the tasks of a store on a hub. What starts, tells and asks may be called by the hub's tasks, by who runs the hub
// while it does not, and, unless the engine is [engine.OnHub], by any goroutine.
type Runner struct {
	hub    *hub.Hub
	engine store
	onHub  bool
	o      Options
	ctx    context.Context // of calls of the engine
	cancel context.CancelCauseFunc

	loaded  map[string]*Task
	ready   []*Task    // to be resumed in the next turn
	work    *hub.Event // there are some
	room    *hub.Event // fewer are loaded
	closing bool
	over    *hub.Event // it is closing
	idle    *hub.Task  // the one that claims, while it waits for tasks that are due
	ended   *hub.Event // of tasks here: for those who wait for a result
	counts  Counts

	observers atomic.Pointer[[]func(Event)]

	known schemas
	turns map[*Limit]time.Time // when each would be free for a full burst again
}

// store is an engine. The interface is one of this package's, so that calls of its methods may wait: there are
// engines that are on the hub.
type store interface{ engine.Engine }

// Options say how a Runner is. The zero value of each field is what New takes.
type Options struct {
	// Owner is the worker's name: no other process has it, or has had it. It is drawn if it is "".
	Owner string
	// Build tells programs apart: a task that one could not go on with is given to another only. It is a checksum
	// of the executable if it is "".
	Build string
	// Loaded is how many tasks are in memory at most: 1000.
	Loaded int
	// Lease is how long a task stays the worker's that has not been heard of: 15 seconds.
	Lease time.Duration
	// Go starts the runner's own tasks of the hub: it is the hub's, or that of a host of a simulation.
	Go func(run any, args ...any) *hub.Task
	// OnError is told what the engine fails with, and which tasks are parked. The default prints it to the standard error.
	OnError func(error)
	// Observe is told of what happens to tasks, for figures and spans, in the loop: it must not wait.
	Observe func(Event)
	// Tracer is told where things begin and end.
	Tracer Tracer
}

// Counts are what a runner has done.
type Counts struct {
	Claims, Commits, Steps, Calls, Fenced, Parked, Ended uint64
	Loaded                                               int // now
}

// New makes a runner, and starts its tasks. It keeps the hub running until [Runner.Close], if the engine is not on the hub.
func New(h *hub.Hub, e engine.Engine) *Runner { return NewWith(h, e, Options{}) }

// NewWith is New with options.
func NewWith(h *hub.Hub, e engine.Engine, o Options) *Runner {
	if o.Owner == "" {
		host, _ := os.Hostname()
		o.Owner = fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text())
	}
	if o.Build == "" {
		o.Build = build()
	}
	if o.Loaded <= 0 {
		o.Loaded = 1000
	}
	if o.Lease <= 0 {
		o.Lease = 15 * time.Second
	}
	if o.Go == nil {
		o.Go = h.Go
	}
	if o.OnError == nil {
		o.OnError = func(err error) { fmt.Fprintln(os.Stderr, err) }
	}
	_, onHub := e.(engine.OnHub)
	r := &Runner{
		hub: h, engine: e, onHub: onHub, o: o, loaded: map[string]*Task{},
		work: h.NewEvent(), room: h.NewEvent(), over: h.NewEvent(), ended: h.NewEvent(), known: schemas{text: map[uint64][]byte{}}, turns: map[*Limit]time.Time{},
	}
	r.ctx, r.cancel = context.WithCancelCause(context.Background())
	o.Go(r.newDrivesFrame())
	o.Go(r.newClaimsFrame())
	o.Go(r.newRenewsFrame())
	return r
}

// Hub is the hub that it runs on.
func (r *Runner) Hub() *hub.Hub { return r.hub }

// Engine is the store whose tasks it runs.
func (r *Runner) Engine() engine.Engine { return r.engine }

// Owner is its name, as the store has it of tasks that it works on.
func (r *Runner) Owner() string { return r.o.Owner }

// Build is what tells the program apart from others.
func (r *Runner) Build() string { return r.o.Build }

// build is a checksum of the program.
var build = sync.OnceValue(func() string {
	path, err := os.Executable()
	if err == nil {
		var f *os.File
		if f, err = os.Open(path); err == nil {
			defer f.Close()
			sum := crc64.New(crc64.MakeTable(crc64.ISO))
			if _, err = io.Copy(sum, f); err == nil {
				return fmt.Sprintf("%016x", sum.Sum64())
			}
		}
	}
	return "unknown: " + err.Error()
})

// ErrClosed is the cause of a closed runner's contexts.
var ErrClosed = fmt.Errorf("durable: the runner is closed")

// Close gives the tasks back: those that perform a call perform it again elsewhere. It does not wait. It is for the hub's
// tasks and what its loop calls; from another goroutine: h.Post(r.Close).
func (r *Runner) Close() {
	if r.closing {
		return
	}
	r.closing = true
	r.cancel(ErrClosed)
	for _, t := range r.loaded {
		if t.call != nil {
			t.call.stop()
		}
	}
	r.work.Set()
	r.room.Set()
	r.over.Set()
	if r.onHub && r.idle != nil {
		r.idle.Interrupt(greenlet.Exit)
	}
}

// Closed is closed when the runner is. It may be asked for by any goroutine.
func (r *Runner) Closed() <-chan struct{} { return r.ctx.Done() }

// Counts are what the runner has done. It is for the hub's tasks.
func (r *Runner) Counts() Counts {
	c := r.counts
	c.Loaded = len(r.loaded)
	return c
}

// claims claims tasks that are due, as long as there is room for more.
//
//greenlet:resumable
func (r *Runner) claims() {
	for !r.closing {
		left := r.o.Loaded - len(r.loaded)
		if left <= 0 {
			r.room.Clear()
			r.room.Wait()
			continue
		}
		q := engine.Request{Owner: r.o.Owner, Build: r.o.Build, Max: left, TTL: r.o.Lease}
		tasks, err := r.claim(q)
		if err == nil && len(tasks) == 0 {
			err = r.await(q)
		}
		if err != nil && !r.closing {
			r.o.OnError(fmt.Errorf("durable: the store can't be asked for tasks that are due, and is asked again: %w", err))
			r.hub.Sleep(time.Second)
		}
		if r.closing {
			r.giveBack(tasks)
			return
		}
		for i := range tasks {
			r.take(&tasks[i])
		}
	}
}

type claimed struct {
	tasks []engine.Task
	err   error
}

//greenlet:resumable
func (r *Runner) claim(q engine.Request) ([]engine.Task, error) {
	if r.onHub {
		return r.engine.Claim(r.ctx, q)
	}
	c := hub.Block(r.hub, func() (c claimed) {
		c.tasks, c.err = r.engine.Claim(r.ctx, q)
		return c
	})
	return c.tasks, c.err
}

//greenlet:resumable
func (r *Runner) await(q engine.Request) error {
	if r.onHub {
		r.idle = r.hub.Current()
		defer func() { r.idle = nil }()
		return r.engine.Wait(r.ctx, q, -1)
	}
	return hub.Block(r.hub, func() error { return r.engine.Wait(r.ctx, q, time.Minute) })
}

// take has a claimed task be resumed in the next turn.
func (r *Runner) take(c *engine.Task) {
	t := &Task{id: c.ID, runner: r, info: c.Info, seq: c.Seq, saved: c.Snapshot, inbox: c.Inbox}
	for _, m := range c.Inbox {
		t.takeCancel(m)
	}
	if old := r.loaded[t.id]; old != nil {
		r.drop(old) // whose lease has run out
	}
	r.loaded[t.id] = t
	r.counts.Claims++
	if r.observed() {
		e := t.event("claim", "")
		if !t.info.Due.IsZero() {
			e.Takes = max(r.hub.Now().Sub(t.info.Due), 0)
		}
		r.observe(e)
	}
	r.runNext(t)
}

func (t *Task) takeCancel(m engine.Message) {
	if m.Topic == engine.Cancel {
		t.cancel = true
		t.consumed = append(t.consumed, m.ID)
	}
}

func (r *Runner) runNext(t *Task) {
	r.ready = append(r.ready, t)
	r.work.Set()
}

// drop has a task leave memory.
func (r *Runner) drop(t *Task) {
	if r.loaded[t.id] == t {
		delete(r.loaded, t.id)
		r.room.Set()
	}
	if t.call != nil {
		t.call.stop()
	}
}

// renews keeps the tasks that are in memory the worker's.
//
//greenlet:resumable
func (r *Runner) renews() {
	for !r.closing {
		if len(r.loaded) == 0 {
			r.work.Wait()
		}
		for left := r.o.Lease / 3; left > 0 && !r.closing; left -= time.Second {
			if r.over.WaitFor(min(left, time.Second)); len(r.loaded) == 0 {
				break
			}
		}
		if len(r.loaded) == 0 || r.closing {
			continue
		}
		cancels, err := r.renew(slices.Sorted(maps.Keys(r.loaded)))
		if err != nil && !r.closing {
			r.o.OnError(fmt.Errorf("durable: the worker's tasks could not be kept, and may be given to another: %w", err))
		}
		for _, m := range cancels {
			r.canceled(m)
		}
	}
}

type renewed struct {
	cancels []engine.Message
	err     error
}

//greenlet:resumable
func (r *Runner) renew(ids []string) ([]engine.Message, error) {
	if r.onHub {
		return r.engine.Renew(r.ctx, r.o.Owner, r.o.Lease, ids)
	}
	c := hub.Block(r.hub, func() (c renewed) {
		c.cancels, c.err = r.engine.Renew(r.ctx, r.o.Owner, r.o.Lease, ids)
		return c
	})
	return c.cancels, c.err
}

// canceled ends the call that a task waits for, if it is in memory.
func (r *Runner) canceled(m engine.Message) {
	t := r.loaded[m.To]
	if t == nil || t.cancel {
		return
	}
	t.takeCancel(m)
	if t.call != nil {
		t.call.stop()
	}
}
