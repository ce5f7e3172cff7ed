package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A transaction is two round trips: one locks the tasks that are meant, and reads what the rules need of them; the other writes, and commits.
// In between the rules of package engine run, over what nobody else can change.

// round is what a transaction knows, and is to write.
type round struct {
	s       *Store
	now     time.Time
	rows    map[string]*row
	none    map[string]bool // IDs that were looked for, and are not there
	numbers []int64         // for tasks that start
	missing []string        // IDs that ought to have been locked as well

	schemas  []engine.Schema
	consumed []place
	known    []letter
	inbox    []letter
	events   []event
	kept     []kept
	emptied  []int64 // tasks whose inbox goes
	soon     []*row  // that may be claimed sooner than before
}

// row is a task that is locked.
type row struct {
	engine.Task // its snapshot is unread if there is one
	number      int64
	count       int64
	at          time.Time // as it was read
	started     bool      // by this transaction
	changed     bool
	attrs       bool            // have changed
	refused     bool            // has changed
	known       map[string]bool // IDs of messages, of those that came
	letters     []place         // the inbox, if a change releases it
}

type place struct {
	task      int64
	n         int64
	id, topic string
}

type letter struct {
	place
	body []byte
}

type event struct {
	task, n int64
	engine.Event
}

type kept struct {
	task int64
	engine.Kept
}

// unread stands for a snapshot that was not read.
var unread = []byte{0}

func isUnread(b []byte) bool { return len(b) == 1 && &b[0] == &unread[0] }

// wanted is what the first round trip asks for.
type wanted struct {
	ids      map[string]bool
	kills    []string // whose parents are told
	releases []string // whose inboxes are looked at
	to, id   []string // of messages
	starts   int
}

func wants(list []*job, also []string) *wanted {
	w := &wanted{ids: map[string]bool{}}
	for _, id := range also {
		w.ids[id] = true
	}
	for _, j := range list {
		for i := range j.changes {
			c := &j.changes[i]
			w.ids[c.ID] = true
			if c.Release && !c.Status.Ended() {
				w.releases = append(w.releases, c.ID)
			}
			w.messages(c.Outbox)
		}
		w.messages(j.messages)
	}
	return w
}

func (w *wanted) messages(list []engine.Message) {
	for i := range list {
		m := &list[i]
		w.ids[m.To] = true
		if m.Start != nil {
			w.starts++
			continue
		}
		w.to, w.id = append(w.to, m.To), append(w.id, m.ID)
		if m.Topic == engine.Kill {
			w.kills = append(w.kills, m.To)
		}
	}
}

// begin locks and reads, and has the rules run.
func (s *Store) begin(ctx context.Context, c *pgxpool.Conn, list []*job, also []string) (*round, error) {
	x := &round{s: s, rows: map[string]*row{}, none: map[string]bool{}}
	w := wants(list, also)
	b := &pgx.Batch{}
	b.Queue("begin isolation level read committed")
	ids := make([]string, 0, len(w.ids))
	for id := range w.ids {
		ids = append(ids, id)
		x.none[id] = true
	}
	b.Queue(s.sql.lock, byteas(ids), byteas(w.kills)).Query(x.readRows)
	if len(w.releases) > 0 {
		b.Queue(s.sql.letters, byteas(w.releases)).Query(x.readLetters)
	}
	if len(w.to) > 0 {
		b.Queue(s.sql.known, byteas(w.to), byteas(w.id)).Query(x.readKnown)
	}
	if w.starts > 0 {
		b.Queue(s.sql.numbers, w.starts).Query(func(rows pgx.Rows) (err error) {
			x.numbers, err = pgx.CollectRows(rows, pgx.RowTo[int64])
			return err
		})
	}
	b.Queue(s.sql.now).QueryRow(func(r pgx.Row) error { return r.Scan(&x.now) })
	if err := c.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	x.now = x.now.UTC()
	for _, j := range list {
		for i := range j.changes {
			j.errs[i] = x.change(&j.changes[i])
		}
		for i := range j.messages {
			j.errs[i] = x.deliver(&j.messages[i])
		}
	}
	return x, nil
}

func (x *round) readRows(rows pgx.Rows) error {
	for rows.Next() {
		r := &row{}
		var t scanned
		var bytes *int32
		if err := rows.Scan(append(t.info(&r.Info), &r.number, &r.count, &t.at, &bytes)...); err != nil {
			return err
		}
		if err := t.into(&r.Info); err != nil {
			return err
		}
		r.at = timeOf(t.at)
		if bytes != nil {
			r.Snapshot, r.Bytes = unread, int(*bytes)
		}
		x.rows[r.ID] = r
		delete(x.none, r.ID)
	}
	return rows.Err()
}

func (x *round) readLetters(rows pgx.Rows) error {
	for rows.Next() {
		var to, id, topic []byte
		var p place
		if err := rows.Scan(&to, &p.n, &id, &topic); err != nil {
			return err
		}
		p.id, p.topic = string(id), string(topic)
		if r := x.rows[string(to)]; r != nil {
			p.task = r.number
			r.letters = append(r.letters, p)
		}
	}
	return rows.Err()
}

func (x *round) readKnown(rows pgx.Rows) error {
	for rows.Next() {
		var to, id []byte
		if err := rows.Scan(&to, &id); err != nil {
			return err
		}
		if r := x.rows[string(to)]; r != nil {
			r.knows(string(id))
		}
	}
	return rows.Err()
}

func (r *row) knows(id string) {
	if r.known == nil {
		r.known = map[string]bool{}
	}
	r.known[id] = true
}

// task is that of r; nil if there is no row.
func (r *row) task() *engine.Task {
	if r == nil {
		return nil
	}
	return &r.Task
}

// refusals is how many builds have refused the task; 0 if there is no row.
func (r *row) refusals() int {
	if r == nil {
		return 0
	}
	return len(r.Refused)
}

// change makes a change, if the task is the owner's still.
func (x *round) change(c *engine.Change) error {
	r := x.rows[c.ID]
	if x.s.unfenced && r != nil && !r.Status.Ended() {
		c.Epoch, c.Seq, r.Owner = r.Epoch, r.Seq, "somebody"
	}
	refused := r.refusals()
	left := func(p place) bool { return !slices.Contains(c.Consumed, p.id) }
	err := engine.Apply(r.task(), c, x.now, func() bool {
		return slices.ContainsFunc(r.letters, func(p place) bool { return left(p) && engine.Wakes(c.Awaits, p.topic) })
	})
	if err != nil {
		return err
	}
	r.changed = true
	r.attrs = r.attrs || c.Attrs != nil
	r.refused = r.refused || refused != r.refusals()
	x.consume(r, c)
	x.schemas = append(x.schemas, c.Schemas...)
	if c.Note != "" {
		x.event(r, c.Note)
	}
	if k, ok := c.Keeps(x.now); ok && x.s.o.Keep > 0 {
		x.kept = append(x.kept, kept{r.number, k})
	}
	x.moved(r)
	for i := range c.Outbox {
		_ = x.deliver(&c.Outbox[i]) // who is not there, or has ended, gets nothing
	}
	return nil
}

// consume takes messages out of the inbox: all, if the task has ended.
func (x *round) consume(r *row, c *engine.Change) {
	if r.Status.Ended() && r.Status != engine.Failed {
		x.empty(r)
		return
	}
	for _, id := range c.Consumed {
		x.consumed = append(x.consumed, place{task: r.number, id: id})
	}
	if len(c.Consumed) > 0 {
		gone := func(p place) bool { return slices.Contains(c.Consumed, p.id) }
		r.letters = slices.DeleteFunc(r.letters, gone)
		x.inbox = slices.DeleteFunc(x.inbox, func(l letter) bool { return l.task == r.number && gone(l.place) })
	}
}

func (x *round) empty(r *row) {
	x.emptied = append(x.emptied, r.number)
	r.letters = nil
	x.inbox = slices.DeleteFunc(x.inbox, func(l letter) bool { return l.task == r.number })
}

func (x *round) event(r *row, note string) {
	r.count++
	r.changed = true
	if x.s.o.History >= 0 {
		x.events = append(x.events, event{r.number, r.count, engine.Event{Seq: r.Seq, At: x.now, Note: note}})
	}
}

// deliver delivers a message. The error is what its sender is told.
func (x *round) deliver(m *engine.Message) error {
	r := x.rows[m.To]
	if r == nil && !x.none[m.To] {
		x.missing = append(x.missing, m.To)
		return engine.ErrNoTask // of a round that is not written
	}
	if m.Start != nil {
		if r != nil {
			if tell, ok := engine.Taken(&r.Task, *m); ok {
				_ = x.deliver(&tell)
			}
			return engine.ErrKnown
		}
		x.start(m)
		return nil
	}
	if r != nil && r.known[m.ID] {
		return engine.ErrKnown
	}
	refused := r.refusals()
	keep, tell, err := engine.Deliver(r.task(), *m, x.now)
	if err != nil {
		return err
	}
	r.knows(m.ID)
	r.refused = r.refused || refused != r.refusals()
	x.event(r, "got "+m.Topic)
	p := place{r.number, r.count, m.ID, m.Topic}
	x.known = append(x.known, letter{place: p})
	if keep {
		x.inbox = append(x.inbox, letter{p, m.Body})
		r.letters = append(r.letters, p)
	} else if r.Status.Ended() {
		x.empty(r)
	}
	x.moved(r)
	for i := range tell {
		_ = x.deliver(&tell[i])
	}
	return nil
}

func (x *round) start(m *engine.Message) {
	x.schemas = append(x.schemas, m.Start.Schemas...)
	r := &row{Task: *engine.New(*m, x.now), number: x.numbers[0], started: true}
	x.numbers = x.numbers[1:]
	x.rows[m.To] = r
	x.event(r, "start")
	if x.s.o.Keep > 0 {
		x.kept = append(x.kept, kept{r.number, engine.KeptOfStart(&r.Task, x.now)})
	}
	x.moved(r)
}

// claimableAt is from when a task may be claimed, by anybody; zero is never.
func (r *row) claimableAt() time.Time {
	if r.Status.Ended() || r.Due.IsZero() {
		return time.Time{}
	}
	if over := r.Until.Add(time.Microsecond); r.Owner != "" && over.After(r.Due) {
		return over
	}
	return r.Due
}

// moved notes a task that others may have to be told of.
func (x *round) moved(r *row) {
	if at := r.claimableAt(); !at.IsZero() && (r.at.IsZero() || at.Before(r.at)) {
		x.soon = append(x.soon, r)
	}
}
