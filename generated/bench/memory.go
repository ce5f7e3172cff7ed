package bench

import (
	"iter"
	"runtime"

	greenlet "github.com/going-green/greenlet/runtime"
)

// A Parking is a way to have many computations suspended at a time.
type Parking struct {
	Name  string
	Count int
	Ours  bool
	Park  func(n int) (release func()) // n of them
}

// Parkings: each is suspended in a function with one int that it still needs.
var Parkings = []Parking{
	{"greenlet", 1_000_000, true, parkGreenlets},
	{"goroutine", 100_000, false, parkGoroutines},
	{"iter.Pull", 100_000, false, parkIterPull},
	{"section", 100_000, true, parkSections},
}

// Bytes is what one of p.Count that are alive takes, stacks and the places
// where they are kept included.
func (p Parking) Bytes() float64 {
	before := inUse()
	release := p.Park(p.Count)
	after := inUse()
	release()
	return float64(after-before) / float64(p.Count)
}

func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // the first may leave what a pool or a finalizer still held
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

func parkGreenlets(n int) (release func()) {
	alive := make([]*greenlet.Greenlet, n)
	for i := range alive {
		alive[i] = greenlet.New(newCountFrame(2))
		alive[i].Switch()
	}
	return func() { runtime.KeepAlive(alive) }
}

func parkGoroutines(n int) (release func()) {
	values := make(chan int)
	count := make(chan int)
	for range n {
		go func() {
			for i := range 2 {
				values <- i
			}
			count <- 1
		}()
		<-values
	}
	return func() {
		for range n {
			<-values
			<-count
		}
	}
}

func parkIterPull(n int) (release func()) {
	stops := make([]func(), n)
	for i := range stops {
		next, stop := iter.Pull(countPush(2))
		next()
		stops[i] = stop
	}
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}
