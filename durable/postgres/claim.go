package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Who has a task, and for how long.

// Claim is that of [engine.Engine]. A task whose lease has run out stands among the others by when it did.
func (s *Store) Claim(ctx context.Context, r engine.Request) (list []engine.Task, err error) {
	if err := context.Cause(ctx); err != nil || r.Max <= 0 {
		return nil, err
	}
	var numbers []int64
	// It is not broken off: tasks that are claimed, and given to nobody, would be missing until their lease is over.
	err = s.ask(context.WithoutCancel(ctx), func(ctx context.Context, c *pgxpool.Conn) error {
		list, numbers = nil, nil
		rows, err := c.Query(ctx, s.sql.claim, []byte(r.Owner), []byte(r.Build), r.Max, r.TTL)
		if err != nil {
			return err
		}
		count, err := readTasks(rows, &list, &numbers)
		if err != nil || count <= int64(len(list)) { // each has its start only: nobody has sent anything
			return err
		}
		// Behind the claim: what came before it is there, and whoever sends something from now on finds it held.
		return s.readInboxes(ctx, c, list, numbers)
	})
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		s.missed.Store(0)
	} else {
		s.missed.Add(1)
	}
	slices.SortFunc(list, func(a, b engine.Task) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// readTasks reads what was claimed, and counts its events.
func readTasks(rows pgx.Rows, list *[]engine.Task, numbers *[]int64) (count int64, err error) {
	defer rows.Close()
	for rows.Next() {
		var t engine.Task
		var x scanned
		var number, n int64
		if err := rows.Scan(append(x.info(&t.Info), &number, &t.Snapshot, &n)...); err != nil {
			return 0, err
		}
		if err := x.into(&t.Info); err != nil {
			return 0, err
		}
		t.Bytes = len(t.Snapshot)
		*list, *numbers = append(*list, t), append(*numbers, number)
		count += n
	}
	return count, rows.Err()
}

func (s *Store) readInboxes(ctx context.Context, c *pgxpool.Conn, list []engine.Task, numbers []int64) error {
	at := make(map[int64]int, len(numbers))
	for i, n := range numbers {
		at[n] = i
	}
	rows, err := c.Query(ctx, s.sql.inbox, numbers)
	if err != nil {
		return err
	}
	return eachMessage(rows, func(task int64, m engine.Message) {
		t := &list[at[task]]
		m.To = t.ID
		t.Inbox = append(t.Inbox, m)
	})
}

func eachMessage(rows pgx.Rows, f func(task int64, m engine.Message)) error {
	defer rows.Close()
	for rows.Next() {
		var task int64
		var id, topic, body []byte
		if err := rows.Scan(&task, &id, &topic, &body); err != nil {
			return err
		}
		f(task, engine.Message{ID: string(id), Topic: string(topic), Body: body})
	}
	return rows.Err()
}

// Renew is that of [engine.Engine].
func (s *Store) Renew(ctx context.Context, owner string, ttl time.Duration, ids []string) (cancels []engine.Message, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.ask(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		cancels = nil
		b := &pgx.Batch{}
		b.Queue(s.sql.renew, []byte(owner), byteas(ids), ttl)
		b.Queue(s.sql.cancels, []byte(owner), byteas(ids), []byte(engine.Cancel)).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				var to, id, topic, body []byte
				if err := rows.Scan(&to, &id, &topic, &body); err != nil {
					return err
				}
				cancels = append(cancels, engine.Message{ID: string(id), To: string(to), Topic: string(topic), Body: body})
			}
			return rows.Err()
		})
		return c.SendBatch(ctx, b).Close()
	})
	return cancels, err
}
