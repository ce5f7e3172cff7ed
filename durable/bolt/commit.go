package bolt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Writing: one goroutine has a transaction for all that has come while it wrote the one before.

// job is what one caller wants written.
type job struct {
	run  func(x tx) error // an error ends the transaction
	err  error
	done chan struct{}
}

// mostJobs is how many are in one transaction.
const mostJobs = 4096

func (s *Store) commits() {
	defer close(s.stopped)
	for {
		select {
		case j := <-s.jobs:
			s.write(s.more([]*job{j}))
		case <-s.stop:
			for _, j := range s.more(nil) {
				j.err = ErrClosed
				close(j.done)
			}
			return
		}
	}
}

// more are the jobs that wait.
func (s *Store) more(list []*job) []*job {
	for len(list) < mostJobs {
		select {
		case j := <-s.jobs:
			list = append(list, j)
		default:
			return list
		}
	}
	return list
}

// write writes jobs. What bbolt refuses is tried one by one, so that a job that can't be written is alone in that.
func (s *Store) write(list []*job) {
	err := s.db.Update(func(t *bolt.Tx) error {
		for _, j := range list {
			if err := j.run(tx{t}); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, berrors.ErrKeyTooLarge) || errors.Is(err, berrors.ErrValueTooLarge) {
		if len(list) > 1 {
			for _, j := range list {
				s.write([]*job{j})
			}
			return
		}
		err = fmt.Errorf("%w: %w", engine.ErrRefused, err)
	}
	for _, j := range list {
		j.err = err
		close(j.done)
	}
}

// do has run done in a transaction, and returns when that is durable.
func (s *Store) do(run func(x tx) error) error {
	j := &job{run: run, done: make(chan struct{})}
	select {
	case s.jobs <- j:
	case <-s.stop:
		return ErrClosed
	}
	select {
	case <-j.done:
	case <-s.stopped:
		select {
		case <-j.done:
		default:
			return ErrClosed
		}
	}
	return j.err
}

// given is what a transaction does to leases, once it is durable.
type given struct {
	release map[string]uint64 // epochs, by ID
	woken   bool              // something may be claimed
}

func (s *Store) give(g given) {
	s.mu.Lock()
	for id, epoch := range g.release {
		if l, held := s.leases[id]; held && l.epoch == epoch {
			delete(s.leases, id)
			g.woken = true
		}
	}
	s.mu.Unlock()
	if g.woken {
		s.tell()
	}
}

// Commit is that of [engine.Engine].
func (s *Store) Commit(ctx context.Context, changes []engine.Change) []error {
	errs := make([]error, len(changes))
	g := given{release: map[string]uint64{}}
	err := s.do(func(x tx) error {
		for i := range changes {
			ok, err := s.change(x, &changes[i], &g)
			if err != nil {
				return err
			}
			if !ok {
				errs[i] = engine.ErrFenced
			}
		}
		return nil
	})
	if err != nil {
		return engine.Apart(slices.Repeat([]error{err}, len(errs)), func(i int) error { return s.Commit(ctx, changes[i:i+1])[0] })
	}
	s.give(g)
	return errs
}

// change makes a change, if the task is the owner's still.
func (s *Store) change(x tx, c *engine.Change, g *given) (ok bool, err error) {
	t, err := x.task(c.ID)
	if err != nil {
		return false, err
	}
	var before []byte
	if t != nil {
		before = dueKey(&t.Info)
		s.leased(&t.Info)
	}
	now := s.now()
	awaited := false
	if t != nil && c.Release {
		err = x.messages(c.ID, func(_ []byte, m engine.Message) error {
			awaited = awaited || !slices.Contains(c.Consumed, m.ID) && engine.Wakes(c.Awaits, m.Topic)
			return nil
		})
		if err != nil {
			return false, err
		}
	}
	if engine.Apply(t, c, now, func() bool { return awaited }) != nil {
		return false, nil
	}
	if err := x.consume(c, t.Status.Ended() && t.Status != engine.Failed); err != nil {
		return false, err
	}
	if err := x.learn(c.Schemas); err != nil {
		return false, err
	}
	if c.Note != "" {
		if err := x.addEvent(t.ID, engine.Event{Seq: t.Seq, At: now, Note: c.Note}, s.o.History); err != nil {
			return false, err
		}
	}
	if k, ok := c.Keeps(now); ok {
		if err := x.keep(t.ID, k, s.o.Keep); err != nil {
			return false, err
		}
	}
	if err := x.put(t); err != nil {
		return false, err
	}
	if err := x.move(before, &t.Info); err != nil {
		return false, err
	}
	if c.Release || t.Status.Ended() {
		g.release[t.ID] = c.Epoch
	}
	for i := range c.Outbox {
		if _, err := s.deliver(x, &c.Outbox[i], now, g); err != nil {
			return false, err
		}
	}
	return true, nil
}

// consume takes messages out of the inbox: all, if the task has ended.
func (x tx) consume(c *engine.Change, all bool) error {
	if all {
		return x.dropAll(inboxBucket, c.ID)
	}
	if len(c.Consumed) == 0 {
		return nil
	}
	var keys [][]byte
	err := x.messages(c.ID, func(key []byte, m engine.Message) error {
		if slices.Contains(c.Consumed, m.ID) {
			keys = append(keys, slices.Clone(key))
		}
		return nil
	})
	for _, k := range keys {
		if err == nil {
			err = x.Bucket(inboxBucket).Delete(k)
		}
	}
	return err
}

func (x tx) learn(list []engine.Schema) error {
	b := x.Bucket(schemasBucket)
	for _, s := range list {
		if b.Get(number(s.Hash)) != nil {
			continue
		}
		if err := b.Put(number(s.Hash), s.Text); err != nil {
			return err
		}
	}
	return nil
}

// Send is that of [engine.Engine].
func (s *Store) Send(ctx context.Context, messages ...engine.Message) []error {
	errs := make([]error, len(messages))
	g := given{release: map[string]uint64{}}
	err := s.do(func(x tx) (err error) {
		now := s.now()
		for i := range messages {
			if errs[i], err = s.deliver(x, &messages[i], now, &g); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return engine.Apart(slices.Repeat([]error{err}, len(errs)), func(i int) error { return s.Send(ctx, messages[i])[0] })
	}
	s.give(g)
	return errs
}

// deliver delivers a message. refused is what its sender is told, err what ends the transaction.
func (s *Store) deliver(x tx, m *engine.Message, now time.Time, g *given) (refused, err error) {
	t, err := x.task(m.To)
	if err != nil {
		return nil, err
	}
	if m.Start != nil {
		if t != nil {
			if tell, ok := engine.Taken(t, *m); ok {
				_, err = s.deliver(x, &tell, now, g)
			}
			return engine.ErrKnown, err
		}
		return nil, s.start(x, m, now, g)
	}
	known := append(of(m.To), m.ID...)
	if t == nil {
		return engine.ErrNoTask, nil
	}
	if x.Bucket(knownBucket).Get(known) != nil {
		return engine.ErrKnown, nil
	}
	before, epoch := dueKey(&t.Info), t.Epoch
	if m.Topic == engine.Kill {
		s.leased(&t.Info) // the owner's epoch is what it has to differ from
		epoch = t.Epoch
	}
	keep, tell, refused := engine.Deliver(t, *m, now)
	if refused != nil {
		return refused, nil
	}
	if err := x.Bucket(knownBucket).Put(known, []byte{}); err != nil {
		return nil, err
	}
	if keep {
		err = x.addMessage(m)
	} else if t.Status.Ended() {
		g.release[t.ID] = epoch
		err = x.dropAll(inboxBucket, t.ID)
	}
	if err != nil {
		return nil, err
	}
	if err := x.addEvent(t.ID, engine.Event{Seq: t.Seq, At: now, Note: "got " + m.Topic}, s.o.History); err != nil {
		return nil, err
	}
	if after := dueKey(&t.Info); !keep || string(after) != string(before) {
		if err := x.put(t); err != nil {
			return nil, err
		}
		if err := x.move(before, &t.Info); err != nil {
			return nil, err
		}
		g.woken = true
	}
	for i := range tell {
		if _, err := s.deliver(x, &tell[i], now, g); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (s *Store) start(x tx, m *engine.Message, now time.Time, g *given) error {
	if err := x.learn(m.Start.Schemas); err != nil {
		return err
	}
	t := engine.New(*m, now)
	g.woken = true
	if err := x.addEvent(t.ID, engine.Event{At: now, Note: "start"}, s.o.History); err != nil {
		return err
	}
	if err := x.keep(t.ID, engine.KeptOfStart(t, now), s.o.Keep); err != nil {
		return err
	}
	if err := x.put(t); err != nil {
		return err
	}
	return x.move(nil, &t.Info)
}

// Forget is that of [engine.Engine].
func (s *Store) Forget(_ context.Context, ids ...string) error {
	return s.do(func(x tx) error {
		for _, id := range ids {
			t, err := x.task(id)
			if err != nil {
				return err
			}
			if t == nil || !t.Status.Ended() {
				continue
			}
			if err := x.drop(t); err != nil {
				return err
			}
		}
		return nil
	})
}
