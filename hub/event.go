package hub

import (
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Event is a flag that tasks wait for. Make it with [Hub.NewEvent].
type Event struct {
	hub     *Hub
	set     bool
	waiting waiters
	links   links
}

// NewEvent makes an event that is not set.
func (h *Hub) NewEvent() *Event { return &Event{hub: h} }

// Set sets the event and makes all tasks ready that wait for it, the first come first.
func (e *Event) Set() {
	e.set = true
	e.waiting.wakeAll()
	e.links.fire()
}

// Clear makes those that come from now on wait.
func (e *Event) Clear() { e.set = false }

// IsSet reports whether the event is set.
func (e *Event) IsSet() bool { return e.set }

// Wait waits until the event is set. That it has been cleared since does not matter.
//
//greenlet:resumable
func (e *Event) Wait() {
	if !e.set {
		e.hub.park(greenlet.Current(), &e.waiting, forEvent).Switch()
		e.hub.awake(greenlet.Current())
	}
}

// WaitFor is Wait that gives up after d: it reports whether the event was set.
//
//greenlet:resumable
func (e *Event) WaitFor(d time.Duration) bool {
	if e.set {
		return true
	}
	e.hub.parkFor(greenlet.Current(), &e.waiting, d, forEvent).Switch()
	e.hub.awake(greenlet.Current())
	return e.hub.granted()
}
