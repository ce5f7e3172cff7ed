package hub

import (
	"math/rand/v2"
	"time"
)

// timer ends the wait of task at a time, or calls fire.
type timer struct {
	index int // in the heap, from 1; 0 if it is not in there
	task  *Task
	fire  func()
}

// timers are a heap: to start and to stop one takes O(log n). It has four branches, and the
// times in it instead of behind pointers: of a million timers most of what it takes is to
// wait for memory. (Package container/heap has two, and would allocate for each Push.)
type timers struct {
	heap   []due
	order  uint64
	epoch  time.Time  // from which they are counted
	chance *rand.Rand // that of the hub
}

// due is a timer, and its time.
type due struct {
	at    int64  // nanoseconds since the epoch
	order uint64 // among those of the same time
	timer *timer
}

const branches = 4

func (l *timers) start(t *timer, at time.Time) {
	l.order++
	order := l.order
	if l.chance != nil {
		order = l.chance.Uint64()
	}
	l.heap = append(l.heap, due{int64(at.Sub(l.epoch)), order, t})
	l.up(len(l.heap) - 1)
}

func (l *timers) stop(t *timer) {
	if t.index == 0 {
		return
	}
	i, last := t.index-1, len(l.heap)-1
	t.index = 0
	moved := l.heap[last]
	l.heap[last] = due{}
	l.heap = l.heap[:last]
	if i == last {
		return
	}
	l.heap[i] = moved
	if i > 0 && moved.before(&l.heap[(i-1)/branches]) {
		l.up(i)
	} else {
		l.down(i)
	}
}

// time is when t, which has been started, is due.
func (l *timers) time(t *timer) time.Time {
	return l.epoch.Add(time.Duration(l.heap[t.index-1].at))
}

// next is when the first is due. There must be one.
func (l *timers) next() time.Time { return l.time(l.heap[0].timer) }

// run fires those that are due.
func (l *timers) run(now time.Time) {
	n := int64(now.Sub(l.epoch))
	for len(l.heap) > 0 && l.heap[0].at <= n {
		t := l.heap[0].timer
		l.stop(t)
		if t.task != nil {
			t.task.expired = true
			t.task.grant()
		} else {
			t.fire()
		}
	}
}

func (d *due) before(e *due) bool { return d.at < e.at || d.at == e.at && d.order < e.order }

// up moves what is at i to where it belongs, if that is nearer to the top.
func (l *timers) up(i int) {
	d := l.heap[i]
	for i > 0 {
		parent := (i - 1) / branches
		if !d.before(&l.heap[parent]) {
			break
		}
		l.put(i, l.heap[parent])
		i = parent
	}
	l.put(i, d)
}

// down is up for what may belong farther from the top.
func (l *timers) down(i int) {
	d := l.heap[i]
	for {
		first := branches*i + 1
		if first >= len(l.heap) {
			break
		}
		least := first
		for k := first + 1; k < min(first+branches, len(l.heap)); k++ {
			if l.heap[k].before(&l.heap[least]) {
				least = k
			}
		}
		if !l.heap[least].before(&d) {
			break
		}
		l.put(i, l.heap[least])
		i = least
	}
	l.put(i, d)
}

func (l *timers) put(i int, d due) {
	l.heap[i] = d
	d.timer.index = i + 1
}

// startTimer has t granted what it waits for at a time.
func (t *Task) startTimer(at time.Time) {
	if t.timer == nil {
		t.timer = &timer{task: t} // not a part of t, as most that wait for a connection have none
	}
	t.hub.timers.start(t.timer, at)
}

func (t *Task) stopTimer() {
	if t.timer != nil {
		t.hub.timers.stop(t.timer)
	}
}
