package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Writing: one goroutine has a transaction for all that has come while it wrote the one before.

// job is what one caller wants written.
type job struct {
	changes  []engine.Change
	messages []engine.Message
	errs     []error // one for each of them
	size     int     // bytes, about
	err      error
	done     chan struct{}
}

// mostJobs is how many are in one transaction, and mostWrites how many changes and messages, and mostBytes how many bytes, but for a job that has more.
const (
	mostJobs   = 1024
	mostWrites = 2048
	mostBytes  = 32 << 20 // a message to the server has at most a gigabyte
)

// weigh adds up what is long in a job.
func (j *job) weigh() {
	add := func(list []engine.Message) {
		for i := range list {
			m := &list[i]
			j.size += len(m.Body)
			if m.Start != nil {
				j.size += len(m.Start.Snapshot)
			}
		}
	}
	for i := range j.changes {
		j.size += len(j.changes[i].Snapshot) + len(j.changes[i].Result)
		add(j.changes[i].Outbox)
	}
	add(j.messages)
}

func (s *Store) commits() {
	defer close(s.stopped)
	var next *job
	for {
		if next == nil {
			select {
			case next = <-s.jobs:
			case <-s.stop:
				for { // what was begun is written
					select {
					case j := <-s.jobs:
						s.write([]*job{j})
					default:
						return
					}
				}
			}
		}
		var list []*job
		list, next = s.more(next)
		s.write(list)
	}
}

// more are a job and those that wait behind it; next is one that is too many.
func (s *Store) more(first *job) (list []*job, next *job) {
	list = []*job{first}
	for n, size := len(first.errs), first.size; len(list) < mostJobs; {
		select {
		case j := <-s.jobs:
			n, size = n+len(j.errs), size+j.size
			if n > mostWrites || size > mostBytes {
				return list, j
			}
			list = append(list, j)
		default:
			return list, nil
		}
	}
	return list, nil
}

// write writes jobs. What the server refuses is tried one by one, so that a job that can't be written is alone in that.
func (s *Store) write(list []*job) {
	err := s.transact(list)
	if refuses(err) && len(list) > 1 {
		for _, j := range list {
			s.write([]*job{j})
		}
		return
	}
	if refuses(err) {
		err = fmt.Errorf("%w: %w", engine.ErrRefused, err)
	}
	for _, j := range list {
		if j.err = err; err != nil {
			j.errs = slices.Repeat([]error{err}, len(j.errs))
		}
		close(j.done)
	}
}

// tries is how often a transaction is made anew that another one was in the way of.
const tries = 10

func (s *Store) transact(list []*job) error {
	var also []string
	for left := tries; ; left-- { // what was begun when the store is closed is written
		var w *round
		err := s.ask(context.WithoutCancel(s.ctx), func(ctx context.Context, c *pgxpool.Conn) (err error) {
			if w, err = s.begin(ctx, c, list, also); err != nil {
				rollback(ctx, c)
				return err
			}
			if len(w.missing) > 0 {
				rollback(ctx, c)
				return nil
			}
			if err = w.write(ctx, c); err != nil {
				rollback(ctx, c)
				return unsure{err}
			}
			return nil
		})
		switch c := code(err); {
		case err == nil && len(w.missing) > 0 && left > 0:
			also = append(also, w.missing...)
			continue
		case (c == serialization || c == deadlock || c == unique) && left > 0:
			continue
		case err == nil && len(w.missing) > 0:
			return fmt.Errorf("durable: %d tasks that are told of an end are others each time that it is tried", len(w.missing))
		case err == nil:
			s.told(w.soon, w.now)
		}
		return err
	}
}

// rollback leaves a connection as it is to be, if there is one still.
func rollback(ctx context.Context, c *pgxpool.Conn) {
	if c.Conn().IsClosed() || c.Conn().PgConn().TxStatus() == 'I' {
		return
	}
	_, _ = c.Exec(ctx, "rollback") // else the pool closes it
}

// do has a job done, and returns when that is durable.
func (s *Store) do(ctx context.Context, j *job) []error {
	j.done = make(chan struct{})
	j.weigh()
	failed := func(err error) []error { return slices.Repeat([]error{err}, len(j.changes)+len(j.messages)) }
	select {
	case s.jobs <- j:
	case <-s.stop:
		return failed(ErrClosed)
	case <-ctx.Done():
		return failed(context.Cause(ctx))
	}
	select {
	case <-j.done:
		return j.errs
	case <-ctx.Done():
		return failed(context.Cause(ctx))
	case <-s.stopped:
		select {
		case <-j.done:
			return j.errs
		default:
			return failed(ErrClosed)
		}
	}
}

// Commit is that of [engine.Engine].
func (s *Store) Commit(ctx context.Context, changes []engine.Change) []error {
	if len(changes) == 0 {
		return nil
	}
	errs := s.do(ctx, &job{changes: changes, errs: make([]error, len(changes))})
	return engine.Apart(errs, func(i int) error { return s.Commit(ctx, changes[i:i+1])[0] })
}

// Send is that of [engine.Engine].
func (s *Store) Send(ctx context.Context, messages ...engine.Message) []error {
	if len(messages) == 0 {
		return nil
	}
	errs := s.do(ctx, &job{messages: messages, errs: make([]error, len(messages))})
	return engine.Apart(errs, func(i int) error { return s.Send(ctx, messages[i])[0] })
}
