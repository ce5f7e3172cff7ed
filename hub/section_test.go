package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"testing"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wait is one of the ways to wait, as plain code, and what it is for as messages say.
type wait struct {
	name, what string
	wait       func(h *Hub)
}

// plainWaits are all ways to wait. m is a mutex that another task holds.
func plainWaits(m **Mutex) []wait {
	later := func(h *Hub, f func()) { h.AfterFunc(time.Second, f) }
	return []wait{
		{"Sleep", "time", func(h *Hub) { h.Sleep(time.Second) }},
		{"Yield", "its turn", func(h *Hub) { h.Yield() }},
		{"Put", "room in a queue", func(h *Hub) {
			q := NewQueue[int](h, 1)
			q.Put(1)
			later(h, func() { q.TryGet() })
			q.Put(2)
		}},
		{"Get", "a value in a queue", func(h *Hub) {
			q := NewQueue[int](h, 1)
			later(h, func() { q.TryPut(1) })
			q.Get()
		}},
		{"Event", "an event", func(h *Hub) {
			e := h.NewEvent()
			later(h, e.Set)
			e.Wait()
		}},
		{"WaitFor", "an event", func(h *Hub) { h.NewEvent().WaitFor(time.Second) }},
		{"Semaphore", "a semaphore", func(h *Hub) {
			s := h.NewSemaphore(1)
			s.TryAcquire()
			later(h, s.Release)
			s.Acquire()
		}},
		{"Mutex", "a mutex", func(h *Hub) {
			(*m).Lock()
			h.Now()
			(*m).Unlock()
		}},
		{"Future", "a future", func(h *Hub) {
			f := NewFuture[int](h)
			later(h, func() { f.Set(1) })
			_, _ = f.Get()
		}},
		{"Join", "the end of a task", func(h *Hub) { _ = h.Go(sleeps, h).Join() }},
		{"Kill", "the end of a task", func(h *Hub) {
			h.first.Kill()
		}},
		{"Receive", "an event", func(h *Hub) {
			c := make(chan int, 1)
			later(h, func() { c <- 1 })
			Receive(h, c)
		}},
		{"Block", "a result", func(h *Hub) { Block(h, func() int { return 1 }) }},
		{"Await", "the first of several", func(h *Hub) {
			e := h.NewEvent()
			later(h, e.Set)
			Await(1, e)
		}},
	}
}

//greenlet:resumable
func sleeps(h *Hub) { h.Sleep(time.Second) }

// holder is the first task of a hub, which holds a mutex for a second.
//
//greenlet:resumable
func holder(h *Hub, m *Mutex) {
	m.Lock()
	h.Sleep(time.Second)
	m.Unlock()
}

//greenlet:resumable
func waitsPlainly(h *Hub, wait func(h *Hub), caught func(v any)) {
	defer func() { caught(recover()) }()
	wait(h)
}

//greenlet:resumable
func waitsOnStack(h *Hub, wait func(h *Hub)) {
	greenlet.OnStack(func(greenlet.Section) { wait(h) })
}

// TestWaitOfPlainCode: plain code of a task that waits panics there and then, and says what
// stands in the way. The hub goes on, also with that task.
func TestWaitOfPlainCode(t *testing.T) {
	var m *Mutex
	for _, w := range plainWaits(&m) {
		t.Run(w.name, func(t *testing.T) {
			h := NewSimulated(time.Time{})
			m = h.NewMutex()
			h.Go(holder, h, m)
			var got any
			h.Go(waitsPlainly, h, w.wait, func(v any) { got = v })
			other := h.Go(sleeps, h)
			require.NoError(t, h.Run(t.Context()))
			err, ok := got.(*greenlet.StateError)
			require.True(t, ok, "%v", got)
			assert.Equal(t, "wait for "+w.what, err.Op)
			assert.Contains(t, err.Error(), "hub.plainWaits.func")
			assert.Contains(t, err.Error(), "//greenlet:resumable, or run it by greenlet.OnStack")
			assert.True(t, other.Done())
		})
	}
}

// TestWaitOnStack: the same waits suspend the section that plain code runs in.
func TestWaitOnStack(t *testing.T) {
	var m *Mutex
	for _, w := range plainWaits(&m) {
		t.Run(w.name, func(t *testing.T) {
			h := NewSimulated(time.Time{})
			m = h.NewMutex()
			h.Go(holder, h, m)
			task := h.Go(waitsOnStack, h, w.wait)
			whole := h.Go(greenlet.OnStack, func(greenlet.Section) { w.wait(h) })
			require.NoError(t, h.Run(t.Context()))
			require.NoError(t, task.Err())
			require.NoError(t, whole.Err())
			assert.True(t, task.Done())
		})
	}
}

// TestSectionsOfTasks: sections of several tasks take turns, and the same happens each time.
func TestSectionsOfTasks(t *testing.T) {
	var first []string
	for range 3 {
		l := newLog()
		for i := range 3 {
			a := []int{3, 1, 2}
			l.Go(greenlet.OnStack, func(greenlet.Section) {
				sort.Slice(a, func(x, y int) bool {
					l.Sleep(time.Duration(i+1) * time.Second)
					return a[x] < a[y]
				})
				l.say("task %d %v", i, a)
			})
		}
		require.NoError(t, l.Run(t.Context()))
		require.Len(t, l.lines, 3)
		if first == nil {
			first = l.lines
		}
		assert.Equal(t, first, l.lines)
	}
}

// queueReader reads what is put into a queue.
type queueReader struct {
	q    *Queue[string]
	rest string
}

func (r *queueReader) Read(p []byte) (int, error) {
	for r.rest == "" {
		v, ok := r.q.Get()
		if !ok {
			return 0, io.EOF
		}
		r.rest = v
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// TestSectionDecodes: encoding/json waits for its input.
func TestSectionDecodes(t *testing.T) {
	l := newLog()
	q := NewQueue[string](l.Hub, 0)
	l.Go(greenlet.OnStack, func(greenlet.Section) {
		d := json.NewDecoder(&queueReader{q: q})
		for {
			var v any
			if err := d.Decode(&v); err != nil {
				l.say("%v", err)
				return
			}
			l.say("%v", v)
		}
	})
	l.Go(greenlet.OnStack, func(greenlet.Section) {
		for _, s := range []string{`{"a":`, `1}[2`, `]`} {
			l.Sleep(time.Second)
			q.Put(s)
		}
		q.Close()
	})
	l.expect(t, "2s map[a:1]", "3s [2]", "3s EOF")
}

// TestSectionInterrupted: timeouts, kills and the end of the hub are panics where a section
// waits, and run what it has deferred.
func TestSectionInterrupted(t *testing.T) {
	l := newLog()
	sleepsLong := func(name string) func(greenlet.Section) {
		return func(greenlet.Section) {
			defer func() {
				v := recover()
				l.say("%s %v", name, v)
				l.Sleep(time.Second) // it may wait
				panic(v)
			}()
			l.Sleep(time.Hour)
		}
	}
	l.Go(greenlet.OnStack, func(greenlet.Section) {
		err := l.WithTimeout(time.Second, func() { sleepsLong("timeout")(greenlet.Section{}) })
		l.say("%v", err)
	})
	killed := l.Go(greenlet.OnStack, sleepsLong("killed"))
	l.Go(greenlet.OnStack, func(greenlet.Section) {
		l.Sleep(3 * time.Second)
		killed.Kill()
		l.say("killed it: %v", killed.Err())
	})
	failing := l.Go(greenlet.OnStack, func(greenlet.Section) {
		l.Yield()
		panic(errors.New("failed"))
	})
	l.OnError(func(t *Task, err *PanicError) { l.say("%v failed: %v", t == failing, err.Unwrap()) })
	l.expect(t, "0s true failed: failed", "1s timeout hub: timeout after 1s", "2s hub: timeout after 1s",
		"3s killed greenlet: exit", "4s killed it: greenlet: exit")

	ctx, cancel := context.WithCancelCause(t.Context())
	l = newLog()
	l.Go(greenlet.OnStack, sleepsLong("shut"))
	l.AfterFunc(time.Second, func() { cancel(errors.New("shut down")) })
	require.EqualError(t, l.Run(ctx), "shut down")
	assert.Equal(t, "1s shut greenlet: exit", fmt.Sprint(l.lines[0]))
}
