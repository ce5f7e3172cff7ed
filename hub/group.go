package hub

import (
	"errors"
	"slices"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Group is tasks that are waited for, or killed, together. Make it with [Hub.NewGroup] or
// [Hub.NewPool].
type Group struct {
	hub         *Hub
	room        *Semaphore // of a pool
	first, last *member    // whose tasks have not ended, in the order in which they came
	n           int
	err         error
	empty       waiters
	killers     waiters // told of each that comes, too
	links       links
}

// member is a task in a group.
type member struct {
	link
	group      *Group
	task       *Task
	dying      bool // has been killed by the group
	prev, next *member
}

// NewGroup makes a group of no tasks.
func (h *Hub) NewGroup() *Group { return &Group{hub: h} }

// NewPool makes a group of up to size tasks at a time.
func (h *Hub) NewPool(size int) *Group { return &Group{hub: h, room: h.NewBoundedSemaphore(size)} }

// Len is the number of tasks that have not ended.
func (g *Group) Len() int { return g.n }

// Free is how many more tasks a pool has room for, and -1 for a group that is none.
func (g *Group) Free() int {
	if g.room == nil {
		return -1
	}
	return g.room.Free()
}

// Tasks are those that have not ended, in the order in which they came.
func (g *Group) Tasks() (list []*Task) {
	for m := g.first; m != nil; m = m.next {
		list = append(list, m.task)
	}
	return list
}

// Go starts a task in the group. If the group is a pool, and full, it waits until one has
// ended.
//
//greenlet:resumable
func (g *Group) Go(run any, args ...any) *Task {
	frame := greenlet.FrameOf(run, args...) // before the wait: who calls is at fault
	if g.room != nil {
		g.room.Acquire()
	}
	return g.add(g.hub.start(frame))
}

// TryGo is Go that does not wait: ok reports whether there was room.
func (g *Group) TryGo(run any, args ...any) (t *Task, ok bool) {
	frame := greenlet.FrameOf(run, args...)
	if g.room != nil && !g.room.TryAcquire() {
		return nil, false
	}
	return g.add(g.hub.start(frame)), true
}

// Add puts a task into the group, if it has not ended. If the group is a pool, and full, it
// waits until one has ended. A task may be in several groups, in each once.
//
//greenlet:resumable
func (g *Group) Add(t *Task) {
	if g.room != nil {
		g.room.Acquire()
	}
	g.add(t)
}

func (g *Group) add(t *Task) *Task {
	m := &member{group: g, task: t, prev: g.last}
	if g.last == nil {
		g.first = m
	} else {
		g.last.next = m
	}
	g.last = m
	g.n++
	g.killers.wakeAll()
	if t.done {
		m.ready()
	} else {
		t.links.add(&m.link, m)
	}
	return t
}

// Discard takes a task out of the group, which goes on: it reports whether it was in there.
func (g *Group) Discard(t *Task) bool {
	for m := g.first; m != nil; m = m.next {
		if m.task == t {
			m.link.remove()
			g.remove(m)
			return true
		}
	}
	return false
}

// ready is called when the task has ended.
func (m *member) ready() {
	if err := m.task.Err(); m.group.err == nil && !errors.Is(err, greenlet.Exit) {
		m.group.err = err
	}
	m.group.remove(m)
}

func (g *Group) remove(m *member) {
	if m.prev == nil {
		g.first = m.next
	} else {
		m.prev.next = m.next
	}
	if m.next == nil {
		g.last = m.prev
	} else {
		m.next.prev = m.prev
	}
	g.n--
	if g.room != nil {
		g.room.Release()
	}
	if g.n == 0 {
		g.empty.wakeAll()
		g.killers.wakeAll()
		g.links.fire()
	}
}

// Err is the first error of a task that has ended in the group: see [Task.Err]. To be
// killed is none.
func (g *Group) Err() error { return g.err }

// Join waits until the group is empty, and returns its Err.
//
//greenlet:resumable
func (g *Group) Join() error {
	if g.n > 0 {
		g.hub.park(greenlet.Current(), &g.empty, forGroup).Switch()
		g.hub.awake(greenlet.Current())
	}
	return g.err
}

// JoinFor is Join that gives up after d: ok reports whether the group was empty.
//
//greenlet:resumable
func (g *Group) JoinFor(d time.Duration) (err error, ok bool) {
	if g.n > 0 {
		g.hub.parkFor(greenlet.Current(), &g.empty, d, forGroup).Switch()
		g.hub.awake(greenlet.Current())
		return g.err, g.hub.granted()
	}
	return g.err, true
}

// Kill interrupts all tasks of the group by [greenlet.Exit], and waits until it is empty:
// those that come meanwhile are killed, too. A task of the group may not kill it.
//
//greenlet:resumable
func (g *Group) Kill() {
	g.interrupt()
	for g.n > 0 {
		g.hub.park(greenlet.Current(), &g.killers, forGroup).Switch()
		g.hub.awake(greenlet.Current())
		g.interruptNew()
	}
}

// KillFor interrupts all tasks of the group by [greenlet.Exit], and waits until it is empty,
// but for d at most: it reports whether it was empty.
//
//greenlet:resumable
func (g *Group) KillFor(d time.Duration) bool {
	g.interrupt()
	_, ok := g.JoinFor(d)
	return ok
}

func (g *Group) interrupt() {
	for m := g.first; m != nil; m = m.next {
		m.dying = false
	}
	g.interruptNew()
}

// interruptNew interrupts those that have come since: they are the last. The end of one may
// change the list.
func (g *Group) interruptNew() {
	var tasks []*Task
	for m := g.last; m != nil && !m.dying; m = m.prev {
		m.dying = true
		tasks = append(tasks, m.task)
	}
	for _, t := range slices.Backward(tasks) {
		t.Interrupt(greenlet.Exit)
	}
}
