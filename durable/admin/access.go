package admin

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/task"
)

// Asking the engine: on the request's goroutine, or in a task of the hub if the engine is on that.

// access is how the engine is asked.
type access struct {
	admin  *Admin
	engine store
	onHub  bool
}

// store is an engine. The interface is one of this package's, so that calls of its methods may wait.
type store interface{ engine.Engine }

// keeper is one that keeps snapshots.
type keeper interface{ engine.Keeper }

// question is what is asked, and then its answer.
type question struct {
	engine store
	ctx    context.Context
	done   chan struct{}

	now    time.Time
	task   engine.Task
	list   []engine.Info
	events []engine.Event
	kept   []engine.Kept
	errs   []error
	text   []byte
	err    error
}

// errAway is why a question got no answer.
var errAway = errors.New("durable: the tasks' hub does not answer")

// ask has run run: it is given a question, and starts what answers it.
func (s *access) ask(ctx context.Context, run func(q *question)) (*question, error) {
	q := &question{engine: s.engine, ctx: ctx, done: make(chan struct{}), err: errAway}
	h := s.admin.hub
	h.Post(func() { run(q) })
	patience := time.NewTimer(s.admin.o.Patience)
	defer patience.Stop()
	select {
	case <-q.done:
		return q, q.err
	case <-h.Ended():
		return nil, fmt.Errorf("%w: it does not run any more", errAway)
	case <-patience.C:
		return nil, fmt.Errorf("%w: it has been asked for %v; it has not begun to run, or something blocks it", errAway, s.admin.o.Patience)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

//greenlet:resumable
func (q *question) get(id string) {
	defer close(q.done)
	q.task, q.err = q.engine.Get(q.ctx, id)
}

func (s *access) get(ctx context.Context, id string) (engine.Task, error) {
	if !s.onHub {
		return s.engine.Get(ctx, id)
	}
	q, err := s.ask(ctx, func(q *question) { s.admin.hub.Go(q.newGetFrame(id)) })
	if err != nil {
		return engine.Task{}, err
	}
	return q.task, nil
}

//greenlet:resumable
func (q *question) tasks(query engine.Query) {
	defer close(q.done)
	q.list, q.err = collect(q.engine.Tasks(q.ctx, query))
}

// tasks are up to q.Limit tasks.
func (s *access) tasks(ctx context.Context, query engine.Query) ([]engine.Info, error) {
	if !s.onHub {
		return collect(s.engine.Tasks(ctx, query))
	}
	q, err := s.ask(ctx, func(q *question) { s.admin.hub.Go(q.newTasksFrame(query)) })
	if err != nil {
		return nil, err
	}
	return q.list, nil
}

func collect(all func(func(engine.Info, error) bool)) (list []engine.Info, err error) {
	all(func(i engine.Info, e error) bool {
		if err = e; err == nil {
			list = append(list, i)
		}
		return err == nil
	})
	return list, err
}

//greenlet:resumable
func (q *question) history(id string) {
	defer close(q.done)
	q.events, q.err = q.engine.History(q.ctx, id)
}

func (s *access) history(ctx context.Context, id string) ([]engine.Event, error) {
	if !s.onHub {
		return s.engine.History(ctx, id)
	}
	q, err := s.ask(ctx, func(q *question) { s.admin.hub.Go(q.newHistoryFrame(id)) })
	if err != nil {
		return nil, err
	}
	return q.events, nil
}

//greenlet:resumable
func (q *question) keeps(k keeper, id string) {
	defer close(q.done)
	q.kept, q.err = k.Kept(q.ctx, id)
}

// kept are earlier snapshots of a task; none if the store keeps none.
func (s *access) kept(ctx context.Context, id string) ([]engine.Kept, error) {
	k, ok := s.engine.(engine.Keeper)
	if !ok {
		return nil, nil
	}
	if !s.onHub {
		return k.Kept(ctx, id)
	}
	q, err := s.ask(ctx, func(q *question) { s.admin.hub.Go(q.newKeepsFrame(k, id)) })
	if err != nil {
		return nil, err
	}
	return q.kept, nil
}

//greenlet:resumable
func (q *question) send(messages []engine.Message) {
	defer close(q.done)
	q.errs, q.err = q.engine.Send(q.ctx, messages...), nil
}

func (s *access) send(ctx context.Context, messages ...engine.Message) ([]error, error) {
	if !s.onHub {
		return s.engine.Send(ctx, messages...), nil
	}
	q, err := s.ask(ctx, func(q *question) { s.admin.hub.Go(q.newSendFrame(messages)) })
	if err != nil {
		return nil, err
	}
	return q.errs, nil
}

// tell sends one message.
func (s *access) tell(ctx context.Context, m engine.Message) error {
	errs, err := s.send(ctx, m)
	if err != nil {
		return err
	}
	return errs[0]
}

//greenlet:resumable
func (q *question) cancel(r *task.Runner, id string) {
	defer close(q.done)
	q.err = r.Cancel(q.ctx, id)
}

// cancel cancels a task. One that a runner of this process has need not wait until that has heard of it.
func (s *access) cancel(ctx context.Context, id string) error {
	r := s.admin.runner
	if r == nil {
		return s.tell(ctx, engine.Message{ID: engine.Cancel, To: id, Topic: engine.Cancel})
	}
	_, err := s.ask(ctx, func(q *question) { s.admin.hub.Go(q.newCancelFrame(r, id)) })
	return err
}

//greenlet:resumable
func (q *question) schema(hash uint64) {
	defer close(q.done)
	q.text, q.err = q.engine.Schema(q.ctx, hash)
}

func (s *access) schema(ctx context.Context, hash uint64) ([]byte, error) {
	if !s.onHub {
		return s.engine.Schema(ctx, hash)
	}
	q, err := s.ask(ctx, func(q *question) { s.admin.hub.Go(q.newSchemaFrame(hash)) })
	if err != nil {
		return nil, err
	}
	return q.text, nil
}

// now is the time by the hub's clock, or the system's.
func (s *access) now(ctx context.Context) (time.Time, error) {
	h := s.admin.hub
	if h == nil || !h.Simulated() {
		return time.Now(), nil
	}
	q, err := s.ask(ctx, func(q *question) {
		q.now, q.err = h.Now(), nil
		close(q.done)
	})
	if err != nil {
		return time.Time{}, err
	}
	return q.now, nil
}

// schemas are descriptions, which are never others.
type schemas struct {
	store *access
	lock  sync.Mutex
	text  map[uint64][]byte
}

var _ durable.Schemas = (*schemas)(nil)

// Put does nothing: nothing is written here.
func (s *schemas) Put(uint64, []byte) error { return nil }

// Get is a description.
func (s *schemas) Get(hash uint64) ([]byte, error) {
	s.lock.Lock()
	text, ok := s.text[hash]
	s.lock.Unlock()
	if ok {
		return text, nil
	}
	text, err := s.store.schema(context.Background(), hash)
	if err != nil {
		return nil, err
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.text == nil {
		s.text = map[uint64][]byte{}
	}
	s.text[hash] = text
	return text, nil
}
