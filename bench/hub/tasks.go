package main

import (
	"time"

	"github.com/going-green/greenlet/hub"
)

//go:generate go tool greenlet

//greenlet:resumable
func one(done *int) { *done = 1 }

//greenlet:resumable
func spawns(h *hub.Hub, n int) (sum int) {
	for range n {
		done := 0
		h.Go(newOneFrame(&done)).Join()
		sum += done
	}
	return sum
}

//greenlet:resumable
func spawnsMany(h *hub.Hub, n int) (sum int) {
	tasks, done := make([]*hub.Task, 0, batch), make([]int, batch)
	for ; n > 0; n -= len(tasks) {
		tasks = tasks[:0]
		clear(done)
		for i := range min(n, batch) {
			tasks = append(tasks, h.Go(newOneFrame(&done[i])))
		}
		hub.JoinAll(tasks...)
		sum += total(done)
	}
	return sum
}

//greenlet:resumable
func spawnsGroup(h *hub.Hub, n int) (sum int) {
	g, done := h.NewGroup(), make([]int, batch)
	for n > 0 {
		clear(done)
		for i := range min(n, batch) {
			g.Go(newOneFrame(&done[i]))
		}
		g.Join()
		sum += total(done)
		n -= min(n, batch)
	}
	return sum
}

//greenlet:resumable
func yields(h *hub.Hub, n int, done *int) {
	d := 0
	for range n {
		h.Sleep(0)
		d++
	}
	*done = d
}

//greenlet:resumable
func signals(mine, other *hub.Event, n int, done *int) {
	d := 0
	for range n {
		mine.Wait()
		mine.Clear()
		other.Set()
		d++
	}
	*done = d
}

//greenlet:resumable
func puts(q *hub.Queue[int], n int) {
	for i := range n {
		q.Put(i & 7)
	}
}

//greenlet:resumable
func gets(q *hub.Queue[int], n int) (sum int) {
	for range n {
		v, _ := q.Get()
		sum += v
	}
	return sum
}

//greenlet:resumable
func acquires(s *hub.Semaphore, n int) (sum int) {
	for range n {
		s.Acquire()
		sum++
		s.Release()
	}
	return sum
}

//greenlet:resumable
func timeouts(h *hub.Hub, n int) (sum int) {
	for range n {
		h.WithTimeout(time.Hour, func() { sum++ })
	}
	return sum
}

//greenlet:resumable
func maps(h *hub.Hub, n int) (sum int) {
	g := h.NewPool(poolSize)
	for n > 0 {
		results, err := hub.Map(g, items(n), func(v int) (int, error) {
			h.Yield()
			return v + 1, nil
		})
		if err != nil {
			panic(err)
		}
		sum += total(results)
		n -= len(results)
	}
	return sum
}

//greenlet:resumable
func naps(h *hub.Hub, until time.Time, woken *int) {
	h.SleepUntil(until)
	*woken++
}
