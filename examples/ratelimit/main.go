// Ratelimit does jobs with at most three at a time, and no more than two started in a
// second: a pool and a bucket of tokens. A job that takes too long is given up. Time is
// simulated.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/going-green/greenlet/hub"
)

//go:generate go tool greenlet

// bucket admits so many in a second, and up to burst at once.
type bucket struct {
	hub    *hub.Hub
	tokens *hub.Semaphore
	burst  int
}

func newBucket(h *hub.Hub, burst int) *bucket {
	return &bucket{hub: h, tokens: h.NewSemaphore(burst), burst: burst}
}

// fill puts tokens back until done is set.
//
//greenlet:resumable
func (b *bucket) fill(perSecond int, done *hub.Event) {
	for !done.WaitFor(time.Second / time.Duration(perSecond)) {
		if b.tokens.Free() < b.burst {
			b.tokens.Release()
		}
	}
}

type worker struct {
	*hub.Hub
	limit *bucket
	start time.Time
}

func (w *worker) say(format string, args ...any) {
	fmt.Printf("%5.1fs  %s\n", w.Now().Sub(w.start).Seconds(), fmt.Sprintf(format, args...))
}

//greenlet:resumable
func (w *worker) job(n int, takes time.Duration) {
	w.limit.tokens.Acquire()
	w.say("job %d starts", n)
	if err := w.WithTimeout(3*time.Second, func() { w.Sleep(takes) }); err != nil {
		w.say("job %d: %v", n, err)
		return
	}
	w.say("job %d ends", n)
}

//greenlet:resumable
func (w *worker) all(jobs int) {
	done := w.NewEvent()
	w.Go(w.limit.fill, 2, done)
	pool := w.NewPool(3)
	for n := range jobs {
		pool.Go(w.job, n, time.Duration(n)*700*time.Millisecond)
	}
	pool.Join()
	done.Set()
}

func main() {
	h := hub.NewSimulated(time.Time{})
	w := &worker{Hub: h, limit: newBucket(h, 2), start: h.Now()}
	h.Go(w.all, 6)
	if err := h.Run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "ratelimit:", err)
		os.Exit(1)
	}
}
