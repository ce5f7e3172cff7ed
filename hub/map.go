package hub

import (
	"iter"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Map calls f of each of items, in tasks of g, and returns the results in the order of
// items. When one fails the others are killed, and Map returns its error once they have
// ended; they are killed as well when the task that calls Map is. A panic of f is a
// [*PanicError]. In a group that is no pool all are called at the same time.
//
//greenlet:resumable
func Map[A, R any](g *Group, items []A, f func(A) (R, error)) ([]R, error) {
	m := newMapping(g, 0, false, f)
	m.source = func() (a A, ok bool) {
		if m.count < len(items) {
			return items[m.count], true
		}
		return a, false
	}
	defer m.end()
	results := make([]R, len(items))
	for c := m.next(); c != nil; c = m.next() {
		if c.err != nil {
			return nil, c.err
		}
		results[c.index] = c.result
	}
	return results, nil
}

// MapSeq is the results of f of each of items, in their order, where f is called in tasks
// of g. It runs ahead of who takes the results: up to n calls, any number if n is 0
// or less, are on their way or have ended and not been taken. New ones begin while it waits for the
// next result. An error comes at its place, and does not end the others; when the loop
// ends early those are killed. items may wait. If it is no resumable function it is pulled
// from by [iter.Pull].
//
//greenlet:resumable
func MapSeq[A, R any](g *Group, n int, items iter.Seq[A], f func(A) (R, error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) { newMapping(g, n, true, f).all(items, yield) }
}

// MapUnordered is MapSeq of results in the order in which the calls end.
//
//greenlet:resumable
func MapUnordered[A, R any](g *Group, n int, items iter.Seq[A], f func(A) (R, error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) { newMapping(g, n, false, f).all(items, yield) }
}

// mapping is the calls of f.
type mapping[A, R any] struct {
	group   *Group
	own     *Group // those that have not ended
	f       func(A) (R, error)
	source  func() (A, bool)
	dry     bool // the source is
	limit   int  // of count-taken, if more than 0
	ordered bool
	count   int             // calls begun
	taken   int             // results
	results []*mapped[A, R] // not taken: if ordered, all that have begun, else those that have ended
	waiting waiters
}

// mapped is one call.
type mapped[A, R any] struct {
	link
	of     *mapping[A, R]
	index  int
	item   A
	task   *Task
	result R
	err    error
}

func newMapping[A, R any](g *Group, limit int, ordered bool, f func(A) (R, error)) *mapping[A, R] {
	return &mapping[A, R]{group: g, own: g.hub.NewGroup(), f: f, limit: limit, ordered: ordered}
}

//greenlet:resumable
func (m *mapping[A, R]) all(items iter.Seq[A], yield func(R, error) bool) {
	next, stop := greenlet.PullSeq(items)
	defer stop()
	m.source = next
	defer m.end()
	for c := m.next(); c != nil && yield(c.result, c.err); c = m.next() {
	}
}

// next waits for the next result. It is nil after the last.
//
//greenlet:resumable
func (m *mapping[A, R]) next() *mapped[A, R] {
	for {
		m.fill()
		if len(m.results) > 0 && m.results[0].task.done {
			c := m.results[0]
			m.results[0] = nil
			m.results = m.results[1:]
			m.taken++
			return c
		}
		if m.count == m.taken {
			return nil
		}
		m.group.hub.park(greenlet.Current(), &m.waiting, forResult).Switch()
		m.group.hub.awake(greenlet.Current())
	}
}

// fill begins as many calls as there is room for. It waits for that only if there are none.
//
//greenlet:resumable
func (m *mapping[A, R]) fill() {
	for !m.dry && (m.limit <= 0 || m.count-m.taken < m.limit) {
		if m.count > m.taken && m.group.Free() == 0 {
			return
		}
		item, ok := m.source()
		if !ok {
			m.dry = true
			return
		}
		c := &mapped[A, R]{of: m, index: m.count, item: item}
		c.task = m.group.Go(c.newRunFrame())
		m.own.add(c.task)
		m.count++
		c.task.links.add(&c.link, c)
		if m.ordered {
			m.results = append(m.results, c)
		}
	}
}

//greenlet:resumable
func (c *mapped[A, R]) run() { c.result, c.err = c.of.f(c.item) }

func (c *mapped[A, R]) ready() {
	if err := c.task.failure(); err != nil {
		c.err = err
	}
	if !c.of.ordered {
		c.of.results = append(c.of.results, c)
	}
	c.of.waiting.wakeOne()
}

// end kills what has not ended.
//
//greenlet:resumable
func (m *mapping[A, R]) end() { m.own.Kill() }
