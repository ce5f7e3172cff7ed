package hub

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// timer is what expires at a time. The timer of a task, which ends its wait, is the task.
type timer struct {
	place place
	to    expirer
}

type expirer interface{ expire() }

// place is where a timer is in the heap, from 1; 0 if it is not in there.
type place int32

// timers are a heap: to start and to stop one takes O(log n). It has four branches, and the
// times in it instead of behind pointers: of a million timers most of what it takes is to
// wait for memory. (Package container/heap has two, and would allocate for each Push.)
type timers struct {
	heap   []due
	order  uint64
	epoch  time.Time // from which they are counted
	chance Chance    // that of the hub
	tied   []int     // used by tie
}

// due is a timer, and its time.
type due struct {
	at    int64  // nanoseconds since the epoch
	order uint64 // among those of the same time
	task  *Task  // or
	timer *timer
}

const branches = 4

func (l *timers) start(t *timer, at time.Time) { l.add(due{timer: t}, at) }

func (l *timers) add(d due, at time.Time) {
	l.order++
	d.at, d.order = int64(at.Sub(l.epoch)), l.order
	l.heap = append(l.heap, d)
	l.up(len(l.heap) - 1)
}

func (l *timers) stop(t *timer) { l.remove(t.place) }

// remove takes out what is at a place, if that is one.
func (l *timers) remove(p place) {
	if p == 0 {
		return
	}
	i, last := int(p)-1, len(l.heap)-1
	*l.heap[i].place() = 0
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

// time is when what is at a place is due.
func (l *timers) time(p place) time.Time {
	return l.epoch.Add(time.Duration(l.heap[p-1].at))
}

// next is when the first is due. There must be one.
func (l *timers) next() time.Time { return l.time(1) }

// run has those expire that are due: as many as there are now, as some may be set anew
// for the same time.
func (l *timers) run(now time.Time) {
	n := int64(now.Sub(l.epoch))
	tied := int64(math.MinInt64) // the instant of those that are in order
	for left := len(l.heap); left > 0 && len(l.heap) > 0 && l.heap[0].at <= n; left-- {
		if at := l.heap[0].at; l.chance != nil && at != tied {
			tied = at
			l.tie()
		}
		d := l.heap[0]
		l.remove(1)
		if d.task != nil {
			d.task.expired = true
			d.task.grant()
		} else {
			d.timer.to.expire()
		}
	}
}

// tie has chance decide on the order of the timers that are due at the same instant as the
// first. They are where a tree of their own is at the top of the heap, and stay there: in order
// of their places none is before the one above it.
func (l *timers) tie() {
	at := l.heap[0].at
	places := append(l.tied[:0], 0)
	for k := 0; k < len(places); k++ {
		first := branches*places[k] + 1
		for i := first; i < min(first+branches, len(l.heap)); i++ {
			if l.heap[i].at == at {
				places = append(places, i)
			}
		}
	}
	if l.tied = places; len(places) < 2 {
		return
	}
	same, orders := make([]due, len(places)), make([]uint64, len(places))
	for k, i := range places {
		same[k] = l.heap[i]
	}
	slices.SortFunc(same, func(a, b due) int { return cmp.Compare(a.order, b.order) })
	for k := range same {
		orders[k] = same[k].order
	}
	l.chance.Timers(len(same), func(i, j int) { same[i], same[j] = same[j], same[i] })
	for k, i := range places {
		same[k].order = orders[k]
		l.put(i, same[k])
	}
}

// place is where it is noted where d is.
func (d *due) place() *place {
	if d.task != nil {
		return &d.task.alarm
	}
	return &d.timer.place
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
	*d.place() = place(i + 1)
}

// startTimer has t granted what it waits for at a time.
func (t *Task) startTimer(at time.Time) { t.hub.timers.add(due{task: t}, at) }

func (t *Task) stopTimer() { t.hub.timers.remove(t.alarm) }
