package task

import (
	"fmt"
	"strings"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Child is a task that another one has started, and whose result it may wait for.
type Child[R any] struct {
	ID   string
	Fail string // why it could not be started, or ""
}

// StartOption says how a task is to be started.
type StartOption func(*engine.Start)

// Priority has tasks of higher ones claimed first. It is 0 if nothing is said.
func Priority(p int8) StartOption { return func(s *engine.Start) { s.Priority = p } }

// Attr has the task found by an attribute.
func Attr(name, value string) StartOption {
	return func(s *engine.Start) {
		if s.Attrs == nil {
			s.Attrs = map[string]string{}
		}
		s.Attrs[name] = value
	}
}

// At has the task begin at a time.
func At(at time.Time) StartOption { return func(s *engine.Start) { s.Due = at } }

// Detached has a child be nobody's: its result is told to no one.
func Detached() StartOption { return func(s *engine.Start) { s.Parent = "" } }

// Go starts a child task with the next commit. If there is a task of that ID already, nothing is started: Join gives the result of
// one that has ended, and fails for one that is another's, or nobody's. So IDs should have their parent's in them. The child goes on
// when its parent ends.
func Go[A, R any](t *Task, id string, fn func(*Task, A) (R, error), arg A, how ...StartOption) Child[R] {
	t.mayUse("Go")
	s, err := t.runner.prepare(id, fn, []any{arg})
	if err != nil {
		return Child[R]{id, err.Error()}
	}
	return send[R](t, id, s, how)
}

// Run is Go for a function without a result.
func Run[A any](t *Task, id string, fn func(*Task, A) error, arg A, how ...StartOption) Child[struct{}] {
	t.mayUse("Run")
	s, err := t.runner.prepare(id, fn, []any{arg})
	if err != nil {
		return Child[struct{}]{id, err.Error()}
	}
	return send[struct{}](t, id, s, how)
}

// send has a start be committed with the task's next wait.
func send[R any](t *Task, id string, s *engine.Start, how []StartOption) Child[R] {
	s.Parent = t.id
	for _, f := range how {
		f(s)
	}
	t.outbox = append(t.outbox, engine.Message{To: id, Start: s})
	return Child[R]{ID: id}
}

// Join waits until the child has ended, and returns its result. If there is none, the error is an [*EndedError].
//
//greenlet:resumable durable
func (c Child[R]) Join(t *Task) (v R, err error) {
	if c.Fail != "" {
		return v, &Error{Text: c.Fail}
	}
	for {
		got := greenlet.Exchange[reply, *request](t.wait(greenlet.Current(), "Join", time.Time{}, engine.ResultTopic(c.ID)))
		if !got.Again {
			return c.result(got.Body)
		}
	}
}

func (c Child[R]) result(body []byte) (v R, err error) {
	o, err := engine.ReadOutcome(body)
	switch {
	case err != nil:
		return v, err
	case o.Status == engine.Done:
		if v, err = decodeAs[R](o.Result, "the result of task "+c.ID); err != nil {
			return v, err
		}
	}
	if o.Status != engine.Done || o.Err != "" {
		return v, &EndedError{c.ID, o.Status, o.Err}
	}
	return v, nil
}

// First waits until one of several children has ended, and returns which, and its result. Leave that one out of the
// next call. It panics if there are none.
//
//greenlet:resumable durable
func First[R any](t *Task, children []Child[R]) (i int, v R, err error) {
	for i, c := range children {
		if c.Fail != "" {
			return i, v, &Error{Text: c.Fail}
		}
	}
	for {
		got := greenlet.Exchange[reply, *request](t.wait(greenlet.Current(), "First", time.Time{}, topicsOf(children)...))
		if got.Again {
			continue
		}
		for i, c := range children {
			if engine.ResultTopic(c.ID) == got.Topic {
				v, err = c.result(got.Body)
				return i, v, err
			}
		}
	}
}

func topicsOf[R any](children []Child[R]) (list []string) {
	if len(children) == 0 {
		panic("durable: First of no children waits for nothing")
	}
	for _, c := range children {
		list = append(list, engine.ResultTopic(c.ID))
	}
	return list
}

// Cancel has the child canceled, as [Runner.Cancel] does, with the next commit.
func (c Child[R]) Cancel(t *Task) {
	t.mayUse("Cancel")
	t.outbox = append(t.outbox, cancelOf(c.ID))
}

func cancelOf(id string) engine.Message {
	return engine.Message{ID: engine.Cancel, To: id, Topic: engine.Cancel}
}

// messageID is that of the next message which the task sends: always the same for the same one.
func (t *Task) messageID() string {
	return fmt.Sprintf("%s/%d.%d", strings.ReplaceAll(t.id, "/", "//"), t.seq+1, len(t.outbox))
}
