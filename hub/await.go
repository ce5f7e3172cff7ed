package hub

import (
	"iter"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Waitable is what [Await] and [AsReady] wait for. It is ready
//   - a [*Task] when it has ended, a [*Handle] likewise,
//   - an [*Event] when it is set,
//   - a [*Future] when it has a value or an error,
//   - a [*Semaphore] and a [*Mutex] when they would admit the task, which takes nothing,
//   - a [*Queue] when there is a value to get, or it is closed,
//   - a [*Group] when it is empty.
type Waitable interface {
	// watched is whether it is ready, and who to tell when it becomes so.
	watched() (ready bool, h *Hub, l *links)
}

func (t *Task) watched() (bool, *Hub, *links)      { return t.done, t.hub, &t.links }
func (e *Event) watched() (bool, *Hub, *links)     { return e.set, e.hub, &e.links }
func (f *Future[T]) watched() (bool, *Hub, *links) { return f.done, f.hub, &f.links }
func (s *Semaphore) watched() (bool, *Hub, *links) { return s.free > 0, s.hub, &s.links }
func (m *Mutex) watched() (bool, *Hub, *links) {
	return m.owner == nil || m.owner == m.hub.running, m.hub, &m.links
}
func (g *Group) watched() (bool, *Hub, *links) { return g.n == 0, g.hub, &g.links }
func (q *Queue[T]) watched() (bool, *Hub, *links) {
	return q.closed || q.values.n > 0 || q.putters.head != nil, q.hub, &q.links
}

// AsReady is things as they become ready, each once. It waits for the next one. Those that
// are ready at the beginning come first, in their order. With nothing to wait for it ends
// at once.
//
//greenlet:resumable
func AsReady[W Waitable](things ...W) iter.Seq[W] {
	return func(yield func(W) bool) {
		g := gather(things)
		defer g.leave()
		for range things {
			if g.first == nil {
				g.hub.park(greenlet.Current(), &g.waiting, forFirst).Switch()
				g.hub.awake(greenlet.Current())
			}
			if !yield(g.pop()) {
				return
			}
		}
	}
}

// Await waits until n of things are ready, all if n is negative or there are fewer, and
// returns these in the order in which they became so.
//
//greenlet:resumable
func Await[W Waitable](n int, things ...W) []W {
	if n < 0 || n > len(things) {
		n = len(things)
	}
	if n == 0 {
		return nil
	}
	var ready []W
	for w := range AsReady(things...) {
		if ready = append(ready, w); len(ready) == n {
			break
		}
	}
	return ready
}

// AwaitFor is Await that gives up after d, and returns those that are ready by then.
//
//greenlet:resumable
func AwaitFor[W Waitable](d time.Duration, n int, things ...W) []W {
	if n < 0 || n > len(things) {
		n = len(things)
	}
	if n == 0 {
		return nil
	}
	g := gather(things)
	defer g.leave()
	var ready []W
	for until := g.hub.in(d); len(ready) < n; {
		if g.first == nil {
			g.hub.parkUntil(greenlet.Current(), &g.waiting, until, forFirst).Switch()
			g.hub.awake(greenlet.Current())
			if !g.hub.granted() {
				break
			}
		}
		ready = append(ready, g.pop())
	}
	return ready
}

// gathering is a wait for several things.
type gathering[W Waitable] struct {
	hub         *Hub
	watches     []watch[W]
	first, last *watch[W] // ready and not taken
	waiting     waiters   // the task
}

// watch is one of the things.
type watch[W Waitable] struct {
	link
	of    *gathering[W]
	thing W
	next  *watch[W] // that is ready
}

func gather[W Waitable](things []W) *gathering[W] {
	g := &gathering[W]{watches: make([]watch[W], len(things))}
	for i, thing := range things {
		w := &g.watches[i]
		w.of, w.thing = g, thing
		ready, h, l := thing.watched()
		if g.hub = h; ready {
			w.ready()
		} else {
			l.add(&w.link, w)
		}
	}
	return g
}

func (w *watch[W]) ready() {
	g := w.of
	if g.last == nil {
		g.first = w
	} else {
		g.last.next = w
	}
	g.last = w
	g.waiting.wakeOne()
}

// pop takes out the first that is ready.
func (g *gathering[W]) pop() W {
	w := g.first
	if g.first = w.next; g.first == nil {
		g.last = nil
	}
	return w.thing
}

// leave takes the rest off what they wait for.
func (g *gathering[W]) leave() {
	for i := range g.watches {
		g.watches[i].remove()
	}
}
