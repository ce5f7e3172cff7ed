package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"time"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Start starts a task: a durable function, whose first parameter is a *Task, with the other arguments. When it returns nil that is
// committed. If there is a task of that ID already it does nothing: so a start may be repeated.
//
//greenlet:resumable
func (r *Runner) Start(ctx context.Context, id string, fn any, args ...any) error {
	return r.StartWith(ctx, id, nil, fn, args...)
}

// StartWith is Start with options.
//
//greenlet:resumable
func (r *Runner) StartWith(ctx context.Context, id string, how []StartOption, fn any, args ...any) error {
	s, err := r.prepare(id, fn, args)
	if err != nil {
		return err
	}
	for _, f := range how {
		f(s)
	}
	ctx, end := r.begins(ctx, id, s)
	err = r.tell(ctx, engine.Message{To: id, Start: s})
	if end != nil {
		end(Event{Kind: "start", Task: id, Func: s.Func, Err: err})
	}
	switch {
	case err == nil:
		r.known.learn(s.Schemas)
	case errors.Is(err, engine.ErrKnown): // the store has not taken its descriptions
		return nil
	}
	return err
}

// Batch collects starts, which are committed at once: for many of them.
type Batch struct {
	runner *Runner
	list   []engine.Message
}

// Batch makes one.
func (r *Runner) Batch() *Batch { return &Batch{runner: r} }

// Start adds one, as [Runner.StartWith] does it.
func (b *Batch) Start(id string, how []StartOption, fn any, args ...any) error {
	s, err := b.runner.prepare(id, fn, args)
	if err != nil {
		return err
	}
	for _, f := range how {
		f(s)
	}
	b.list = append(b.list, engine.Message{To: id, Start: s})
	return nil
}

// Len is the number of starts that are not committed.
func (b *Batch) Len() int { return len(b.list) }

// Commit commits them. Those whose IDs there are already are left out. Then it is empty, also if it fails: which were
// committed is not known then.
//
//greenlet:resumable
func (b *Batch) Commit(ctx context.Context) error {
	list := b.list
	b.list = nil
	for i, err := range b.runner.tellAll(ctx, list) {
		switch {
		case err == nil:
			b.runner.known.learn(list[i].Start.Schemas)
		case !errors.Is(err, engine.ErrKnown):
			return fmt.Errorf("durable: task %s can't be started: %w", list[i].To, err)
		}
	}
	return nil
}

var taskType = reflect.TypeFor[*Task]()

// prepare makes a start of a function and its arguments.
func (r *Runner) prepare(id string, fn any, args []any) (s *engine.Start, err error) {
	if id == "" {
		return nil, errors.New("durable: a task needs an ID")
	}
	f := reflect.TypeOf(fn)
	if f == nil || f.Kind() != reflect.Func || f.NumIn() == 0 || f.In(0) != taskType {
		return nil, fmt.Errorf("durable: task %s is to be of %T, which is no function whose first parameter is a *task.Task", id, fn)
	}
	for i := range f.NumOut() {
		if out := f.Out(i); out != errorType {
			if err := carries(out, "the result of "+funcName(fn)); err != nil {
				return nil, err
			}
		}
	}
	defer func() {
		if v := recover(); v != nil {
			s, err = nil, fmt.Errorf("durable: task %s can't be started: %v", id, v)
		}
	}()
	frame := greenlet.FrameOf(fn, append([]any{&Task{id: id}}, args...)...)
	news := describing{known: &r.known}
	snapshot, err := durable.Append(nil, &news, greenlet.NewChild(greenlet.Main(), frame))
	if err != nil {
		return nil, err
	}
	return &engine.Start{Func: durable.FuncName(frame), Snapshot: snapshot, Schemas: news.list}, nil
}

var errorType = reflect.TypeFor[error]()

// tell sends a message.
//
//greenlet:resumable
func (r *Runner) tell(ctx context.Context, m engine.Message) error {
	return r.tellAll(ctx, []engine.Message{m})[0]
}

//greenlet:resumable
func (r *Runner) tellAll(ctx context.Context, list []engine.Message) []error {
	if r.onHub || hub.Of(greenlet.Current()) != r.hub {
		return r.engine.Send(ctx, list...)
	}
	return hub.Block(r.hub, func() []error { return r.engine.Send(ctx, list...) })
}

// Cancel ends a task where it waits, or when its call has returned, as a panic with [greenlet.Exit] does: what
// it has deferred is called, and may wait and call as before. A second one does nothing.
//
//greenlet:resumable
func (r *Runner) Cancel(ctx context.Context, id string) error {
	err := r.tell(ctx, cancelOf(id))
	if errors.Is(err, engine.ErrKnown) {
		err = nil
	}
	if err == nil && hub.Of(greenlet.Current()) == r.hub {
		r.canceled(cancelOf(id))
	}
	return err
}

// Kill ends a task at once. Nothing that it has deferred is called.
//
//greenlet:resumable
func (r *Runner) Kill(ctx context.Context, id string) error { return r.command(ctx, id, engine.Kill) }

// Retry has a task go on with its last snapshot that has failed, or is parked.
//
//greenlet:resumable
func (r *Runner) Retry(ctx context.Context, id string) error {
	return r.command(ctx, id, engine.Retry)
}

//greenlet:resumable
func (r *Runner) command(ctx context.Context, id, topic string) error {
	return r.tell(ctx, engine.Message{ID: topic + ":" + newID(r), To: id, Topic: topic})
}

type gotten struct {
	task engine.Task
	err  error
}

// Get is what the store has of a task.
//
//greenlet:resumable
func (r *Runner) Get(ctx context.Context, id string) (engine.Task, error) {
	if r.onHub || hub.Of(greenlet.Current()) != r.hub {
		return r.engine.Get(ctx, id)
	}
	g := hub.Block(r.hub, func() (g gotten) {
		g.task, g.err = r.engine.Get(ctx, id)
		return g
	})
	return g.task, g.err
}

// Tasks are those that q asks for. They are read when it is called, up to q.Limit, or 1000 if that is 0.
//
//greenlet:resumable
func (r *Runner) Tasks(ctx context.Context, q engine.Query) iter.Seq2[engine.Info, error] {
	if q.Limit == 0 {
		q.Limit = 1000
	}
	if r.onHub || hub.Of(greenlet.Current()) != r.hub {
		return r.engine.Tasks(ctx, q)
	}
	return hub.Block(r.hub, func() iter.Seq2[engine.Info, error] {
		var list []engine.Info
		for i, err := range r.engine.Tasks(ctx, q) {
			if err != nil {
				return engine.List(nil, err)
			}
			list = append(list, i)
		}
		return engine.List(list, nil)
	})
}

// Show is where a task stands, and what its variables are, as of its last commit.
//
//greenlet:resumable
func (r *Runner) Show(ctx context.Context, id string) ([]durable.Stack, error) {
	t, err := r.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(t.Snapshot) == 0 {
		return nil, nil
	}
	for {
		stacks, err := durable.Show(t.Snapshot, &r.known)
		var need *missing
		if !errors.As(err, &need) {
			return stacks, err
		}
		text, err := r.schema(need.hash)
		if err != nil {
			return nil, err
		}
		r.known.learn([]engine.Schema{{Hash: need.hash, Text: text}})
	}
}

// Result waits until a task has ended, and returns its result as a T. If there is none, or its function has returned
// an error, the error is an [*EndedError].
//
//greenlet:resumable
func Result[T any](ctx context.Context, r *Runner, id string) (v T, err error) {
	t, err := r.outcome(ctx, id)
	if err != nil {
		return v, err
	}
	if len(t.Result) > 0 {
		if err := json.Unmarshal(t.Result, &v); err != nil {
			return v, fmt.Errorf("durable: the result of task %s is no %T: %w", id, v, err)
		}
	}
	if t.Status != engine.Done || t.Err != "" {
		return v, &EndedError{id, t.Status, t.Err}
	}
	return v, nil
}

// Join waits until a task has ended.
//
//greenlet:resumable
func (r *Runner) Join(ctx context.Context, id string) (engine.Info, error) { return r.outcome(ctx, id) }

//greenlet:resumable
func (r *Runner) outcome(ctx context.Context, id string) (engine.Info, error) {
	longest := time.Second
	if r.onHub { // it is this runner mostly that ends it
		longest = time.Hour
	}
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, longest) {
		here := hub.Of(greenlet.Current()) == r.hub
		var ended *hub.Event
		if here {
			ended = r.ended
		}
		t, err := r.Get(ctx, id)
		if err != nil || t.Status.Ended() {
			return t.Info, err
		}
		if err := context.Cause(ctx); err != nil {
			return t.Info, err
		}
		if here {
			ended.WaitFor(pause) // it may end at another worker
			continue
		}
		time.Sleep(pause) //greenlet:allow blocking-call it is a goroutine that the hub does not run on
	}
}
