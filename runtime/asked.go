package greenlet

import (
	"sync/atomic"

	"github.com/going-green/greenlet/runtime/internal/funcval"
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// Pull and Seq of an asker. It needs neither a run nor a driver, and nobody has its greenlet, as
// its code can't ask who runs. So there is none; it is made where somebody may see it, a hook or
// who reads an error, and drives the asker from then on.

// asked drives an asker. Between two stays v is zero.
type asked[T any] struct {
	alone
	a         asker[T]
	v         T
	next, end funcval.Embedded
}

// alone is what needs not know the type of the values, as in driven.
type alone struct {
	driven
	quick quick
	room  bool // the frame has room for a greenlet
	frame Frame
	out   any // points to v
}

// quick says how it is with an asker that is alone. It is compared with quiet.
type quick uint8

const (
	ready quick = iota
	busy        // it runs, or a panic has left it
	grown       // it has a greenlet: the state is that of this
	over        // it has ended
)

func newAsked[T any](frame Frame, a asker[T]) *asked[T] {
	p := &asked[T]{a: a}
	p.frame, p.out = frame, &p.v
	h := frame.header()
	p.room = h.use == hasRoom
	if h.PC != 0 || h.use >= inUse || h.Caller != nil || hooked.Load() {
		p.quick = grown
		p.drives(newGreenlet(frame, &main, "New")) // or panic
	}
	h.use = inUse
	return p
}

// drives makes p the driver of g.
func (p *alone) drives(g *Greenlet) {
	p.run = new(Run)
	p.begin(g, p.out)
}

// grow makes the greenlet. It is none of those that a hook which has been set since is told of
// as they are made.
func (p *alone) grow() {
	h := p.frame.header()
	pc := h.PC
	h.PC, h.use = 0, unused
	if p.room {
		h.use = hasRoom
	}
	g := makeGreenlet(p.frame, &main, "New", false)
	switch h.PC = pc; {
	case p.quick == busy:
		g.state = current
	case pc != 0:
		g.state = suspended
	}
	p.quick = grown
	p.drives(g)
}

// slow is next where there are hooks, or the asker is not ready.
func (p *alone) slow() bool {
	switch p.quick {
	case over:
		return false
	case ready, busy:
		p.grow()
	}
	return p.driven.slow()
}

// ended ends a stay in which the asker has returned.
func (p *alone) ended() {
	if p.quick == busy && hooked.Load() {
		p.grow()
	}
	if p.quick == grown {
		p.driven.ended()
		return
	}
	p.quick = over
	p.frame.header().use = returned
	p.frame.Forget()
}

func (p *alone) stop() {
	if p.quick == ready && hooked.Load() {
		p.grow()
	}
	switch p.quick {
	case ready:
		p.quick = over
		endFrames(p.frame, nil)
		p.frame.Forget()
	case grown:
		p.driven.stop()
	}
}

// ask is next, but leaves the value in p.v, from where it is to be taken.
func (p *asked[T]) ask() bool {
	if int32(p.quick) > atomic.LoadInt32(&quiet) {
		return p.slow()
	}
	p.quick = busy
	if p.a.Ask(&p.v) == proto.Done {
		p.ended()
		return false
	}
	if p.quick != busy {
		return p.elsewhere()
	}
	p.quick = ready
	return true
}

// take is the value of the stay.
func (p *asked[T]) take() (v T) {
	v, p.v = p.v, v
	return v
}
