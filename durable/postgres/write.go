package postgres

import (
	"cmp"
	"context"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// The second round trip: a statement for each table, with arrays of what goes there.

type (
	byteaArray = pgtype.FlatArray[[]byte] // nil is null
	times      = pgtype.FlatArray[pgtype.Timestamptz]
)

// taskColumns are tasks as arrays, in the order of what statements.columns says.
type taskColumns struct {
	id                                                  byteaArray
	number, epoch, seq, count                           []int64
	status                                              []int16
	at, due, until, updated                             times
	owner, awaits, waits, reason, err, result, snapshot byteaArray
	unread                                              []bool
	attrs                                               []*string // of each an array as the server writes it; nil if they have not changed
}

func (c *taskColumns) add(r *row) {
	c.id = append(c.id, []byte(r.ID))
	c.number, c.epoch, c.seq, c.count = append(c.number, r.number), append(c.epoch, int64(r.Epoch)), append(c.seq, int64(r.Seq)), append(c.count, r.count)
	c.status = append(c.status, int16(r.Status))
	c.at, c.due, c.until, c.updated = append(c.at, stamp(r.claimableAt())), append(c.due, stamp(r.Due)), append(c.until, stamp(r.Until)), append(c.updated, stamp(r.Updated))
	c.owner, c.awaits, c.waits = append(c.owner, text(r.Owner)), append(c.awaits, packed(r.Awaits)), append(c.waits, text(r.Waits))
	c.reason, c.err = append(c.reason, text(r.Reason)), append(c.err, text(r.Err))
	c.result = append(c.result, filled(r.Result))
	snapshot := filled(r.Snapshot)
	c.unread = append(c.unread, isUnread(snapshot))
	if isUnread(snapshot) {
		snapshot = nil
	}
	c.snapshot = append(c.snapshot, snapshot)
	var attrs *string
	if r.attrs || r.started {
		text := arrayOf(r.Attrs)
		attrs = &text
	}
	c.attrs = append(c.attrs, attrs)
}

// arrayOf are attributes as the server writes an array of bytea.
func arrayOf(attrs map[string]string) string {
	b := []byte{'{'}
	for k, v := range attrs {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(hex.AppendEncode(append(b, `"\\x`...), pair(k, v)), '"')
	}
	return string(append(b, '}'))
}

func (c *taskColumns) args(more ...any) []any {
	return append([]any{c.id, c.number, c.epoch, c.seq, c.count, c.status, c.at, c.due, c.until, c.updated, c.owner, c.awaits, c.waits, c.reason, c.err, c.result,
		c.snapshot, c.unread, c.attrs}, more...)
}

// write writes, and commits.
func (x *round) write(ctx context.Context, c *pgxpool.Conn) error {
	b := &pgx.Batch{}
	x.writeTasks(b)
	x.writeLetters(b)
	x.writeEvents(b)
	if len(x.schemas) > 0 {
		var hashes []int64
		var texts byteaArray
		// In order: who learns the same at a time waits, and must not be waited for.
		slices.SortFunc(x.schemas, func(a, b engine.Schema) int { return cmp.Compare(a.Hash, b.Hash) })
		for _, s := range x.schemas {
			hashes, texts = append(hashes, int64(s.Hash)), append(texts, full(s.Text))
		}
		b.Queue(x.s.sql.learn, hashes, texts)
	}
	if x.s.tellsOthers(x.soon, x.now) {
		b.Queue(x.s.sql.notify, x.s.channel(), "")
	}
	b.Queue("commit")
	return c.SendBatch(ctx, b).Close()
}

func (x *round) writeTasks(b *pgx.Batch) {
	var started, changed taskColumns
	var priority []int16
	var funcs, parents byteaArray
	var created times
	for _, id := range slices.Sorted(maps.Keys(x.rows)) { // in order, as all that lock several tasks: also those that start
		r := x.rows[id]
		switch {
		case r.started:
			started.add(r)
			priority = append(priority, int16(r.Priority))
			funcs, parents, created = append(funcs, full([]byte(r.Func))), append(parents, text(r.Parent)), append(created, stamp(r.Created))
		case r.changed:
			changed.add(r)
		}
		if r.refused {
			b.Queue(x.s.sql.refuse, []byte(r.ID), byteas(r.Refused))
		}
	}
	if len(started.id) > 0 {
		b.Queue(x.s.sql.start, started.args(priority, funcs, parents, created)...)
	}
	if len(changed.id) > 0 {
		b.Queue(x.s.sql.change, changed.args()...)
	}
}

func (x *round) writeLetters(b *pgx.Batch) {
	if len(x.known) > 0 {
		tasks, ns, ids, _, _ := letterColumns(x.known)
		b.Queue(x.s.sql.know, tasks, ns, ids)
	}
	if len(x.consumed) > 0 { // behind what was learnt: known says where they are
		var tasks []int64
		var ids byteaArray
		for _, p := range x.consumed {
			tasks, ids = append(tasks, p.task), append(ids, full([]byte(p.id)))
		}
		b.Queue(x.s.sql.consume, tasks, ids)
	}
	if len(x.emptied) > 0 {
		b.Queue(x.s.sql.empty, x.emptied)
	}
	if len(x.inbox) > 0 {
		tasks, ns, ids, topics, bodies := letterColumns(x.inbox)
		b.Queue(x.s.sql.receive, tasks, ns, ids, topics, bodies)
	}
}

func letterColumns(list []letter) (tasks, ns []int64, ids, topics, bodies byteaArray) {
	for _, l := range list {
		tasks, ns, ids, topics = append(tasks, l.task), append(ns, l.n), append(ids, full([]byte(l.id))), append(topics, full([]byte(l.topic)))
		bodies = append(bodies, filled(l.body))
	}
	return tasks, ns, ids, topics, bodies
}

// trimEvery is how many events too many a task may have before they are dropped, together.
const trimEvery = 16

func (x *round) writeEvents(b *pgx.Batch) {
	if len(x.events) > 0 {
		var tasks, ns, seqs, trim, upTo []int64
		var at times
		var notes byteaArray
		most := int64(x.s.o.History)
		for _, e := range x.events {
			tasks, ns, seqs, at, notes = append(tasks, e.task), append(ns, e.n), append(seqs, int64(e.Seq)), append(at, stamp(e.At)), append(notes, full([]byte(e.Note)))
			if e.n > most && e.n%trimEvery == 0 {
				trim, upTo = append(trim, e.task), append(upTo, e.n-most)
			}
		}
		b.Queue(x.s.sql.note, tasks, ns, seqs, at, notes)
		if len(trim) > 0 {
			b.Queue(x.s.sql.trim, trim, upTo)
		}
	}
	if len(x.kept) > 0 {
		var tasks, seqs []int64
		var at times
		var waits, snapshots byteaArray
		for _, k := range x.kept {
			tasks, seqs, at, waits, snapshots = append(tasks, k.task), append(seqs, int64(k.Seq)), append(at, stamp(k.At)), append(waits, text(k.Waits)), append(snapshots, full(k.Snapshot))
		}
		b.Queue(x.s.sql.keep, tasks, seqs, at, waits, snapshots)
		b.Queue(x.s.sql.drop, tasks, x.s.o.Keep)
	}
}

// text is nil, which is null, for "".
func text(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}

// filled is nil for an empty slice.
func filled(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

// full is never nil.
func full(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func byteas(list []string) byteaArray {
	a := make(byteaArray, len(list))
	for i, s := range list {
		a[i] = []byte(s)
	}
	return a
}

func stamp(t time.Time) pgtype.Timestamptz {
	return pgtype.Timestamptz{Time: t, Valid: !t.IsZero()}
}

func timeOf(t pgtype.Timestamptz) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return t.Time.UTC()
}
