package admin

import (
	"context"
	"sync"
	"time"

	"github.com/going-green/greenlet/durable/admin/api"
	"github.com/going-green/greenlet/durable/engine"
)

// How many tasks there are in each state. All of them are looked at for that: so what was found stands for a while,
// longer if there are many.

// counted is what a census has found.
type counted struct {
	at     time.Time
	took   time.Duration
	states map[string]int
	oldest time.Time // due since then, and no worker has it; zero if there is none
}

type census struct {
	lock    sync.Mutex
	last    *counted
	running chan struct{} // closed when the one that is being taken is over
	err     error
}

// restOf is how long a census stands at least, as a multiple of what it took: so it takes a twentieth of a processor at most.
const restOf = 20

// count is the last census, or the one that is taken now if that is too old. With ctx done it is the last one that there is, or nil.
func (a *Admin) count(ctx context.Context) (*counted, error) {
	if a.o.Census < 0 {
		return nil, nil
	}
	c := &a.census
	c.lock.Lock()
	last, running := c.last, c.running
	if last != nil && time.Since(last.at) < max(a.o.Census, restOf*last.took) {
		c.lock.Unlock()
		return last, nil
	}
	if running == nil {
		running = make(chan struct{})
		c.running = running
		go a.takeCensus(running)
	}
	c.lock.Unlock()
	select {
	case <-running:
	case <-ctx.Done():
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.last, c.err
}

func (a *Admin) takeCensus(done chan struct{}) {
	begun := time.Now()
	n := &counted{at: begun, states: map[string]int{}}
	for state := range states {
		n.states[state] = 0
	}
	err := a.countAll(n)
	n.took = time.Since(begun)
	c := &a.census
	c.lock.Lock()
	defer c.lock.Unlock()
	c.running, c.err = nil, err
	if err == nil {
		c.last = n
	}
	close(done)
}

func (a *Admin) countAll(n *counted) error {
	ctx := context.Background()
	now, err := a.store.now(ctx)
	if err != nil {
		return err
	}
	for t, err := range a.all(ctx, engine.Query{Limit: a.part()}) {
		if err != nil {
			return err
		}
		state := stateOf(t, now)
		n.states[state]++
		if state == api.Due && (n.oldest.IsZero() || t.Due.Before(n.oldest)) {
			n.oldest = t.Due
		}
	}
	return nil
}
