package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// The turns: all tasks that are ready are resumed, each up to a wait that has to be committed; one commit is for all; then
// what they have asked for is done.

// drives is the task of the hub that resumes all durable ones.
//
//greenlet:resumable
func (r *Runner) drives() {
	for !r.closing {
		r.work.Wait()
		for len(r.ready) > 0 && !r.closing {
			r.turn()
		}
		if !r.closing {
			r.work.Clear()
		}
	}
	r.leave()
}

//greenlet:resumable
func (r *Runner) turn() {
	ready := r.ready
	r.ready = nil
	var changes []engine.Change
	var of []*Task
	for _, t := range ready {
		if r.loaded[t.id] != t {
			continue
		}
		r.steps(t)
		c := r.step(t)
		if c == nil {
			r.after(t, nil)
			continue
		}
		changes, of = append(changes, *c), append(of, t)
	}
	if len(changes) > 0 {
		r.commits(changes, of)
	}
}

// commits commits changes of tasks. What the store refuses for what is in it would be refused each time: these tasks are parked.
//
//greenlet:resumable
func (r *Runner) commits(changes []engine.Change, of []*Task) {
	var parked []engine.Change
	var whose []*Task
	begun := r.hub.Now()
	errs := r.commit(changes)
	takes := r.hub.Now().Sub(begun)
	r.counts.Commits++
	r.observe(Event{Kind: "commits", Number: len(changes), Takes: takes})
	for i, t := range of {
		switch err := errs[i]; {
		case err == nil:
			r.known.learn(changes[i].Schemas)
			r.committed(t, &changes[i], takes)
		case errors.Is(err, engine.ErrRefused) && changes[i].Status != engine.Parked:
			parked, whose = append(parked, *t.parks(err)), append(whose, t)
		default:
			r.lost(t, err)
		}
	}
	if len(parked) > 0 {
		r.commits(parked, whose)
	}
}

//greenlet:resumable
func (r *Runner) commit(changes []engine.Change) []error {
	if r.onHub {
		return r.engine.Commit(r.ctx, changes)
	}
	return hub.Block(r.hub, func() []error { return r.engine.Commit(context.WithoutCancel(r.ctx), changes) })
}

// lost is called for a task whose change was not committed, as far as is known. What there is of it in memory may be ahead of the
// store: it is claimed again once the lease is over.
func (r *Runner) lost(t *Task, err error) {
	if errors.Is(err, engine.ErrFenced) {
		r.counts.Fenced++
		r.reaches(t, t.failure("fenced", err))
	} else {
		r.reaches(t, t.failure("lost", err))
		r.o.OnError(fmt.Errorf("durable: task %s could not be committed: %w", t.id, err))
	}
	r.drop(t)
}

// committed is called behind a commit.
func (r *Runner) committed(t *Task, c *engine.Change, takes time.Duration) {
	if c.Advance {
		t.seq++
		t.consumed, t.outbox = t.consumed[len(c.Consumed):], nil // a cancel may have come meanwhile
		if t.attrs != nil {
			t.info.Attrs, t.attrs = t.attrs, nil
		}
		r.counts.Steps++
	}
	e := t.event("commit", c.Note)
	e.Takes = takes
	r.observe(e)
	r.after(t, c)
}

// after does what a task has asked for, once it is committed.
func (r *Runner) after(t *Task, c *engine.Change) {
	switch {
	case c != nil && c.Status.Ended():
		r.counts.Ended++
		e := t.event(c.Status.String(), "")
		if c.Err != "" {
			e.Err = &EndedError{t.id, c.Status, c.Err}
		}
		r.reaches(t, e)
		r.drop(t)
		r.ended.Set()
		r.ended = r.hub.NewEvent()
	case c != nil && c.Release:
		if c.Status == engine.Parked {
			r.counts.Parked++
			r.reaches(t, t.event("parked", c.Reason))
			r.o.OnError(fmt.Errorf("durable: task %s is parked: %s", t.id, c.Reason))
		}
		r.reaches(t, t.event("released", c.Waits))
		r.drop(t)
	case t.asked.kind == keeps:
		t.stepped(t.event("commit", t.asked.note))
		t.answer = reply{}
		r.runNext(t)
	case t.cancel:
		t.stepped(t.event("commit", t.asked.note))
		r.runNext(t)
	case t.asked.kind == calls:
		t.stepped(t.event("commit", t.asked.note))
		r.perform(t)
	}
}

// step resumes the task up to what has to be committed, which it returns; nil if all is.
//
//greenlet:resumable
func (r *Runner) step(t *Task) *engine.Change {
	if t.g == nil {
		if c := r.load(t); c != nil {
			return c
		}
		t.answer = reply{Again: t.g.Started()}
	}
	for {
		again := t.answer.Again && !t.cancel // it asks for what it had asked for in the snapshot
		if end := t.resume(); end != nil {
			return end
		}
		switch {
		case t.asked.kind == waits && t.satisfied():
		case !again:
			return t.advances()
		case t.asked.kind == waits:
			return t.change(&engine.Change{Status: engine.Active, Release: true, Due: t.asked.until, Awaits: t.asked.topics, Waits: t.asked.note})
		default:
			return nil
		}
	}
}

// resume runs the task until it asks for something. When it ends it returns what is to be committed.
//
//greenlet:resumable
func (t *Task) resume() (end *engine.Change) {
	defer func() {
		t.running = false
		if v := recover(); v != nil {
			end = t.failed(v)
		}
	}()
	t.running = true
	t.asked = nil
	t.g.SetParent(greenlet.Current())
	answer := t.answer
	t.answer = reply{}
	var got any
	switch {
	case t.cancel:
		t.cancel = false
		got = t.g.Throw(greenlet.Exit)
	case t.g.Started():
		got = t.g.Switch(answer)
	default:
		got = t.g.Switch()
	}
	if t.g.Dead() {
		return t.returned(got)
	}
	asked, ok := got.(*request)
	if !ok {
		panic(fmt.Sprintf("durable: task %s has yielded %T: a durable task waits by the methods of Task, Signal and Child, and by Do", t.id, got))
	}
	t.asked = asked
	return nil
}

// satisfied reports whether the task has what it waits for, and takes it.
func (t *Task) satisfied() bool {
	for i, m := range t.inbox {
		if slices.Contains(t.asked.topics, m.Topic) {
			t.inbox = slices.Delete(t.inbox, i, i+1)
			t.consumed = append(t.consumed, m.ID)
			t.answer = reply{Body: m.Body, Topic: m.Topic}
			return true
		}
	}
	// The store, by whose clock the task was due, may be ahead of the worker's.
	until := engine.Round(t.asked.until)
	return !until.IsZero() && (!until.After(t.runner.hub.Now()) || !until.After(t.info.Due))
}

// change completes a change.
func (t *Task) change(c *engine.Change) *engine.Change {
	c.ID, c.Epoch, c.Seq = t.id, t.info.Epoch, t.seq
	return c
}

// advances is the change of a task that waits.
func (t *Task) advances() *engine.Change {
	r := t.runner
	news := describing{known: &r.known}
	snapshot, err := durable.Append(nil, &news, t.g)
	if err != nil {
		return t.parks(err)
	}
	c := &engine.Change{
		Advance: true, Status: engine.Active, Snapshot: snapshot, Schemas: news.list,
		Consumed: t.consumed, Outbox: t.outbox, Attrs: t.attrs, Waits: t.asked.note, Note: t.asked.note,
	}
	if t.asked.kind == waits {
		c.Release, c.Due, c.Awaits = true, t.asked.until, t.asked.topics
	}
	return t.change(c)
}

// parks is the change of a task that this build can't go on with.
func (t *Task) parks(err error) *engine.Change {
	return t.change(&engine.Change{
		Status: engine.Parked, Refuse: t.runner.o.Build, Reason: err.Error(), Release: true, Due: t.runner.hub.Now(),
		Awaits: t.info.Awaits, Waits: t.info.Waits, Note: "parked: " + err.Error(),
	})
}

// returned is the change of a task whose function has returned.
func (t *Task) returned(got any) *engine.Change {
	if got == any(greenlet.Exit) {
		return t.ends(engine.Canceled, nil, "")
	}
	list, ok := got.(greenlet.Values)
	if !ok {
		list = greenlet.Values{got}
	}
	var result []byte
	text := ""
	for _, v := range list {
		if err, ok := v.(error); ok {
			text = err.Error()
		} else if v != nil {
			b, err := json.Marshal(v)
			if err != nil {
				return t.failed(fmt.Errorf("its result can't be kept: %w", err))
			}
			result = b
		}
	}
	return t.ends(engine.Done, result, text)
}

// failed is the change of a task that has panicked.
func (t *Task) failed(v any) *engine.Change {
	if err, ok := v.(error); ok && errors.Is(err, greenlet.Exit) {
		return t.ends(engine.Canceled, nil, "")
	}
	text := fmt.Sprintf("panic: %v", v)
	for _, f := range greenlet.PanicStack(v) {
		text += fmt.Sprintf("\n\t%v", f)
	}
	c := t.ends(engine.Failed, nil, text)
	c.Reason = text
	return c
}

// ends is the change of a task that has ended.
func (t *Task) ends(s engine.Status, result []byte, text string) *engine.Change {
	c := &engine.Change{
		Advance: true, Status: s, Consumed: t.consumed, Outbox: t.outbox, Attrs: t.attrs, Release: true,
		Result: result, Err: text, Note: s.String(),
	}
	if text != "" {
		c.Note += ": " + text
	}
	if s == engine.Failed {
		c.Consumed, c.Outbox, c.Attrs = nil, nil, nil // Retry goes on with the last snapshot
	}
	if t.info.Parent != "" {
		i := engine.Info{ID: t.id, Parent: t.info.Parent, Status: s, Result: result, Err: text}
		c.Outbox = append(slices.Clone(c.Outbox), engine.ResultOf(&i))
	}
	return t.change(c)
}

// load makes the task's greenlet, or returns the change that gives it back.
//
//greenlet:resumable
func (r *Runner) load(t *Task) *engine.Change {
	for {
		g, err := t.restore()
		if err == nil {
			t.g = g
			return nil
		}
		var need *missing
		if errors.As(err, &need) {
			var text []byte
			if text, err = r.schema(need.hash); err == nil {
				r.known.learn([]engine.Schema{{Hash: need.hash, Text: text}})
				continue
			}
		}
		var changed *durable.ChangedError
		var migration *durable.MigrationError
		if errors.As(err, &changed) || errors.As(err, &migration) || errors.Is(err, durable.ErrCorrupt) || errors.Is(err, durable.ErrLimit) || errors.Is(err, engine.ErrNoSchema) {
			return t.parks(err)
		}
		// Another time may do better: a resource, or the store.
		return t.change(&engine.Change{
			Status: engine.Active, Reason: err.Error(), Release: true, Due: r.hub.Now().Add(later), Awaits: t.info.Awaits, Waits: t.info.Waits, Note: err.Error(),
		})
	}
}

// later is when a task is tried again whose resources are not there.
const later = 30 * time.Second

type described struct {
	text []byte
	err  error
}

//greenlet:resumable
func (r *Runner) schema(hash uint64) ([]byte, error) {
	if r.onHub {
		return r.engine.Schema(r.ctx, hash)
	}
	d := hub.Block(r.hub, func() (d described) {
		d.text, d.err = r.engine.Schema(r.ctx, hash)
		return d
	})
	return d.text, d.err
}

// leave gives back what is in memory, when the runner is closed.
//
//greenlet:resumable
func (r *Runner) leave() {
	var changes []engine.Change
	for _, t := range r.loaded {
		changes = append(changes, *t.change(&engine.Change{Status: engine.Active, Release: true, Due: r.hub.Now(), Awaits: t.info.Awaits, Waits: t.info.Waits}))
	}
	clear(r.loaded)
	slices.SortFunc(changes, func(a, b engine.Change) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	if len(changes) > 0 {
		r.commit(changes)
	}
}

// giveBack is leave for tasks that were claimed meanwhile.
//
//greenlet:resumable
func (r *Runner) giveBack(tasks []engine.Task) {
	var changes []engine.Change
	for i := range tasks {
		t := &tasks[i]
		changes = append(changes, engine.Change{ID: t.ID, Epoch: t.Epoch, Seq: t.Seq, Status: t.Status, Release: true, Due: r.hub.Now(), Awaits: t.Awaits, Waits: t.Waits})
	}
	if len(changes) > 0 {
		r.commit(changes)
	}
}
