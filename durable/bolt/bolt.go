// Package bolt keeps durable tasks in a file, by bbolt: there is nothing to install, and nothing is acknowledged before
// it is synced. Whatever several tasks, workers and callers have to write at a time is one transaction.
//
// A file is one process's at a time, which bbolt's lock sees to. What a task sleeps in is a few hundred bytes of the file, and
// no memory.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"sync"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Options say how a store is. The zero value of each field is what Open takes.
type Options struct {
	History int           // events that are kept of each task; 0 is 50, and less than 0 none
	Keep    int           // snapshots that are kept of each task, for forks of where it stood: see [engine.Keeper]
	Lock    time.Duration // how long to wait for another process to close the file; 0 is 10 s
	// Clock is the store's; nil is the system's.
	Clock func() time.Time
	// NoSync does not sync: what was acknowledged is lost with the power, and the file may be. It is for measurements.
	NoSync bool
}

// Store is an [engine.Engine].
type Store struct {
	db *bolt.DB
	o  Options

	jobs    chan *job
	stop    chan struct{}
	stopped chan struct{}

	mu     sync.Mutex
	epoch  uint64 // the last one that was given
	leases map[string]lease
	news   chan struct{} // closed when something may be claimed that could not be before
}

var _ engine.Keeper = (*Store)(nil)

// lease is in memory only: a process that opens the file has no competitor, and begins with new epochs.
type lease struct {
	owner string
	epoch uint64
	until time.Time
}

// ErrClosed is the error of a closed store.
var ErrClosed = errors.New("durable: the store is closed")

// Open opens a file, and makes it if it is not there. One process has it at a time: another waits for it, as long as
// [Options.Lock] says.
func Open(path string) (*Store, error) { return OpenWith(path, Options{}) }

// OpenWith is Open with options.
func OpenWith(path string, o Options) (*Store, error) {
	if o.History == 0 {
		o.History = 50
	}
	if o.Lock == 0 {
		o.Lock = 10 * time.Second
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: o.Lock, NoFreelistSync: true, FreelistType: bolt.FreelistMapType, NoSync: o.NoSync})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("durable: %s is open in another process, which has not closed it for %v", path, o.Lock)
	}
	if err != nil {
		return nil, fmt.Errorf("durable: %s can't be opened: %w", path, err)
	}
	s := &Store{
		db: db, o: o, jobs: make(chan *job, 1024), stop: make(chan struct{}), stopped: make(chan struct{}),
		leases: map[string]lease{}, news: make(chan struct{}),
	}
	err = db.Update(func(t *bolt.Tx) error {
		for _, name := range [][]byte{tasksBucket, dueBucket, inboxBucket, knownBucket, eventsBucket, keptBucket, schemasBucket, metaBucket} {
			if _, err := t.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		life, err := t.Bucket(metaBucket).NextSequence()
		s.epoch = life << 32 // no process before has had such epochs
		return err
	})
	if err != nil {
		db.Close()
		return nil, err
	}
	go s.commits()
	return s, nil
}

// Close closes the file, when what was begun is written.
func (s *Store) Close() error {
	select {
	case <-s.stop:
		return ErrClosed
	default:
	}
	close(s.stop)
	<-s.stopped
	return s.db.Close()
}

func (s *Store) now() time.Time { return engine.Round(s.o.Clock()) }

// tell ends the waits of those who wait for something to claim.
func (s *Store) tell() {
	s.mu.Lock()
	close(s.news)
	s.news = make(chan struct{})
	s.mu.Unlock()
}

// Claim is that of [engine.Engine]. It writes nothing.
func (s *Store) Claim(_ context.Context, r engine.Request) (list []engine.Task, err error) {
	// Before the transaction begins: what it sees of a task must not be older than that it was given back.
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.view(func(x tx) error {
		now := s.now()
		return x.due(now, func(id string) (more bool, err error) {
			if len(list) >= r.Max {
				return false, nil
			}
			if l, held := s.leases[id]; held && !l.until.Before(now) {
				return true, nil
			}
			t, err := x.task(id)
			if err != nil {
				return false, err
			}
			if t == nil || !engine.Claimable(&t.Info, r, now) {
				return true, nil
			}
			s.epoch++
			l := lease{r.Owner, s.epoch, now.Add(r.TTL)}
			s.leases[id] = l
			c := t.Copy()
			l.of(&c.Info)
			c.Inbox, err = x.inbox(id)
			list = append(list, c)
			return true, err
		})
	})
	return list, err
}

func (l lease) of(t *engine.Info) { t.Owner, t.Until, t.Epoch = l.owner, l.until, l.epoch }

// Renew is that of [engine.Engine].
func (s *Store) Renew(_ context.Context, owner string, ttl time.Duration, ids []string) (cancels []engine.Message, err error) {
	err = s.view(func(x tx) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, id := range ids {
			l, held := s.leases[id]
			if !held || l.owner != owner {
				continue
			}
			l.until = s.now().Add(ttl)
			s.leases[id] = l
			inbox, err := x.inbox(id)
			if err != nil {
				return err
			}
			for _, m := range inbox {
				if m.Topic == engine.Cancel {
					cancels = append(cancels, m)
				}
			}
		}
		return nil
	})
	return cancels, err
}

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
		s.mu.Unlock()
		next, err := s.next(r)
		if err != nil {
			return err
		}
		if next <= 0 {
			return nil
		}
		t := time.NewTimer(next)
		select {
		case <-news:
		case <-t.C:
		case <-end:
			t.Stop()
			return nil
		case <-s.stop:
			t.Stop()
			return ErrClosed
		case <-ctx.Done():
			t.Stop()
			return context.Cause(ctx)
		}
		t.Stop()
	}
}

// next is how long it takes until there may be a task for r, 0 if there is one now.
func (s *Store) next(r engine.Request) (time.Duration, error) {
	next := time.Duration(math.MaxInt64)
	err := s.view(func(x tx) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		now := s.now()
		for _, l := range s.leases {
			if !l.until.Before(now) {
				next = min(next, l.until.Sub(now)+time.Microsecond)
			}
		}
		next = min(next, x.nextDue(now))
		return x.due(now, func(id string) (bool, error) {
			if l, held := s.leases[id]; held && !l.until.Before(now) {
				return true, nil
			}
			t, err := x.task(id)
			if err == nil && t != nil && engine.Claimable(&t.Info, r, now) {
				next = 0
			}
			return next > 0, err
		})
	})
	return next, err
}

// Get is that of [engine.Engine].
func (s *Store) Get(_ context.Context, id string) (task engine.Task, err error) {
	err = s.view(func(x tx) error {
		t, err := x.task(id)
		if err != nil {
			return err
		}
		if t == nil {
			return engine.ErrNoTask
		}
		task = t.Copy()
		s.leased(&task.Info)
		task.Inbox, err = x.inbox(id)
		return err
	})
	return task, err
}

func (s *Store) leased(t *engine.Info) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, held := s.leases[t.ID]; held {
		l.of(t)
	}
}

// Tasks is that of [engine.Engine]. They are read in parts of a thousand: who writes meanwhile need not wait.
func (s *Store) Tasks(_ context.Context, q engine.Query) iter.Seq2[engine.Info, error] {
	return func(yield func(engine.Info, error) bool) {
		given := 0
		for {
			part, after, err := s.part(q, 1000)
			if err != nil {
				yield(engine.Info{}, err)
				return
			}
			for _, t := range part {
				if given++; !yield(t, nil) || given == q.Limit {
					return
				}
			}
			if after == "" {
				return
			}
			q.After = after
		}
	}
}

func (s *Store) part(q engine.Query, n int) (list []engine.Info, after string, err error) {
	err = s.view(func(x tx) error {
		after, err = x.list(q, n, func(t *engine.Info) {
			c := t.Copy()
			s.leased(&c)
			list = append(list, c)
		})
		return err
	})
	return list, after, err
}

// History is that of [engine.Engine].
func (s *Store) History(_ context.Context, id string) (list []engine.Event, err error) {
	err = s.view(func(x tx) error {
		if t, err := x.task(id); err != nil || t == nil {
			return errors.Join(err, engine.ErrNoTask)
		}
		list, err = x.events(id)
		return err
	})
	return list, err
}

// Kept is that of [engine.Keeper].
func (s *Store) Kept(_ context.Context, id string) (list []engine.Kept, err error) {
	err = s.view(func(x tx) error {
		if t, err := x.task(id); err != nil || t == nil {
			return errors.Join(err, engine.ErrNoTask)
		}
		list, err = x.kept(id)
		return err
	})
	return list, err
}

// Schema is that of [engine.Engine].
func (s *Store) Schema(_ context.Context, hash uint64) (text []byte, err error) {
	err = s.view(func(x tx) error {
		b := x.Bucket(schemasBucket).Get(number(hash))
		if b == nil {
			return engine.ErrNoSchema
		}
		text = append([]byte(nil), b...)
		return nil
	})
	return text, err
}

func (s *Store) view(f func(tx) error) error {
	return s.db.View(func(t *bolt.Tx) error { return f(tx{t}) })
}
