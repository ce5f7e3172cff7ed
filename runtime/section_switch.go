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

// suspends is the run that resumes s, which is to suspend for the operation op and to receive
// where slot says. Nothing else has changed until it does: the switch may panic.
func (s Section) suspends(op string, slot any) *Run {
	c := s.section
	r := c.run
	if r == nil || c.job != s.job {
		panic(&StateError{Op: op, Reason: "the section has ended, or is suspended: a section is used by what it runs, on its stack"})
	}
	c.frame.PC = 1
	c.from = r.cur
	r.cur.slot = slot
	return r
}

// leaf suspends c with the status of a switch that it has made, as the innermost frame of
// its greenlet.
func (c *section) leaf(st Status) {
	f := c.frame
	c.from.leaf, c.run.tail = f, &f.Header
	c.suspend(st)
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
	s.section.leaf(yielded(s.suspends("Yield", nil), v))
}

// ExchangeIn is [Exchange] for code that runs in the section s.
func ExchangeIn[R, T any](s Section, v T) R {
	if s.section == nil {
		return Exchange[R](v)
	}
	p := cellOf[R](s.section)
	s.section.leaf(yielded(s.suspends("Exchange", p), v))
	return received(s.section.run, p)
}

// SwitchIn is [Switch] for code that runs in the section s.
func SwitchIn[R, T any](s Section, to *Greenlet, v T) R {
	if s.section == nil {
		return Switch[R](to, v)
	}
	p := cellOf[R](s.section)
	s.section.leaf(send(s.suspends("Switch", p), to, v))
	return received(s.section.run, p)
}

// Switch is [Greenlet.Switch] of to.
func (s Section) Switch(to *Greenlet, args ...any) any {
	if s.section == nil {
		return to.Switch(args...)
	}
	p := &s.section.out
	s.section.leaf(s.suspends("Switch", p).SendArgs(to, args...))
	return received(s.section.run, p)
}

// Throw is [Greenlet.Throw] of to.
func (s Section) Throw(to *Greenlet, v any) any {
	if s.section == nil {
		return to.Throw(v)
	}
	p := &s.section.out
	s.throw(s.suspends("Throw", p), to, v)
	return received(s.section.run, p)
}

func (s Section) throw(r *Run, to *Greenlet, v any) {
	c := s.section
	st := r.Throw(c.frame, &c.frame.Header, to, v)
	if _, here := c.from.leaf.(*thrower); here {
		c.suspend(st)
		return
	}
	c.leaf(st)
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
	r := s.suspends("Call", nil)
	r.Guard() // a panic of the callee is raised here
	f := s.section.frame
	s.section.suspend(r.Enter(f, &f.Header, callee))
}

// yieldFromIn is YieldFrom on the stack of s.
func yieldFromIn[R any](s Section, g *Greenlet) (result R) {
	s.section.run.mayYieldFrom(g)
	if g.state == dead {
		return result
	}
	r := s.suspends("YieldFrom", nil)
	r.Guard()
	f := s.section.frame
	y := new(yieldFromFrame[R])
	y.PC, y.Caller = 1, f
	r.absorb(g, y, &f.Header)
	s.section.suspend(proto.Switched)
	return y.result
}
