package hub

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

var modelSeeds = flag.Uint64("seeds", 1000, "seeds of TestModel")

// model is tasks that do at random what tasks do together, and are killed and run out of
// time at random, and the order in which things happened.
type model struct {
	*Hub
	t      *testing.T
	r      *rand.Rand
	seed   uint64
	time   int // of the last thing that happened, from 1
	over   bool
	tasks  []*Task
	queue  *Queue[int]
	fifo   bool
	put    []span // by value
	got    []span // by value
	sem    *Semaphore
	inside int // of sem
	mutex  *Mutex
	event  *Event
	set    int     // when the event was, last
	rows   [4]rows // of getters, putters, of sem and mutex
}

// span is from when to when something took place, which it did not if the end is 0.
type span struct{ start, end int }

// rows check that those that had to wait are served in the order in which they came. Who
// gives up leaves the row.
type rows struct{ served int }

func (r *rows) serve(m *model, s span) {
	if s.start < r.served {
		m.fail("one that came at %d is served after one that came at %d", s.start, r.served)
	}
	r.served = s.start
}

func (m *model) fail(format string, args ...any) {
	m.t.Helper()
	m.t.Fatalf("-seeds: %d: at %d: %s", m.seed, m.time, fmt.Sprintf(format, args...))
}

func (m *model) tick() int {
	m.time++
	return m.time
}

func newModel(t *testing.T, seed uint64) *model {
	m := &model{Hub: NewSimulated(time.Time{}), t: t, r: rand.New(rand.NewPCG(seed, 0)), seed: seed}
	size := m.r.IntN(5) - 1
	switch m.r.IntN(5) {
	case 0:
		m.queue = NewStack[int](m.Hub, size)
	case 1:
		m.queue = NewPriorityQueue(m.Hub, size, func(a, b int) bool { return a%7 < b%7 })
	default:
		m.queue, m.fifo = NewQueue[int](m.Hub, size), true
	}
	m.sem, m.mutex, m.event = m.NewBoundedSemaphore(1+m.r.IntN(3)), m.NewMutex(), m.NewEvent()
	for range 2 + m.r.IntN(8) {
		m.tasks = append(m.tasks, m.GoAfter(m.some(), m.newLivesFrame(20)))
	}
	m.OnError(func(t *Task, err *PanicError) {
		if err.Value != any(errModel) {
			m.fail("%v", err)
		}
	})
	return m
}

// some is a short time, often none.
func (m *model) some() time.Duration { return time.Duration(m.r.IntN(6)) }

var errModel = errors.New("interrupted")

//greenlet:resumable
func (m *model) lives(n int) {
	for range n {
		if m.over {
			return
		}
		m.survives()
	}
}

//greenlet:resumable
func (m *model) survives() {
	defer func() {
		if v := recover(); v != nil && v != any(errModel) {
			panic(v)
		}
	}()
	if m.r.IntN(4) == 0 {
		m.WithTimeout(m.some(), m.acts)
	} else {
		m.acts()
	}
}

//greenlet:resumable
func (m *model) acts() {
	switch m.r.IntN(10) {
	case 0, 1:
		m.puts()
	case 2, 3:
		m.gets()
	case 4:
		m.enters()
	case 5:
		m.locks(1 + m.r.IntN(2))
	case 6:
		m.waitsOrSets()
	case 7:
		m.peeks()
	case 8:
		victim := m.tasks[m.r.IntN(len(m.tasks))]
		if victim != m.Current() {
			victim.Interrupt(errModel)
		}
	default:
		m.Sleep(m.some())
	}
}

//greenlet:resumable
func (m *model) puts() {
	v := len(m.put)
	m.put, m.got = append(m.put, span{start: m.tick()}), append(m.got, span{})
	if !m.queue.TryPut(v) {
		if m.r.IntN(2) == 0 {
			m.queue.Put(v)
		} else if !m.queue.PutFor(v, m.some()) {
			return
		}
		m.rows[0].serve(m, m.put[v])
	}
	m.put[v].end = m.tick()
}

//greenlet:resumable
func (m *model) gets() {
	s := span{start: m.tick()}
	v, ok := m.queue.TryGet()
	if !ok {
		if m.r.IntN(2) == 0 {
			v, ok = m.queue.Get()
		} else {
			v, ok = m.queue.GetFor(m.some())
		}
		if !ok {
			return
		}
		m.rows[1].serve(m, s)
	}
	if s.end = m.tick(); m.got[v].end > 0 {
		m.fail("%d was got twice", v)
	}
	m.got[v] = s
}

//greenlet:resumable
func (m *model) enters() {
	s := span{start: m.tick()}
	if !m.sem.TryAcquire() {
		if m.r.IntN(2) == 0 {
			m.sem.Acquire()
		} else if !m.sem.AcquireFor(m.some()) {
			return
		}
		m.rows[2].serve(m, s)
	}
	m.inside++
	defer func() {
		m.inside--
		m.sem.Release()
	}()
	if m.inside > m.sem.bound {
		m.fail("%d hold the semaphore", m.inside)
	}
	m.Sleep(m.some())
}

//greenlet:resumable
func (m *model) locks(depth int) {
	s := span{start: m.tick()}
	if !m.mutex.TryLock() {
		if m.r.IntN(2) == 0 {
			m.mutex.Lock()
		} else if !m.mutex.LockFor(m.some()) {
			return
		}
		m.rows[3].serve(m, s)
	}
	defer m.mutex.Unlock()
	m.Sleep(m.some())
	if m.mutex.Owner() != m.Current() {
		m.fail("the mutex has another owner")
	}
	if depth > 1 {
		m.locks(depth - 1)
	}
}

//greenlet:resumable
func (m *model) waitsOrSets() {
	switch m.r.IntN(4) {
	case 0:
		m.set = m.tick()
		m.event.Set()
	case 1:
		m.event.Clear()
	default:
		start, was := m.tick(), m.event.IsSet()
		if m.event.WaitFor(m.some()) && !was && m.set < start {
			m.fail("waited for an event that was not set")
		}
	}
}

//greenlet:resumable
func (m *model) peeks() {
	if m.r.IntN(2) == 0 {
		AwaitFor[Waitable](m.some(), 1+m.r.IntN(5), m.queue, m.sem, m.mutex, m.event, m.tasks[0])
		return
	}
	m.WithTimeout(m.some(), func() {
		if v, ok := m.queue.Peek(); ok && m.put[v].start == 0 {
			m.fail("saw %d", v)
		}
	})
}

// stuck checks that those that still wait have nothing to get, when nothing happens any more.
func (m *model) stuck() {
	q := m.queue
	switch {
	case q.getters.count() > 0 && (q.values.n > 0 || q.putters.count() > 0):
		m.fail("getters wait, and there are values")
	case q.putters.count() > 0 && (q.size < 0 || q.values.n < q.size):
		m.fail("putters wait, and there is room")
	case m.sem.waiting.count() > 0 && m.sem.free > 0:
		m.fail("a free semaphore is waited for")
	case m.mutex.waiting.count() > 0 && m.mutex.owner == nil:
		m.fail("a free mutex is waited for")
	}
}

// check is made when all tasks have ended.
func (m *model) check() {
	q := m.queue
	if q.getters.count()+q.putters.count()+q.peekers.count()+m.sem.waiting.count()+m.mutex.waiting.count()+m.event.waiting.count() > 0 {
		m.fail("somebody waits still")
	}
	if q.links.head != nil || m.sem.links.head != nil || m.mutex.links.head != nil || m.event.links.head != nil {
		m.fail("links are left")
	}
	if m.sem.free != m.sem.bound || m.mutex.owner != nil || len(m.timers.heap) > 0 {
		m.fail("something is held, or a timer runs")
	}
	undone := q.undone
	for _, v := range q.CloseNow() {
		if m.got[v].end > 0 {
			m.fail("%d was got, and is there", v)
		}
		m.got[v] = span{m.time + 1, m.tick()}
	}
	for v, put := range m.put {
		if put.end > 0 {
			undone--
		}
		if got := m.got[v].end > 0; got != (put.end > 0) {
			m.fail("%d: put is %v, got is %v", v, put.end > 0, got)
		}
		for w, other := range m.put {
			if m.fifo && put.end > 0 && other.end > 0 && put.end < other.start && m.got[w].end < m.got[v].start {
				m.fail("%d was put before %d, and got after it", v, w)
			}
		}
	}
	if undone != 0 {
		m.fail("%d values too many were put", undone)
	}
}

// Whatever tasks do, and however they are interrupted: nothing is lost or doubled, nobody is
// passed over, and what is held is given back.
func TestModel(t *testing.T) {
	for seed := range *modelSeeds {
		m := newModel(t, seed)
		err := m.Run(t.Context())
		m.stuck()
		m.over = true
		for range 1000 {
			if err == nil {
				break
			}
			for _, task := range m.Tasks() {
				task.Interrupt(errModel)
			}
			err = m.Run(t.Context())
		}
		if err != nil {
			m.fail("%v", err)
		}
		m.check()
	}
}

// count is how many wait.
func (l *waiters) count() (n int) {
	for t := l.head; t != nil; t = t.next {
		n++
	}
	return n
}
