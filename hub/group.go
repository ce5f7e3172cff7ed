package hub

import (
	"slices"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Group is tasks that are waited for, or killed, together. Make it with [Hub.NewGroup] or
// [Hub.NewPool].
type Group struct {
	hub   *Hub
	room  *Semaphore // of a pool
	tasks []*Task    // not ended
	empty waiters
}

// NewGroup makes a group of no tasks.
func (h *Hub) NewGroup() *Group { return &Group{hub: h} }

// NewPool makes a group of up to size tasks at a time.
func (h *Hub) NewPool(size int) *Group { return &Group{hub: h, room: h.NewSemaphore(size)} }

// Len is the number of tasks that have not ended.
func (g *Group) Len() int { return len(g.tasks) }

// Go starts a task in the group. If the group is a pool, and full, it waits until one has
// ended.
//
//greenlet:resumable
func (g *Group) Go(frame greenlet.Frame) *Task {
	if g.room != nil {
		g.room.Acquire()
	}
	t := g.hub.Go(frame)
	g.tasks = append(g.tasks, t)
	t.Link(g.remove)
	return t
}

// remove is called when t has ended.
func (g *Group) remove(t *Task) {
	i := slices.Index(g.tasks, t)
	g.tasks = slices.Delete(g.tasks, i, i+1)
	if g.room != nil {
		g.room.Release()
	}
	if len(g.tasks) == 0 {
		g.empty.wakeAll()
	}
}

// Join waits until the group is empty.
//
//greenlet:resumable
func (g *Group) Join() {
	if len(g.tasks) > 0 {
		g.hub.park(&g.empty, "the end of a group")
	}
}

// Kill interrupts all tasks of the group by [greenlet.Exit], and waits until it is empty.
// A task of the group may not kill it.
//
//greenlet:resumable
func (g *Group) Kill() {
	for len(g.tasks) > 0 {
		for _, t := range slices.Clone(g.tasks) {
			t.Interrupt(greenlet.Exit)
		}
		g.Join()
	}
}
