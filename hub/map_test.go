package hub

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// work takes n seconds; less than 0 fails after as long.
//
//greenlet:resumable
func (l *log) work(n int) (string, error) {
	defer func() {
		if n > 50 {
			l.say("%d is left", n)
		}
	}()
	l.Sleep(time.Duration(max(n, -n)) * time.Second)
	if n < 0 {
		return "", fmt.Errorf("%d fails", n)
	}
	if n == 13 {
		panic("unlucky")
	}
	return fmt.Sprint("r", n), nil
}

//greenlet:resumable
func (l *log) maps() {
	r, err := Map(l.NewGroup(), []int{3, 1, 2}, l.work)
	l.say("%v %v", r, err)
	r, err = Map(l.NewPool(2), []int{3, 1, 2}, func(n int) (string, error) { return l.work(n) })
	l.say("%v %v", r, err)
	r, err = Map(l.NewPool(2), []int{99, -2, -1, 98}, l.work)
	l.say("%v %v", r, err)
	r, err = Map(l.NewGroup(), []int{13}, l.work)
	l.say("%v %v", r, errors.As(err, new(*PanicError)))
	r, err = Map(l.NewGroup(), nil, l.work)
	l.say("%v %v", r, err)
	timeout := l.WithTimeout(time.Second, func() { Map(l.NewGroup(), []int{97}, l.work) })
	l.say("%v", timeout)
}

func TestMap(t *testing.T) {
	l := newLog()
	l.OnError(func(*Task, *PanicError) {})
	l.Go(l.newMapsFrame())
	l.expect(t, "3s [r3 r1 r2] <nil>", "6s [r3 r1 r2] <nil>", "8s 99 is left", "8s [] -2 fails",
		"21s [] true", "21s [] <nil>", "22s 97 is left", "22s hub: timeout after 1s")
}

// asked is items, and says which is asked for.
func (l *log) asked(items ...int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, n := range items {
			l.say("asked for %d", n)
			if !yield(n) {
				return
			}
		}
	}
}

//greenlet:resumable
func (l *log) mapsSeq(g *Group, n int) {
	for r, err := range MapSeq(g, n, l.asked(2, 1, -1, 1), l.work) {
		l.say("%q %v", r, err)
		l.Sleep(time.Second)
	}
}

// No more than two are under way or not taken.
func TestMapSeq(t *testing.T) {
	l := newLog()
	l.Go(l.newMapsSeqFrame(l.NewGroup(), 2))
	l.expect(t, "0s asked for 2", "0s asked for 1", `2s "r2" <nil>`, "3s asked for -1", `3s "r1" <nil>`,
		"4s asked for 1", `4s "" -1 fails`, `5s "r1" <nil>`)
}

// A pool begins the next when one has ended, be it not the one waited for.
func TestMapSeqPool(t *testing.T) {
	l := newLog()
	l.Go(l.newMapsSeqFrame(l.NewPool(2), -1))
	l.expect(t, "0s asked for 2", "0s asked for 1", "1s asked for -1", "2s asked for 1", `2s "r2" <nil>`, `3s "r1" <nil>`,
		`4s "" -1 fails`, `5s "r1" <nil>`)
}

// There is no limit of 0, as elsewhere: all begin at once.
func TestMapSeqNoLimit(t *testing.T) {
	for _, n := range []int{0, -1} {
		l := newLog()
		l.Go(l.newMapsSeqFrame(l.NewGroup(), n))
		l.expect(t, "0s asked for 2", "0s asked for 1", "0s asked for -1", "0s asked for 1", `2s "r2" <nil>`, `3s "r1" <nil>`,
			`4s "" -1 fails`, `5s "r1" <nil>`)
	}
}

//greenlet:resumable
func (l *log) mapsUnordered() {
	pool := l.NewPool(3)
	for r, err := range MapUnordered(pool, 1, slices.Values([]int{2, 1}), l.work) {
		l.say("%q %v", r, err)
	}
	for r, err := range MapUnordered(pool, 10, slices.Values([]int{3, 1, -2, 1, 99}), l.work) {
		l.say("%q %v", r, err)
		if r == "r3" {
			break
		}
	}
	l.say("%d free", pool.Free())

	q := NewQueue[int](l.Hub, 0)
	l.Go(l.newProducesFrame(q, 3))
	for r, err := range MapUnordered(l.NewPool(2), 1, q.All(), l.work) {
		l.say("%q %v", r, err)
	}
}

// The results come as they are there. What the loop leaves is killed. The items may wait.
func TestMapUnordered(t *testing.T) {
	l := newLog()
	l.Go(l.newMapsUnorderedFrame())
	l.expect(t, `2s "r2" <nil>`, `3s "r1" <nil>`,
		`4s "r1" <nil>`, `5s "" -2 fails`, `5s "r1" <nil>`, `6s "r3" <nil>`, "6s 99 is left", "6s 3 free",
		"6s put 0", `6s "r0" <nil>`, "6s put 1", `7s "r1" <nil>`, "7s put 2", `9s "r2" <nil>`)
}

//greenlet:resumable
func (l *log) grouped() {
	g := l.NewPool(2)
	first := g.Go(l.newReturnsFrame(2*time.Second, errors.New("early")))
	_, ok := g.TryGo(l.newReturnsFrame(3*time.Second, errors.New("late")))
	_, full := g.TryGo(newNothingFrame())
	l.say("%v %v %d %d", ok, full, g.Free(), l.NewGroup().Free())
	err, ok := g.JoinFor(time.Second)
	l.say("%v %v", err, ok)
	l.say("%v %v", g.Discard(first), g.Discard(first))
	g.Add(first)
	g.Add(l.Go(l.newReturnsFrame(0, nil))) // waits for room
	l.say("%v %d", g.Err(), len(g.Tasks()))
	l.say("%v", g.Join())
	g.Add(first)
	l.say("%d", g.Len())

	g = l.NewGroup()
	g.Go(l.newRefusesFrame())
	g.Go(l.newSleeperFrame("victim", 1, time.Hour)).Kill()
	l.Yield()
	l.say("%v %d", g.KillFor(time.Second), g.Len())
	g.Kill()
	l.say("%v", g.Err())
}

func TestGroup(t *testing.T) {
	l := newLog()
	l.Go(l.newGroupedFrame())
	l.expect(t, "0s true false 0 -1", "1s <nil> false", "1s true false", "2s early 1", "3s early", "3s 0",
		"3s refuses greenlet: exit", "4s false 1", "4s <nil>")
}

//greenlet:resumable
func (l *log) mapsMany(g *Group, n int) {
	items := make([]int, n)
	for range MapUnordered(g, 200, slices.Values(items), func(int) (int, error) { l.Yield(); return 0, nil }) {
	}
}

func TestMapMany(t *testing.T) {
	l := newLog()
	l.Go(l.newMapsManyFrame(l.NewPool(100), 1000))
	require.NoError(t, l.Run(t.Context()))
	assert.Equal(t, 1001, l.spawned)
}

func BenchmarkMapPool(b *testing.B) {
	l := newLog()
	drive(b, l.Hub, func() { l.Go(l.newMapsManyFrame(l.NewPool(100), b.N)) })
}
