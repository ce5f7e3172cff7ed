package hub

import (
	"fmt"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Mutex admits one task at a time, which may lock it again: it has to unlock it as often.
// Since tasks are not interrupted between waits, it is needed only where one waits in
// between. Make it with [Hub.NewMutex].
type Mutex struct {
	hub     *Hub
	owner   *Task
	depth   int // how often the owner has locked it
	waiting waiters
	links   links
}

// NewMutex makes a mutex that nobody has locked.
func (h *Hub) NewMutex() *Mutex { return &Mutex{hub: h} }

// Owner is the task that has locked the mutex, or nil.
func (m *Mutex) Owner() *Task { return m.owner }

// Lock waits until no other task has the mutex. Tasks get it in order.
//
//greenlet:resumable
func (m *Mutex) Lock() {
	if !m.TryLock() {
		m.hub.running.slot = m
		m.hub.park(greenlet.Current(), &m.waiting, forMutex).Switch()
		m.hub.awake(greenlet.Current())
	}
}

// LockFor is Lock that gives up after d: it reports whether the task has the mutex.
//
//greenlet:resumable
func (m *Mutex) LockFor(d time.Duration) bool {
	if m.TryLock() {
		return true
	}
	m.hub.running.slot = m
	m.hub.parkFor(greenlet.Current(), &m.waiting, d, forMutex).Switch()
	m.hub.awake(greenlet.Current())
	return m.hub.granted()
}

// TryLock is Lock that does not wait.
func (m *Mutex) TryLock() bool {
	t := m.hub.current(forMutex)
	if m.owner != nil && m.owner != t {
		return false
	}
	m.owner = t
	m.depth++
	return true
}

// Unlock undoes one Lock. The last one hands the mutex over to the first that waits, so
// that nobody comes before it. It panics if the task has not locked the mutex, and says
// who has.
func (m *Mutex) Unlock() {
	switch t := m.hub.running; {
	case m.owner == nil:
		panic("hub: Unlock of a mutex that is not locked")
	case t == nil:
		panic(fmt.Sprintf("hub: Unlock outside of the hub's tasks of a mutex of %v", m.owner))
	case m.owner != t:
		panic(fmt.Sprintf("hub: Unlock by %v of a mutex of %v", t, m.owner))
	}
	if m.depth--; m.depth > 0 {
		return
	}
	if m.owner = m.waiting.wakeOne(); m.owner != nil {
		m.depth = 1
		return
	}
	m.links.fire()
}
