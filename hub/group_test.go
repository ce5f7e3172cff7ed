package hub

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable
func (l *log) pooled(size int) {
	g := l.NewPool(size)
	for i := range 5 {
		g.Go(l.newSleeperFrame(fmt.Sprint(i), 1, time.Duration(i+1)*time.Second))
	}
	l.say("started, %d left", g.Len())
	g.Join()
	l.say("joined, %d left", g.Len())
}

// A pool starts the next when one has ended.
func TestPool(t *testing.T) {
	l := newLog()
	l.Go(l.newPooledFrame(2))
	l.expect(t,
		"0s 0 0", "0s 1 0", "1s 0 ends", "1s 2 0", "2s 1 ends", "2s 3 0", "4s 2 ends",
		"4s started, 2 left", "4s 4 0", "6s 3 ends", "9s 4 ends", "9s joined, 0 left")
}

//greenlet:resumable
func (l *log) killsGroup() {
	g := l.NewGroup()
	g.Go(l.newStubbornFrame())
	l.Yield()
	g.Go(l.newStubbornFrame()) // never begins
	g.Kill()
	l.say("%d left", g.Len())
	g.Join()
}

func TestGroupKill(t *testing.T) {
	l := newLog()
	l.Go(l.newKillsGroupFrame())
	l.expect(t, "0s cleans up", "1s cleaned up", "1s 0 left")
}

//greenlet:resumable
func (l *log) killsNewcomers() {
	g := l.NewGroup()
	g.Go(l.newStubbornFrame())
	l.Go(l.newComesFrame(g))
	l.Yield()
	g.Kill()
	l.say("%d left", g.Len())
}

//greenlet:resumable
func (l *log) comes(g *Group) {
	l.Sleep(time.Second / 2)
	g.Go(l.newSleeperFrame("newcomer", 1, time.Hour))
}

// A task that comes while a group is killed is killed, too, though the group is never empty
// in between.
func TestGroupKillNewcomer(t *testing.T) {
	l := newLog()
	l.Go(l.newKillsNewcomersFrame())
	l.expect(t, "0s cleans up", "500ms newcomer 0", "1s cleaned up", "1s 0 left")
}

// meter counts how many run at a time.
type meter struct{ now, most atomic.Int32 }

func (m *meter) run(d time.Duration) int {
	n := m.now.Add(1)
	defer m.now.Add(-1)
	for most := m.most.Load(); n > most && !m.most.CompareAndSwap(most, n); most = m.most.Load() {
	}
	time.Sleep(d)
	return int(n)
}

//greenlet:resumable
func blocks(h *Hub, m *meter, sum *int) {
	if Block(h, func() int { return m.run(time.Millisecond) }) > 0 {
		*sum++
	}
}

//greenlet:resumable
func failsBlocked(h *Hub) (v any) {
	defer func() { v = recover() }()
	Block(h, func() int { panic("in the goroutine") })
	return nil
}

// Blocking calls run on a few goroutines, and tell of their panics.
func TestBlock(t *testing.T) {
	h := New()
	h.SetWorkers(3)
	m, sum := new(meter), 0
	for range 20 {
		h.Go(newBlocksFrame(h, m, &sum))
	}
	frame := newFailsBlockedFrame(h)
	h.Go(frame)
	require.NoError(t, h.Run(t.Context()))
	assert.Equal(t, 20, sum)
	assert.LessOrEqual(t, m.most.Load(), int32(3))
	assert.Equal(t, "in the goroutine", frame.Results())
	assert.Panics(t, func() { h.SetWorkers(0) })
}

// While the hub does not run there is nobody to wait for: plain code that sets it up may look
// up a name, for example. Where it does run, plain code can't wait.
func TestBlockBeforeRun(t *testing.T) {
	h := New()
	assert.Equal(t, 7, Block(h, func() int { return 7 }))
	assert.PanicsWithValue(t, "f's", func() { Block(h, func() int { panic("f's") }) })
	h.Post(func() {
		assert.Panics(t, func() { Block(h, func() int { return 7 }) })
	})
	require.NoError(t, h.Run(t.Context()))
	assert.Equal(t, 8, Block(h, func() int { return 8 }))
}

//greenlet:resumable
func exitsBlocked(h *Hub, f func()) (v any) {
	defer func() { v = recover() }()
	Block(h, func() int { f(); return 1 })
	return nil
}

// A function that ends its goroutine, as one of a test does that fails, is a panic; and there
// is a worker for the next.
func TestBlockGoexit(t *testing.T) {
	h := New()
	h.SetWorkers(1)
	frame := newExitsBlockedFrame(h, runtime.Goexit)
	h.Go(frame)
	other := newExitsBlockedFrame(h, func() { panic("other") })
	h.Go(other)
	require.NoError(t, h.Run(t.Context()))
	assert.Equal(t, "hub: Block of a function that has ended its goroutine by runtime.Goexit", frame.Results())
	assert.Equal(t, "other", other.Results())
}

// What waits for its turn has it when there may be more workers.
func TestMoreWorkers(t *testing.T) {
	h := New()
	h.SetWorkers(1)
	block := make(chan bool)
	first, second := newExitsBlockedFrame(h, func() { <-block }), newExitsBlockedFrame(h, func() { block <- true })
	h.Go(first)
	h.Go(second)
	h.AfterFunc(time.Millisecond, func() { h.SetWorkers(2) })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.NoError(t, h.Run(ctx))
}
