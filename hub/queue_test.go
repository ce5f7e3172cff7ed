package hub

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable
func (l *log) orders(q *Queue[string]) {
	for _, v := range []string{"b1", "c1", "a1", "b2", "a2"} {
		q.Put(v)
	}
	first, _ := q.TryPeek()
	l.say("%s of %d", first, q.Len())
	l.Go(l.newPutsStringFrame(q, "a3"))
	l.Yield()
	v, _ := q.Get()
	q.Close()
	l.say("%s %v", v, slices.Collect(q.All()))
	_, ok := q.TryPeek()
	_, ok2 := q.Peek()
	l.say("%v %v %v", ok, ok2, q.Closed())
}

//greenlet:resumable
func (l *log) putsString(q *Queue[string], v string) { q.Put(v) }

func TestQueueOrders(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(h *Hub) *Queue[string]
		want []string
	}{
		{"queue", func(h *Hub) *Queue[string] { return NewQueue[string](h, 5) },
			[]string{"0s b1 of 5", "0s b1 [c1 a1 b2 a2 a3]"}},
		{"stack", func(h *Hub) *Queue[string] { return NewStack[string](h, 5) },
			[]string{"0s a2 of 5", "0s a2 [a3 b2 a1 c1 b1]"}},
		{"priority", func(h *Hub) *Queue[string] {
			return NewPriorityQueue(h, 5, func(a, b string) bool { return a[0] < b[0] })
		}, []string{"0s a1 of 5", "0s a1 [a2 a3 b1 b2 c1]"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLog()
			l.Go(l.newOrdersFrame(test.make(l.Hub)))
			l.expect(t, append(test.want, "0s false false true")...)
		})
	}
}

// Random operations on a store and on a list that is sorted, or not.
func TestStore(t *testing.T) {
	type value struct{ rank, number int }
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		var s store[value]
		s.last = seed%3 == 1
		if seed%3 == 2 {
			s.less = func(a, b value) bool { return a.rank < b.rank }
		}
		var model []value
		for i := range 200 {
			if v := (value{r.IntN(5), i}); r.IntN(9) < 5 {
				s.push(v)
				model = append(model, v)
				if s.less != nil {
					slices.SortStableFunc(model, func(a, b value) int { return a.rank - b.rank })
				}
				continue
			}
			if len(model) == 0 {
				continue
			}
			at := 0
			if s.last {
				at = len(model) - 1
			}
			require.Equal(t, model[at], *s.first())
			require.Equal(t, model[at], s.pop())
			model = slices.Delete(model, at, at+1)
			require.Equal(t, len(model), s.n)
		}
	}
}

//greenlet:resumable
func (l *log) peeks(q *Queue[int], name string) {
	v, ok := q.Peek()
	l.say("%s sees %d %v", name, v, ok)
}

//greenlet:resumable
func (l *log) putsFor(q *Queue[int], v int, d time.Duration) {
	l.say("put %d: %v", v, q.PutFor(v, d))
}

// Who peeks sees what a waiting getter leaves, in a rendezvous as well.
func TestPeek(t *testing.T) {
	for _, size := range []int{0, 1} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			l := newLog()
			q := NewQueue[int](l.Hub, size)
			l.Go(l.newPeeksFrame(q, "a"))
			l.Go(l.newGetsForFrame(q, time.Minute))
			l.Go(l.newPeeksFrame(q, "b"))
			l.GoAfter(time.Second, l.newPutsForFrame(q, 1, 0))
			l.GoAfter(2*time.Second, l.newPutsForFrame(q, 2, time.Hour))
			l.GoAfter(3*time.Second, l.newPeeksFrame(q, "c"))
			l.GoAfter(4*time.Second, l.newPutsForFrame(q, 3, time.Second))
			l.GoAfter(6*time.Second, l.newGetsForFrame(q, 0))
			l.GoAfter(7*time.Second, l.newPeeksFrame(q, "d"))
			l.GoAfter(8*time.Second, l.newClosesFrame(q))
			if size == 0 {
				l.expect(t, "1s put 1: true", "1s 1 true", "2s a sees 2 true", "2s b sees 2 true", "3s c sees 2 true",
					"5s put 3: false", "6s 2 true", "6s put 2: true", "8s d sees 0 false")
			} else {
				l.expect(t, "1s put 1: true", "1s 1 true", "2s put 2: true", "2s a sees 2 true", "2s b sees 2 true",
					"3s c sees 2 true", "5s put 3: false", "6s 2 true", "8s d sees 0 false")
			}
		})
	}
}

//greenlet:resumable
func (l *log) joinsQueue(q *Queue[int]) {
	l.say("%v", q.JoinFor(time.Second))
	q.Join()
	l.say("joined %d", q.Len())
}

func TestQueueJoin(t *testing.T) {
	l := newLog()
	q := NewQueue[int](l.Hub, 1)
	l.Go(l.newProducesFrame(q, 3))
	l.Go(newCollectsFrame(q, time.Second))
	l.Go(l.newJoinsQueueFrame(q))
	l.expect(t, "0s put 0", "0s put 1", "1s false", "1s put 2", "3s joined 0")
	assert.PanicsWithValue(t, "hub: TaskDone without a value put", q.TaskDone)

	q = NewQueue[int](l.Hub, -1)
	l.lines = nil
	q.TryPut(1)
	q.TryPut(2)
	l.Go(l.newJoinsQueueFrame(q))
	l.GoAfter(2*time.Second, l.newCallsFrame(func() { l.say("%v", q.CloseNow()) }))
	l.expect(t, "4s false", "5s [1 2]", "5s joined 0")
	assert.Panics(t, func() { q.TryPut(3) })
}

func BenchmarkPriorityQueue(b *testing.B) {
	h := New()
	q := NewPriorityQueue(h, 1000, func(a, b int) bool { return a&1023 < b&1023 })
	drive(b, h, func() {
		h.Go(newFillsFrame(q, b.N))
		h.Go(newDrainsFrame(q))
	})
}
