package hub

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable
func collects[T any](q *Queue[T], d time.Duration) (got []T) {
	for v := range q.All() {
		q.hub.Sleep(d)
		got = append(got, v)
		q.TaskDone()
	}
	return got
}

// Goroutines send into a queue that is full at most times; each one's values come in order.
func TestSender(t *testing.T) {
	h := New()
	q := NewQueue[[2]int](h, 1)
	const senders, values = 4, 100
	var wg sync.WaitGroup
	for i := range senders {
		s := q.Sender()
		wg.Go(func() {
			defer s.Close()
			for j := range values {
				assert.NoError(t, s.Send(t.Context(), [2]int{i, j}))
			}
		})
	}
	frame := newCollectsFrame(q, 0)
	h.Go(frame)
	closing := h.Promise()
	go func() {
		defer closing()
		wg.Wait()
		h.Post(q.Close)
	}()
	require.NoError(t, h.Run(t.Context()))
	next := make([]int, senders)
	for _, v := range frame.Results() {
		assert.Equal(t, next[v[0]], v[1])
		next[v[0]]++
	}
	assert.Equal(t, slices.Repeat([]int{values}, senders), next)
}

// A goroutine that gives up has put nothing; nor has one whose queue is closed.
func TestSenderGivesUp(t *testing.T) {
	h := New()
	q := NewQueue[int](h, 1)
	s := q.Sender()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.ErrUnsupported)
	assert.Equal(t, errors.ErrUnsupported, s.Send(ctx, 1), "the hub does not run")
	go func() {
		defer s.Close()
		assert.NoError(t, s.Send(t.Context(), 2))
		ctx, cancel := context.WithCancelCause(t.Context())
		h.Post(func() { h.Post(func() { cancel(errors.ErrUnsupported) }) })
		assert.Equal(t, errors.ErrUnsupported, s.Send(ctx, 3))
		h.Post(func() { h.Post(q.Close) })
		assert.Equal(t, ErrClosed, s.Send(t.Context(), 4))
		assert.Equal(t, ErrClosed, s.Send(t.Context(), 5))
	}()
	require.NoError(t, h.Run(t.Context()))
	assert.Equal(t, []int{2}, q.CloseNow())
}

//greenlet:resumable
func (l *log) receives(ch chan int, d time.Duration) {
	for {
		var v int
		var ok bool
		if err := l.WithTimeout(d, func() { v, ok = Receive(l.Hub, ch) }); err != nil {
			l.say("%v", err)
			return
		}
		l.say("%d %v", v, ok)
		if !ok {
			return
		}
	}
}

func TestReceive(t *testing.T) {
	l := newLog()
	ch := make(chan int, 1)
	ch <- 1
	l.Go(l.newReceivesFrame(ch, time.Hour))
	go func() {
		l.Promise()()
		ch <- 2
		ch <- 3
		close(ch)
	}()
	l.setClock(systemClock{})
	require.NoError(t, l.Run(t.Context()))
	l.setClock(&simulatedClock{})
	l.Go(l.newReceivesFrame(make(chan int), time.Hour))
	require.NoError(t, l.Run(t.Context()))
	for i, want := range []string{"1 true", "2 true", "3 true", "0 false", "hub: timeout after 1h0m0s"} {
		assert.Contains(t, l.lines[i], want)
	}
}

//greenlet:resumable
func receivesAll(h *Hub, ch chan int, killed *bool) (sum int) {
	defer func() { *killed = recover() != nil }()
	for {
		v, _ := Receive(h, ch)
		sum += v
	}
}

// What was received by one that is killed in that moment is not lost.
func TestReceiveKilled(t *testing.T) {
	for range 200 {
		h := New()
		ch := make(chan int)
		killed := false
		frame := newReceivesAllFrame(h, ch, &killed)
		task := h.Go(frame)
		stop, sent := make(chan struct{}), make(chan int, 1)
		go func() {
			for n := 0; ; n++ {
				select {
				case ch <- 1:
				case <-stop:
					sent <- n
					return
				}
			}
		}()
		var killer func()
		left := 20
		killer = func() {
			if left--; left > 0 {
				h.Post(killer)
				return
			}
			task.Interrupt(errors.ErrUnsupported)
		}
		h.Post(killer)
		require.NoError(t, h.Run(t.Context()))
		close(stop)
		require.Equal(t, <-sent, frame.Results())
		require.True(t, killed)
	}
}

// Who sends to a hub of which Run has ended is told so, be it before, while it waits for its
// turn, or for room. When Run is called again it can be sent to.
func TestSenderEnded(t *testing.T) {
	for name, size := range map[string]int{"room": 1, "none": 0} {
		t.Run(name, func(t *testing.T) {
			h := New()
			q := NewQueue[int](h, size)
			s := q.Sender()
			ctx, cancel := context.WithCancelCause(t.Context())
			sent := make(chan error, 1)
			h.Post(func() {
				go func() { sent <- errors.Join(s.Send(t.Context(), 1), s.Send(t.Context(), 2)) }()
				h.AfterFunc(10*time.Millisecond, func() { cancel(errors.ErrUnsupported) })
			})
			assert.Equal(t, errors.ErrUnsupported, h.Run(ctx))
			assert.Error(t, <-sent)
			assert.Equal(t, ErrEnded, s.Send(t.Context(), 3))
			got := q.CloseNow()
			assert.Len(t, got, size)
			s.Close()
			require.NoError(t, h.Run(t.Context()))
			assert.Equal(t, ErrEnded, s.Send(t.Context(), 4))
		})
	}
}

// A Send that waits for room is left behind where its Sender is closed meanwhile and nobody takes
// anything: Run is stuck.
func TestSenderDeadlock(t *testing.T) {
	h := New()
	q := NewQueue[int](h, 0)
	s := q.Sender()
	sent := make(chan error, 1)
	go func() { sent <- s.Send(t.Context(), 1) }()
	go func() {
		for stuck := false; !stuck; {
			looked := make(chan bool)
			h.Post(func() { looked <- q.putters.head != nil })
			stuck = <-looked
		}
		s.Close()
	}()
	assert.ErrorAs(t, h.Run(t.Context()), new(*Deadlock))
	assert.Equal(t, ErrEnded, <-sent)
	assert.Equal(t, ErrEnded, s.Send(t.Context(), 2))
	require.NoError(t, h.Run(t.Context()), "what was given up is gone")
	assert.Zero(t, q.Len())
}
