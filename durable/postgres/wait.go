package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Waiting for something to claim. Who commits something that may be claimed tells those of its process that wait. Only if there are
// none it tells other processes: a notification of the server is a lock that all of them have to take. Where nobody was told who lives
// on, polls find it.

// news ends waits when something may be claimed that could not be before.
type news struct {
	told chan struct{} // closed then
	due  bool          // it may be claimed at once
}

func newNews() *news { return &news{told: make(chan struct{})} }

// Wait is that of [engine.Engine].
func (s *Store) Wait(ctx context.Context, r engine.Request, atMost time.Duration) error {
	var end <-chan time.Time
	if atMost >= 0 {
		t := time.NewTimer(atMost)
		defer t.Stop()
		end = t.C
	}
	for {
		s.mu.Lock()
		news := s.news
		s.idle++
		s.mu.Unlock()
		next, err := s.next(ctx, r)
		if err == nil && next <= 0 {
			next = s.patience()
		} else {
			s.missed.Store(0)
		}
		if err != nil || next <= 0 {
			s.leaves(news)
			return err
		}
		t := time.NewTimer(min(next, s.o.Poll))
		over, err := false, error(nil)
		select {
		case <-news.told:
			over = news.due
		case <-t.C:
		case <-end:
			over = true
		case <-s.stop:
			err = ErrClosed
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		t.Stop()
		s.leaves(news)
		if over || err != nil {
			return err
		}
	}
}

// leaves is for who waited for news, and does not any more.
func (s *Store) leaves(news *news) {
	s.mu.Lock()
	if s.news == news {
		s.idle--
	}
	s.mu.Unlock()
}

// patience is how long to wait for what is due, and yet claims did not get: somebody has it locked.
func (s *Store) patience() time.Duration {
	n := s.missed.Load()
	if n <= 1 {
		return 0
	}
	return min(time.Millisecond<<min(n, 20), s.o.Poll)
}

// next is how long it takes until there may be a task for r, 0 or less if there is one now.
func (s *Store) next(ctx context.Context, r engine.Request) (time.Duration, error) {
	var micros *int64
	err := s.ask(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		return c.QueryRow(ctx, s.sql.next, []byte(r.Build)).Scan(&micros)
	})
	switch {
	case err != nil:
		return 0, err
	case micros == nil || *micros > int64(s.o.Poll/time.Microsecond):
		return s.o.Poll, nil
	}
	return time.Duration(*micros) * time.Microsecond, nil
}

// tell ends the waits of this process; due says that something may be claimed at once.
func (s *Store) tell(due bool) {
	s.mu.Lock()
	s.news.due = due
	close(s.news.told)
	s.news, s.idle = newNews(), 0
	s.mu.Unlock()
}

// tellsOthers reports whether other processes have to be told of tasks: those that are due before they ask by themselves.
func (s *Store) tellsOthers(soon []*row, now time.Time) bool {
	s.mu.Lock()
	idle := s.idle > 0
	s.mu.Unlock()
	for _, r := range soon {
		at := r.claimableAt()
		if !at.IsZero() && at.Sub(now) < s.o.Poll && (!idle || len(r.Refused) > 0) {
			return true
		}
	}
	return false
}

// told tells those of this process, when it is committed.
func (s *Store) told(soon []*row, now time.Time) {
	if len(soon) > 0 {
		s.tell(slices.ContainsFunc(soon, func(r *row) bool {
			at := r.claimableAt()
			return !at.IsZero() && !at.After(now) && len(r.Refused) == 0
		}))
	}
}

// channel is the name under which processes tell each other.
func (s *Store) channel() string { return "durable:" + s.o.Schema }

// listens waits for what other processes tell, and connects anew as long as it has to.
func (s *Store) listens() {
	const longest = 5 * time.Second
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, longest) {
		at := time.Now()
		err := s.listen()
		if s.ctx.Err() != nil {
			return
		}
		if time.Since(at) > longest {
			wait = 50 * time.Millisecond
		}
		s.o.Logger.Warn(fmt.Sprintf("durable: the connection for news broke, and is made again; until then they are up to %v late", s.o.Poll), "error", err, "schema", s.o.Schema)
		select {
		case <-time.After(wait):
		case <-s.ctx.Done():
			return
		}
	}
}

func (s *Store) listen() error {
	ctx, cancel := s.timeout(s.ctx)
	defer cancel()
	// It is not one of the pool's, whose number is for what is asked.
	c, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = c.Close(ctx)
	}()
	if _, err := c.Exec(ctx, "listen "+pgx.Identifier{s.channel()}.Sanitize()); err != nil {
		return err
	}
	s.tell(false) // of what came meanwhile
	for {
		if _, err := c.WaitForNotification(s.ctx); err != nil {
			return err
		}
		s.tell(false)
	}
}
