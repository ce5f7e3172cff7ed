// Package memory keeps durable tasks in memory and, if it is given a directory, in a log there: for tests,
// and for simulations, where the directory is that of a disk of package sim. All tasks are in memory, and are read
// when it is opened; package bolt, which is a module of its own, is for more of them.
package memory

import (
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/hub"
)

//go:generate go tool greenlet

// Engine is the store. Its methods wait as the hub's tasks do: see [engine.OnHub].
type Engine struct {
	hub     *hub.Hub
	rows    map[string]*row
	schemas map[uint64][]byte
	alarms  alarms
	ready   map[string]*row // due, though perhaps not to all
	news    *hub.Event      // of a row that may be claimed now
	log     *log            // nil if there is none
	most    int             // events of a task
	keep    int             // snapshots of a task
}

var (
	_ engine.OnHub  = (*Engine)(nil)
	_ engine.Keeper = (*Engine)(nil)
)

// row is a task with what the store has besides.
type row struct {
	engine.Task
	known  map[string]bool // IDs of messages
	events []engine.Event
	kept   []engine.Kept
	unsafe uint64 // the log's generation that has its last change
	learnt []string
	event  *engine.Event
	news   *engine.Kept
}

// task is that of r; nil if there is no row.
func (r *row) task() *engine.Task {
	if r == nil {
		return nil
	}
	return &r.Task
}

// New makes a store that ends with the process. The hub's clock is the store's.
func New(h *hub.Hub) *Engine {
	return &Engine{hub: h, rows: map[string]*row{}, schemas: map[uint64][]byte{}, ready: map[string]*row{}, news: h.NewEvent(), most: 100}
}

// Keep has the last n snapshots of each task be kept from now on: see [engine.Keeper].
func (e *Engine) Keep(n int) *Engine {
	e.keep = n
	return e
}

// OnHub marks the engine.
func (*Engine) OnHub() {}

// now is the time, which is never zero: for what is due that is never.
func (e *Engine) now() time.Time {
	if now := engine.Round(e.hub.Now()); !now.IsZero() {
		return now
	}
	return time.Time{}.Add(time.Microsecond)
}

// set notes that r has changed: when it may be claimed, and what is to be written.
func (e *Engine) set(r *row) {
	delete(e.ready, r.ID)
	if e.log != nil {
		r.unsafe = e.log.generation
		e.log.add(r)
	} else {
		r.learnt, r.event, r.news = nil, nil, nil
	}
	e.arm(r)
}

func (e *Engine) arm(r *row) {
	if r.Due.IsZero() || r.Status.Ended() {
		return
	}
	at := r.Due
	if over := r.Until.Add(time.Microsecond); r.Owner != "" && over.After(at) {
		at = over
	}
	heap.Push(&e.alarms, alarm{at, r})
	if !at.After(e.now()) || e.alarms[0].row == r {
		e.tell()
	}
}

// tell ends the waits of those who wait for something to claim.
func (e *Engine) tell() {
	e.news.Set()
	e.news = e.hub.NewEvent()
}

// alarm says when a row may be claimed. Where that has changed since, there is another one for it.
type alarm struct {
	at  time.Time
	row *row
}

type alarms []alarm

func (a alarms) Len() int           { return len(a) }
func (a alarms) Less(i, j int) bool { return a[i].at.Before(a[j].at) }
func (a alarms) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *alarms) Push(x any)        { *a = append(*a, x.(alarm)) }
func (a *alarms) Pop() any {
	old := *a
	x := old[len(old)-1]
	old[len(old)-1] = alarm{}
	*a = old[:len(old)-1]
	return x
}

// claimable are rows that may be claimed now, the first to be first.
func (e *Engine) claimable(r engine.Request) (list []*row) {
	now := e.now()
	for len(e.alarms) > 0 && !e.alarms[0].at.After(now) {
		if x := heap.Pop(&e.alarms).(alarm); e.rows[x.row.ID] == x.row {
			e.ready[x.row.ID] = x.row
		}
	}
	for _, t := range e.ready {
		switch {
		case engine.Claimable(&t.Info, r, now):
			if e.log == nil || t.unsafe < e.log.durable {
				list = append(list, t)
			}
		case t.Status.Ended() || t.Due.IsZero() || t.Due.After(now) || t.Owner != "" && !t.Until.Before(now):
			delete(e.ready, t.ID) // another alarm is set
		}
	}
	slices.SortFunc(list, func(a, b *row) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// Claim is that of [engine.Engine].
//
//greenlet:resumable
func (e *Engine) Claim(_ context.Context, r engine.Request) ([]engine.Task, error) {
	if err := e.sync(); err != nil {
		return nil, err
	}
	var list []engine.Task
	for _, t := range e.claimable(r) {
		if len(list) == r.Max {
			break
		}
		t.Epoch++
		t.Owner, t.Until = r.Owner, e.now().Add(r.TTL)
		delete(e.ready, t.ID)
		e.arm(t)
		list = append(list, t.Copy())
	}
	return list, nil
}

// Renew is that of [engine.Engine].
//
//greenlet:resumable
func (e *Engine) Renew(_ context.Context, owner string, ttl time.Duration, ids []string) (cancels []engine.Message, err error) {
	if err := e.sync(); err != nil {
		return nil, err
	}
	until := e.now().Add(ttl)
	for _, id := range ids {
		t := e.rows[id]
		if t == nil || t.Owner != owner || t.Status.Ended() {
			continue
		}
		t.Until = until
		e.arm(t)
		for _, m := range t.Inbox {
			if m.Topic == engine.Cancel {
				cancels = append(cancels, m)
			}
		}
	}
	return cancels, nil
}

// Commit is that of [engine.Engine].
//
//greenlet:resumable
func (e *Engine) Commit(_ context.Context, changes []engine.Change) []error {
	errs := make([]error, len(changes))
	for i := range changes {
		errs[i] = e.commit(&changes[i])
	}
	if err := e.sync(); err != nil {
		return slices.Repeat([]error{err}, len(errs))
	}
	return errs
}

func (e *Engine) commit(c *engine.Change) error {
	now := e.now()
	r := e.rows[c.ID]
	t := r.task()
	left := func(m engine.Message) bool { return !slices.Contains(c.Consumed, m.ID) }
	err := engine.Apply(t, c, now, func() bool {
		return slices.ContainsFunc(r.Inbox, func(m engine.Message) bool { return left(m) && engine.Wakes(c.Awaits, m.Topic) })
	})
	if err != nil {
		return err
	}
	t.Snapshot = bytes.Clone(t.Snapshot)
	r.Inbox = slices.DeleteFunc(slices.Clone(r.Inbox), func(m engine.Message) bool { return !left(m) })
	e.learn(c.Schemas)
	if c.Note != "" {
		r.add(engine.Event{Seq: t.Seq, At: now, Note: c.Note}, e.most)
	}
	if k, ok := c.Keeps(now); ok {
		k.Snapshot = t.Snapshot
		r.keeps(k, e.keep)
	}
	e.set(r)
	for _, m := range c.Outbox {
		_ = e.deliver(m) // whoever is not there, or has ended, gets nothing
	}
	return nil
}

func (r *row) add(ev engine.Event, most int) {
	r.events = append(r.events, ev)
	if len(r.events) > most {
		r.events = slices.Delete(r.events, 0, len(r.events)-most)
	}
	r.event = &ev
}

// keeps keeps a snapshot, which nobody changes any more.
func (r *row) keeps(k engine.Kept, most int) {
	if most <= 0 {
		return
	}
	r.kept = append(r.kept, k)
	if len(r.kept) > most {
		r.kept = slices.Delete(r.kept, 0, len(r.kept)-most)
	}
	r.news = &k
}

func (e *Engine) learn(list []engine.Schema) {
	for _, s := range list {
		if _, known := e.schemas[s.Hash]; !known {
			e.schemas[s.Hash] = bytes.Clone(s.Text)
			if e.log != nil {
				e.log.schema(s)
			}
		}
	}
}

// Send is that of [engine.Engine].
//
//greenlet:resumable
func (e *Engine) Send(_ context.Context, messages ...engine.Message) []error {
	errs := make([]error, len(messages))
	for i, m := range messages {
		errs[i] = e.deliver(m)
	}
	if err := e.sync(); err != nil {
		return slices.Repeat([]error{err}, len(errs))
	}
	return errs
}

func (e *Engine) deliver(m engine.Message) error {
	now := e.now()
	r := e.rows[m.To]
	if m.Start != nil {
		if r != nil {
			if tell, ok := engine.Taken(&r.Task, m); ok {
				_ = e.deliver(tell)
			}
			return engine.ErrKnown
		}
		e.learn(m.Start.Schemas)
		r = &row{Task: engine.New(m, now).Copy(), known: map[string]bool{}}
		e.rows[m.To] = r
		r.add(engine.Event{At: now, Note: "start"}, e.most)
		r.keeps(engine.KeptOfStart(&r.Task, now), e.keep)
		e.set(r)
		return nil
	}
	if r != nil && r.known[m.ID] {
		return engine.ErrKnown
	}
	keep, tell, err := engine.Deliver(r.task(), m, now)
	if err != nil {
		return err
	}
	r.known[m.ID] = true
	r.learnt = append(r.learnt, m.ID)
	if keep {
		m.Body = bytes.Clone(m.Body)
		r.Inbox = append(r.Inbox, m)
	}
	r.add(engine.Event{Seq: r.Seq, At: now, Note: "got " + m.Topic}, e.most)
	e.set(r)
	for _, m := range tell {
		_ = e.deliver(m)
	}
	return nil
}

// Wait is that of [engine.Engine].
//
//greenlet:resumable
func (e *Engine) Wait(_ context.Context, r engine.Request, atMost time.Duration) error {
	for until := e.hub.Now().Add(atMost); ; {
		if err := e.sync(); err != nil {
			return err
		}
		left := until.Sub(e.hub.Now())
		switch {
		case len(e.claimable(r)) > 0 || atMost >= 0 && left <= 0:
			return nil
		case len(e.alarms) > 0:
			if next := max(e.alarms[0].at.Sub(e.hub.Now()), time.Microsecond); atMost < 0 || next < left {
				left = next
			}
			e.news.WaitFor(left)
		case atMost >= 0:
			e.news.WaitFor(left)
		default:
			e.news.Wait()
		}
	}
}

// Get is that of [engine.Engine].
//
//greenlet:resumable
func (e *Engine) Get(_ context.Context, id string) (engine.Task, error) {
	if err := e.sync(); err != nil {
		return engine.Task{}, err
	}
	r := e.rows[id]
	if r == nil {
		return engine.Task{}, engine.ErrNoTask
	}
	return r.Copy(), nil
}

// Tasks is that of [engine.Engine]. What it ranges over is as it was when it was called.
//
//greenlet:resumable
func (e *Engine) Tasks(_ context.Context, q engine.Query) iter.Seq2[engine.Info, error] {
	err := e.sync()
	var list []engine.Info
	if err == nil {
		for _, id := range slices.Sorted(maps.Keys(e.rows)) {
			if q.Limit > 0 && len(list) == q.Limit {
				break
			}
			if t := &e.rows[id].Info; q.Matches(t) {
				list = append(list, t.Copy())
			}
		}
	}
	return engine.List(list, err)
}

// History is that of [engine.Engine].
//
//greenlet:resumable
func (e *Engine) History(_ context.Context, id string) ([]engine.Event, error) {
	if err := e.sync(); err != nil {
		return nil, err
	}
	r := e.rows[id]
	if r == nil {
		return nil, engine.ErrNoTask
	}
	return slices.Clone(r.events), nil
}

// Kept is that of [engine.Keeper].
//
//greenlet:resumable
func (e *Engine) Kept(_ context.Context, id string) ([]engine.Kept, error) {
	if err := e.sync(); err != nil {
		return nil, err
	}
	r := e.rows[id]
	if r == nil {
		return nil, engine.ErrNoTask
	}
	list := slices.Clone(r.kept)
	for i := range list {
		list[i].Snapshot = bytes.Clone(list[i].Snapshot)
	}
	return list, nil
}

// Forget is that of [engine.Engine].
//
//greenlet:resumable
func (e *Engine) Forget(_ context.Context, ids ...string) error {
	for _, id := range ids {
		if r := e.rows[id]; r != nil && r.Status.Ended() {
			delete(e.rows, id)
			delete(e.ready, id)
			if e.log != nil {
				e.log.forget(id)
			}
		}
	}
	return e.sync()
}

// Schema is that of [engine.Engine].
//
//greenlet:resumable
func (e *Engine) Schema(_ context.Context, hash uint64) ([]byte, error) {
	text, ok := e.schemas[hash]
	if !ok {
		return nil, engine.ErrNoSchema
	}
	return text, nil
}

// sync returns when all that was changed before is durable, or is not and never will be.
//
//greenlet:resumable
func (e *Engine) sync() error {
	if e.log == nil {
		return nil
	}
	return e.log.sync()
}
