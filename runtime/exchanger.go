package greenlet

import "sync/atomic"

// Exchanger is [Pull] for a greenlet that wants answers: exchange hands a T in, where
// the greenlet waits in [Exchange], and returns what it says next and true, or the zero
// value and false when it has returned. The first value is the argument of the frame's
// function, as with [Switch]. stop is that of Pull.
//
// Of a T that the greenlet does not wait for, exchange panics with a [*TypeError] or
// [*ArgumentError], and the greenlet waits on. exchange and stop must not be called
// from several goroutines at a time. It follows the method send of Python's generators.
func Exchanger[R, T any](run Frame) (exchange func(T) (R, bool), stop func()) {
	p := newPuller[R](run)
	if a, ok := run.(answered[R, T]); ok {
		g := p.g
		return func(v T) (got R, ok bool) {
			q, waits := g.slot.(*T) // not before the start
			if !waits || int32(g.state)-int32(suspended) > atomic.LoadInt32(&quiet) {
				if !p.send(v) {
					return got, false
				}
			} else {
				*q = v
				g.state = current
				switch at := a.Ask(&p.v); {
				case at == nil:
					p.ended()
					return got, false
				case at != q:
					g.slot = at
				}
				if g.parent == &main {
					g.state = suspended
				} else if !p.elsewhere() {
					return got, false
				}
			}
			got, p.v = p.v, got
			return got, true
		}, p.stop
	}
	return func(v T) (got R, ok bool) {
		g, r := p.g, &p.run     // as in Pull
		q, waits := g.slot.(*T) // not before the start
		if !waits || int32(g.state)-int32(suspended) > atomic.LoadInt32(&quiet) || g.guarded {
			if !p.send(v) {
				return got, false
			}
		} else {
			*q = v
			g.state = current
			status := g.leaf.Resume(r)
			for status == Done {
				status = g.leaf.Resume(r)
			}
			if status == Switched && !p.switched() {
				return got, false
			}
			g.state = suspended
		}
		got, p.v = p.v, got
		return got, true
	}, p.stop
}

// send is slow with a value.
func (p *puller[T]) send(v any) bool {
	if p.g.state > suspended {
		return p.over()
	}
	p.clear()
	p.drive(p.run.deliver(p.g, v, true))
	return p.back()
}
