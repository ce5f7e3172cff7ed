package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// What there is.

// Get is that of [engine.Engine].
func (s *Store) Get(ctx context.Context, id string) (t engine.Task, err error) {
	err = s.ask(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		t = engine.Task{}
		b := &pgx.Batch{}
		b.Queue(s.sql.get, []byte(id)).QueryRow(func(r pgx.Row) error {
			var x scanned
			if err := r.Scan(append(x.info(&t.Info), &t.Snapshot)...); err != nil {
				return err
			}
			t.Bytes = len(t.Snapshot)
			return x.into(&t.Info)
		})
		b.Queue(s.sql.getInbox, []byte(id)).Query(func(rows pgx.Rows) error {
			return eachMessage(rows, func(_ int64, m engine.Message) {
				m.To = id
				t.Inbox = append(t.Inbox, m)
			})
		})
		return c.SendBatch(ctx, b).Close()
	})
	return t, noTask(err)
}

// noTask is the error for a task that is not there.
func noTask(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return engine.ErrNoTask
	}
	return err
}

// Tasks is that of [engine.Engine]. They are read in parts, each as it is then.
func (s *Store) Tasks(ctx context.Context, q engine.Query) iter.Seq2[engine.Info, error] {
	return func(yield func(engine.Info, error) bool) {
		const most = 1000
		for left := q.Limit; ; {
			n := most
			if q.Limit > 0 {
				n = min(n, left)
			}
			part, err := s.part(ctx, q, n)
			if err != nil {
				yield(engine.Info{}, err)
				return
			}
			for _, t := range part {
				if !yield(t, nil) {
					return
				}
			}
			if left -= len(part); len(part) < n || q.Limit > 0 && left == 0 {
				return
			}
			q.After = part[len(part)-1].ID
		}
	}
}

func (s *Store) part(ctx context.Context, q engine.Query, n int) (list []engine.Info, err error) {
	where := []string{"true"}
	var args []any
	add := func(sql string, arg any) {
		args = append(args, arg)
		where = append(where, strings.ReplaceAll(sql, "?", fmt.Sprint("$", len(args))))
	}
	if q.Prefix != "" {
		add("t.id >= ?::bytea", []byte(q.Prefix))
		if end := behind(q.Prefix); end != nil {
			add("t.id < ?::bytea", end)
		}
	}
	if q.After != "" {
		add("t.id > ?::bytea", []byte(q.After))
	}
	if q.Func != "" {
		add("t.func = ?::bytea", []byte(q.Func))
	}
	if q.Parent != "" {
		add("t.parent = ?::bytea", []byte(q.Parent))
	}
	if len(q.Status) > 0 {
		var list []int16
		for _, st := range q.Status {
			list = append(list, int16(st))
		}
		add("t.status = any(?::smallint[])", list)
	}
	if len(q.Attrs) > 0 {
		var list byteaArray
		for k, v := range q.Attrs {
			list = append(list, pair(k, v))
		}
		add("t.attrs @> ?::bytea[]", list)
	}
	add("true order by t.id limit ?", n)
	err = s.ask(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		list = nil
		rows, err := c.Query(ctx, s.sql.list+strings.Join(where, " and "), args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t engine.Info
			var x scanned
			var bytes *int
			if err := rows.Scan(append(x.info(&t), &bytes)...); err != nil {
				return err
			}
			if err := x.into(&t); err != nil {
				return err
			}
			if bytes != nil {
				t.Bytes = *bytes
			}
			list = append(list, t)
		}
		return rows.Err()
	})
	return list, err
}

// behind is the first ID that is behind all that begin with a prefix; nil if there is none.
func behind(prefix string) []byte {
	b := []byte(prefix)
	for len(b) > 0 && b[len(b)-1] == 0xff {
		b = b[:len(b)-1]
	}
	if len(b) == 0 {
		return nil
	}
	b[len(b)-1]++
	return b
}

// of asks for something of a task, by its number.
func (s *Store) of(ctx context.Context, id string, f func(rows pgx.Rows) error, sql string, args ...any) error {
	return noTask(s.ask(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		var number int64
		if err := c.QueryRow(ctx, s.sql.number, []byte(id)).Scan(&number); err != nil {
			return err
		}
		rows, err := c.Query(ctx, sql, append([]any{number}, args...)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		return f(rows)
	}))
}

// History is that of [engine.Engine].
func (s *Store) History(ctx context.Context, id string) (list []engine.Event, err error) {
	err = s.of(ctx, id, func(rows pgx.Rows) error {
		list = nil
		for rows.Next() {
			var seq int64
			var at pgtype.Timestamptz
			var note []byte
			if err := rows.Scan(&seq, &at, &note); err != nil {
				return err
			}
			list = append(list, engine.Event{Seq: uint64(seq), At: timeOf(at), Note: string(note)})
		}
		return rows.Err()
	}, s.sql.history, max(s.o.History, 0))
	slices.Reverse(list)
	return list, err
}

// Kept is that of [engine.Keeper].
func (s *Store) Kept(ctx context.Context, id string) (list []engine.Kept, err error) {
	err = s.of(ctx, id, func(rows pgx.Rows) error {
		list = nil
		for rows.Next() {
			var k engine.Kept
			var seq int64
			var at pgtype.Timestamptz
			var waits []byte
			if err := rows.Scan(&seq, &at, &waits, &k.Snapshot); err != nil {
				return err
			}
			k.Seq, k.At, k.Waits = uint64(seq), timeOf(at), string(waits)
			list = append(list, k)
		}
		return rows.Err()
	}, s.sql.keptOf)
	return list, err
}

// Schema is that of [engine.Engine].
func (s *Store) Schema(ctx context.Context, hash uint64) (text []byte, err error) {
	err = s.ask(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		return c.QueryRow(ctx, s.sql.schema, int64(hash)).Scan(&text)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = engine.ErrNoSchema
	}
	return text, err
}

// Forget is that of [engine.Engine].
func (s *Store) Forget(ctx context.Context, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	return s.ask(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		return pgx.BeginTxFunc(ctx, c, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
			// What others write of these tasks they write while they have them locked, so that it is there to be deleted then.
			rows, err := tx.Query(ctx, s.sql.ending, byteas(ids))
			if err != nil {
				return err
			}
			numbers, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			if err != nil || len(numbers) == 0 {
				return err
			}
			b := &pgx.Batch{}
			b.Queue(s.sql.forgetTasks, byteas(ids), numbers) // not those that have ended meanwhile
			for _, sql := range []string{s.sql.forgetKnown, s.sql.forgetInbox, s.sql.forgetEvents, s.sql.forgetKept} {
				b.Queue(sql, numbers)
			}
			return tx.SendBatch(ctx, b).Close()
		})
	})
}
