package p

import (
	"sync"

	greenlet "github.com/going-green/greenlet/runtime"
)

type box struct {
	mu sync.Mutex
	rw sync.RWMutex
	g  *greenlet.Greenlet
}

var mu sync.Mutex

//greenlet:resumable
func deferred() {
	mu.Lock()
	defer mu.Unlock()
	greenlet.Yield(1) // want `mu is held while this suspends \(greenlet.Yield\): .*; unlock it before, and lock it again behind .lock-across-switch.`
	greenlet.Yield(2)
}

//greenlet:resumable
func (b *box) field(n int) {
	b.rw.RLock()
	for range n {
		b.step() // want `the read lock of b.rw is held while this suspends \(box.step → Greenlet.Switch\)`
	}
	b.rw.RUnlock()
}

//greenlet:resumable
func (b *box) step() { b.g.Switch() }

//greenlet:resumable
func (b *box) literal() {
	b.mu.Lock()
	func() { b.step() }() // want `b.mu is held`
	b.mu.Unlock()
	f := func() {
		b.mu.Lock()
		greenlet.Yield(1) // want `b.mu is held`
		b.mu.Unlock()
	}
	f()
}

//greenlet:resumable
func (b *box) fine(ok bool, n int) {
	b.mu.Lock()
	n++
	b.mu.Unlock()
	greenlet.Yield(n)
	for range n {
		b.mu.Lock()
		if ok {
			b.mu.Unlock()
			greenlet.Yield(n)
			continue
		}
		b.mu.Unlock()
	}
	if ok {
		b.mu.Lock()
	}
	greenlet.Yield(1) // on one way only
	if ok {
		b.mu.Unlock()
	}
	go func() {
		b.mu.Lock()
		defer b.mu.Unlock()
	}()
	if n > 10 {
		b.mu.Lock()
		panic("locked")
	}
	greenlet.Yield(1)
	b.mu.Lock()
	b.plain()
	b.mu.Unlock()
}

func (b *box) plain() {}
