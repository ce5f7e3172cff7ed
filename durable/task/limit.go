package task

import (
	"fmt"
	"sync"
	"time"
)

// Limit is a rate at which calls are made, of all tasks of a runner that use it: see [Limited]. Each worker has its own.
type Limit struct {
	name  string
	every time.Duration
	burst int
}

var limits sync.Map // *Limit by name

// NewLimit makes a limit of n calls for each time of per, and as many at once. It is to be made while package variables are
// initialised: tasks have its name. It panics if there is one of that name, or n is less than 1.
func NewLimit(name string, n int, per time.Duration) *Limit {
	if n < 1 || per <= 0 {
		panic("durable: a rate limit of no calls")
	}
	l := &Limit{name: name, every: per / time.Duration(n), burst: n}
	if _, taken := limits.LoadOrStore(name, l); taken {
		panic(fmt.Sprintf("durable: there are two rate limits called %s", name))
	}
	return l
}

func limitNamed(name string) *Limit {
	if l, ok := limits.Load(name); ok {
		return l.(*Limit)
	}
	return nil
}

// reserve takes a turn, and returns how long to wait for it: a generic cell rate algorithm.
func (r *Runner) reserve(l *Limit) time.Duration {
	now, next := r.hub.Now(), r.turns[l]
	if next.Before(now) {
		next = now
	}
	r.turns[l] = next.Add(l.every)
	return max(0, next.Sub(now)-l.every*time.Duration(l.burst-1))
}
