package hub

import (
	"container/heap"
	"time"
)

// timer ends the wait of task at a time, or calls fire.
type timer struct {
	at    time.Time
	order uint64 // among those of the same time
	index int    // in the heap, from 1; 0 if it is not in there
	task  *Task
	fire  func()
}

// timers are a heap: to start and to stop one takes O(log n).
type timers struct {
	heap  timerHeap
	order uint64
}

func (l *timers) start(t *timer, at time.Time) {
	l.order++
	t.at, t.order = at, l.order
	heap.Push(&l.heap, t)
}

func (l *timers) stop(t *timer) {
	if t.index > 0 {
		heap.Remove(&l.heap, t.index-1)
	}
}

// run fires those that are due.
func (l *timers) run(now time.Time) {
	for len(l.heap) > 0 && !l.heap[0].at.After(now) {
		if t := heap.Pop(&l.heap).(*timer); t.task != nil {
			t.task.expired = true
			t.task.grant()
		} else {
			t.fire()
		}
	}
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

type timerHeap []*timer

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	if c := h[i].at.Compare(h[j].at); c != 0 {
		return c < 0
	}
	return h[i].order < h[j].order
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i+1, j+1
}

func (h *timerHeap) Push(x any) {
	t := x.(*timer)
	*h = append(*h, t)
	t.index = len(*h)
}

func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = 0
	return t
}
