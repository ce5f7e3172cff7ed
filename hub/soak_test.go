package hub

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// soak is a load of tasks that come, wait in all ways for each other, and are killed.
type soak struct {
	*Hub
	rand      *rand.Rand
	queue     *Queue[int]
	meeting   *Queue[int] // with room for nothing
	semaphore *Semaphore
	pool      *Group
	put, got  int
	in        int // the semaphore
	timeouts  int
	heaps     []uint64 // once a minute
}

func (s *soak) duration() time.Duration { return time.Duration(s.rand.IntN(1000)) * time.Millisecond }

//greenlet:resumable
func (s *soak) load(d time.Duration) {
	for end := s.Now().Add(d); s.Now().Before(end); s.Sleep(100 * time.Millisecond) {
		for range 3 {
			s.Go(s.newProducesFrame())
			s.Go(s.newConsumesFrame())
			s.GoAfter(s.duration(), s.newGuardsFrame(s.duration(), s.duration()))
			s.Go(s.newHuntsFrame())
		}
		s.pool.Go(s.newGuardsFrame(s.duration(), s.duration()))
	}
	s.pool.Kill()
	s.queue.Close()
	s.meeting.Close()
}

//greenlet:resumable
func (s *soak) produces() {
	s.Sleep(s.duration())
	s.queue.Put(1)
	s.put++
	s.WithTimeout(s.duration(), func() { s.meeting.Put(1) })
}

//greenlet:resumable
func (s *soak) consumes() {
	if n, ok := s.queue.GetFor(s.duration()); ok {
		s.got += n
	}
	s.meeting.GetFor(s.duration())
}

// guards is in the semaphore for d, if it gets in.
//
//greenlet:resumable
func (s *soak) guards(d, patience time.Duration) {
	err := s.WithTimeout(patience, func() {
		s.semaphore.Acquire()
		s.in++
		defer func() {
			s.in--
			s.semaphore.Release()
		}()
		s.Sleep(d)
	})
	if err != nil {
		s.timeouts++
	}
}

// hunts kills what it has started, some time.
//
//greenlet:resumable
func (s *soak) hunts() {
	task := s.Go(s.newGuardsFrame(s.duration(), s.duration()))
	if _, ok := task.JoinFor(s.duration()); !ok {
		task.Kill()
	}
	task = s.GoAfter(s.duration(), s.newConsumesFrame())
	if s.rand.IntN(2) == 0 {
		s.Sleep(s.duration())
		task.Kill()
	}
}

//greenlet:resumable
func (s *soak) weighs(minutes int) {
	for range minutes {
		s.Sleep(time.Minute)
		s.heaps = append(s.heaps, heapInUse())
	}
}

// heapInUse is how many bytes live.
func heapInUse() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers and pools have kept
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Of ten minutes of load nothing is left, and memory does not grow meanwhile.
func TestSoak(t *testing.T) {
	const minutes = 10
	s := &soak{Hub: NewSimulated(time.Time{}), rand: rand.New(rand.NewPCG(1, 2))}
	s.OnError(func(_ *Task, err *PanicError) {
		if err.Value != any(putError{}) {
			t.Error(err)
		}
	})
	s.queue, s.meeting, s.semaphore, s.pool = NewQueue[int](s.Hub, 10), NewQueue[int](s.Hub, 0), s.NewBoundedSemaphore(50), s.NewPool(20)
	s.SetTracking(true)
	s.Go(s.newLoadFrame(minutes * time.Minute))
	s.Go(s.newWeighsFrame(minutes))
	require.NoError(t, s.Run(t.Context()))

	stats := s.Stats()
	t.Logf("%+v, %d timeouts", stats, s.timeouts)
	assert.Greater(t, stats.Started, minutes*60*10*12)
	assert.Equal(t, stats.Started, stats.Ended)
	assert.Zero(t, stats.Alive+stats.Ready+stats.Timers+stats.Blocked)
	assert.Empty(t, s.States())
	assert.Equal(t, s.put, s.got+s.queue.Len())
	assert.Zero(t, s.in+s.pool.Len())
	assert.Equal(t, s.semaphore.bound, s.semaphore.free)
	first := s.heaps[1] // lists have grown to their size
	for i, heap := range s.heaps[2:] {
		assert.LessOrEqual(t, heap, first+first/4, "bytes after %d minutes; %d after 2", i+3, first)
	}
}

//greenlet:resumable
func wakes(h *Hub, d time.Duration, last *time.Duration, woken *int) {
	h.Sleep(d)
	if d >= *last {
		*woken++
	}
	*last = d
}

// sleepers starts n tasks that sleep, in an order that is none, and returns how many
// bytes there are of each while they do, and how many of them wake after those that sleep
// for less.
func sleepers(t testing.TB, n int) (bytes, woken int) {
	h := NewSimulated(time.Time{})
	last := time.Duration(0)
	before := heapInUse()
	for i := range n {
		// 7919 is prime: each time is there once.
		h.Go(newWakesFrame(h, time.Duration(i*7919%n+1), &last, &woken))
	}
	h.Post(func() {
		h.Post(func() { bytes = int(heapInUse()-before) / n }) // all sleep
	})
	require.NoError(t, h.Run(t.Context()))
	assert.Zero(t, h.Stats().Alive)
	return bytes, woken
}

// A great many tasks sleep, and wake in the order of their times. BenchmarkSleepers has
// more of them.
func TestSleepers(t *testing.T) {
	const n = 100_000
	bytes, woken := sleepers(t, n)
	assert.Equal(t, n, woken)
	assert.Less(t, bytes, maxSleeper)
}

// maxSleeper is how many bytes a task may take that sleeps.
const maxSleeper = 450

// BenchmarkSleepers has 1,000,000 tasks sleep at a time.
func BenchmarkSleepers(b *testing.B) {
	const n = 1_000_000
	for b.Loop() {
		bytes, woken := sleepers(b, n)
		require.Equal(b, n, woken)
		b.ReportMetric(float64(bytes), "bytes/task")
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/n, "sys-bytes/task")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/task")
}
