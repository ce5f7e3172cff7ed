package greenlet

import "github.com/going-green/greenlet/runtime/internal/proto"

// What plain code switches by on the stack of a section. Each operation says where the
// section waits, as generated code does, and leaves the stack with the status of the switch.

// Section is plain code that runs on a stack of its own: what [OnStack] gives the function
// that it calls. By it the switches of that code find its greenlet at once. It is good while
// the function runs, on its stack only; later, or while the section is suspended, its
// operations panic with a [*StateError]. The zero Section is plain code's: its operations do
// what those without a section do.
type Section struct {
	section *section
	job     uint64
}

// suspends is the run that resumes s, which is to suspend for the operation op. Nothing has
// changed until it does: the switch may panic.
func (s Section) suspends(op string) *Run {
	r := s.section.run
	if r == nil || s.section.job != s.job {
		s.misused(op)
	}
	return r
}

//go:noinline
func (s Section) misused(op string) {
	panic(&StateError{Op: op, Reason: "the section has ended, or is suspended: a section is used by what it runs, on its stack"})
}

// received is what p, a variable kept for it, has received.
func received[R any](r *Run, p *R) (got R) {
	r.cur.slot = nil
	var zero R
	got, *p = *p, zero
	return got
}

// cellOf is a variable of type R that c keeps.
func cellOf[R any](c *section) *R {
	p, ok := c.cell.(*R)
	if !ok {
		p = new(R)
		c.cell = p
	}
	return p
}

// Current is the greenlet that runs the section.
func (s Section) Current() *Greenlet {
	if s.section == nil || s.section.run == nil {
		return &main
	}
	return s.section.run.cur
}

// YieldIn is [Yield] for code that runs in the section s, and has it at hand.
func YieldIn[T any](s Section, v T) {
	if s.section == nil {
		Yield(v)
		return
	}
	r := s.suspends("Yield")
	g := r.cur
	g.slot = nil // that of a switch which was refused
	st := yielded(r, v)
	s.section.leaves(r, g)
	s.section.back(s.section.yield(st))
}

// ExchangeIn is [Exchange] for code that runs in the section s.
func ExchangeIn[R, T any](s Section, v T) R {
	if s.section == nil {
		return Exchange[R](v)
	}
	r, p := s.suspends("Exchange"), cellOf[R](s.section)
	g := r.cur
	g.slot = p
	st := yielded(r, v)
	s.section.leaves(r, g)
	s.section.back(s.section.yield(st))
	return received(s.section.run, p)
}

// SwitchIn is [Switch] for code that runs in the section s.
func SwitchIn[R, T any](s Section, to *Greenlet, v T) R {
	if s.section == nil {
		return Switch[R](to, v)
	}
	r, p := s.suspends("Switch"), cellOf[R](s.section)
	g := r.cur
	g.slot = p
	st := send(r, to, v)
	s.section.leaves(r, g)
	s.section.back(s.section.yield(st))
	return received(s.section.run, p)
}

// Switch is [Greenlet.Switch] of to.
func (s Section) Switch(to *Greenlet, args ...any) any {
	if s.section == nil {
		return to.Switch(args...)
	}
	r, p := s.suspends("Switch"), &s.section.out
	g := r.cur
	g.slot = p
	st := r.SendArgs(to, args...)
	s.section.leaves(r, g)
	s.section.back(s.section.yield(st))
	return received(s.section.run, p)
}

// Throw is [Greenlet.Throw] of to.
func (s Section) Throw(to *Greenlet, v any) any {
	if s.section == nil {
		return to.Throw(v)
	}
	p := &s.section.out
	s.throw(s.suspends("Throw"), p, to, v)
	return received(s.section.run, p)
}

func (s Section) throw(r *Run, slot any, to *Greenlet, v any) {
	c, g := s.section, r.cur
	g.slot = slot
	st := r.Throw(c.frame, &c.frame.Header, to, v)
	if _, here := g.leaf.(*thrower); here {
		c.below()
	} else {
		c.leaves(r, g)
	}
	c.back(c.yield(st))
}

// CallIn is [Call] for code that runs in the section s: the function of f suspends the
// section, and costs what it does in resumable code.
func CallIn[F Frame](s Section, f F) F {
	if s.section == nil {
		return Call(f)
	}
	s.call(f)
	return f
}

func (s Section) call(callee Frame) {
	r := s.suspends("Call")
	r.cur.slot = nil
	r.Guard() // a panic of the callee is raised here
	f := s.section.frame
	st := r.Enter(f, &f.Header, callee)
	s.section.below()
	s.section.back(s.section.yield(st))
}

// yieldFromIn is YieldFrom on the stack of s.
func yieldFromIn[R any](s Section, g *Greenlet) (result R) {
	r := s.suspends("YieldFrom")
	r.mayYieldFrom(g)
	if g.state == dead {
		return result
	}
	r.cur.slot = nil
	r.Guard()
	f := s.section.frame
	y := new(yieldFromFrame[R])
	y.PC, y.Caller = 1, f
	r.absorb(g, y, &f.Header)
	s.section.below()
	s.section.back(s.section.yield(proto.Switched))
	return y.result
}
