package main

import (
	"context"
	"runtime"
	"sync"
	"time"
)

func goSpawns(n int) (sum int) {
	var wg sync.WaitGroup
	for range n {
		done := 0
		wg.Go(func() { done = 1 })
		wg.Wait()
		sum += done
	}
	return sum
}

func goSpawnsMany(n int) (sum int) {
	var wg sync.WaitGroup
	done := make([]int, batch)
	for n > 0 {
		clear(done)
		for i := range min(n, batch) {
			wg.Go(func() { done[i] = 1 })
		}
		wg.Wait()
		sum += total(done)
		n -= min(n, batch)
	}
	return sum
}

// goYields has so many goroutines yield, n times in all.
func goYields(of int) func(n int) int {
	return func(n int) int {
		var wg sync.WaitGroup
		done := make([]int, of)
		for i := range of {
			wg.Go(func() {
				d := 0
				for range share(n, of, i) {
					runtime.Gosched()
					d++
				}
				done[i] = d
			})
		}
		wg.Wait()
		return total(done)
	}
}

// event is what two wait for by turns.
type event interface {
	wait()
	clear()
	set()
}

func goSignals[F event](newEvent func() F) func(n int) int {
	return func(n int) int {
		var wg sync.WaitGroup
		x, y := newEvent(), newEvent()
		x.set()
		signals := func(mine, other F, done *int) {
			d := 0
			for range n {
				mine.wait()
				mine.clear()
				other.set()
				d++
			}
			*done = d
		}
		done := make([]int, 2)
		wg.Go(func() { signals(x, y, &done[0]) })
		wg.Go(func() { signals(y, x, &done[1]) })
		wg.Wait()
		return total(done)
	}
}

// channelEvent is cleared by who waits for it.
type channelEvent chan struct{}

func newChannelEvent() channelEvent { return make(channelEvent, 1) }
func (f channelEvent) wait()        { <-f }
func (f channelEvent) clear()       {}
func (f channelEvent) set()         { f <- struct{}{} }

type condEvent struct {
	mu    sync.Mutex
	cond  sync.Cond
	isSet bool
}

func newCondEvent() *condEvent {
	f := new(condEvent)
	f.cond.L = &f.mu
	return f
}

func (f *condEvent) wait() {
	f.mu.Lock()
	for !f.isSet {
		f.cond.Wait()
	}
	f.mu.Unlock()
}

func (f *condEvent) clear() {
	f.mu.Lock()
	f.isSet = false
	f.mu.Unlock()
}

func (f *condEvent) set() {
	f.mu.Lock()
	f.isSet = true
	f.mu.Unlock()
	f.cond.Broadcast()
}

// goHands hands n values over by a channel of so much room.
func goHands(room int) func(n int) int {
	return func(n int) (sum int) {
		q := make(chan int, room)
		go func() {
			for i := range n {
				q <- i & 7
			}
		}()
		for range n {
			sum += <-q
		}
		return sum
	}
}

func goAcquires(n int) (sum int) {
	s := make(chan struct{}, 1)
	for range n {
		s <- struct{}{}
		sum++
		<-s
	}
	return sum
}

func goContexts(n int) (sum int) {
	for range n {
		_, cancel := context.WithTimeout(context.Background(), time.Hour)
		sum++
		cancel()
	}
	return sum
}

func goTimers(n int) (sum int) {
	for range n {
		t := time.AfterFunc(time.Hour, func() { panic("an hour for a moment's work") })
		sum++
		t.Stop()
	}
	return sum
}

func increment(v int) int {
	runtime.Gosched()
	return v + 1
}

// goMaps has a goroutine for each item, up to so many at a time.
func goMaps(n int) (sum int) {
	room := make(chan struct{}, poolSize)
	var wg sync.WaitGroup
	for n > 0 {
		items := items(n)
		results := make([]int, len(items))
		for i, v := range items {
			room <- struct{}{}
			wg.Go(func() {
				results[i] = increment(v)
				<-room
			})
		}
		wg.Wait()
		sum += total(results)
		n -= len(items)
	}
	return sum
}

// goWorkers has as many goroutines for all.
func goWorkers(n int) (sum int) {
	type job struct {
		item   int
		result *int
	}
	jobs := make(chan job)
	var wg sync.WaitGroup
	for range poolSize {
		go func() {
			for j := range jobs {
				*j.result = increment(j.item)
				wg.Done()
			}
		}()
	}
	for n > 0 {
		items := items(n)
		results := make([]int, len(items))
		wg.Add(len(items))
		for i, v := range items {
			jobs <- job{v, &results[i]}
		}
		wg.Wait()
		sum += total(results)
		n -= len(items)
	}
	close(jobs)
	return sum
}
