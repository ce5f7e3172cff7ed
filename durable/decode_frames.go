package durable

import (
	greenlet "github.com/going-green/greenlet/runtime"
)

// Greenlets as the decoder reads them: frames that fit each other.

// frames reads a greenlet.
func (d *decoder) frames(g *greenlet.Greenlet) {
	state := d.byte()
	p := greenlet.Parts{Started: state&stateStarted != 0, Dead: state&stateDead != 0, Parent: d.greenlet()}
	if d.err == nil {
		d.extras(&p, state)
	}
	n := d.count()
	if d.err == nil && n > d.limits.Depth {
		d.fail(ErrLimit)
	}
	if d.err == nil && (p.Parent == nil || p.Dead && n > 0 || !p.Dead && n == 0 && p.Started || !p.Started && (n > 1 || state&stateReceives != 0)) {
		d.corrupt()
	}
	d.roomOf = nil // a greenlet does not keep the frames of others
	var above greenlet.Frame
	var stands *point
	var fn, callee *wireFunc
	var wirePoint int
	for i := 0; i < n && d.err == nil; i++ {
		if fn, wirePoint = d.standing(fn, wirePoint); d.err != nil {
			return
		}
		frame, pt, err := d.frame(fn, wirePoint)
		if err != nil {
			d.fail(err)
		}
		if d.err != nil {
			return
		}
		if (wirePoint == 0) != (!p.Started) {
			d.corrupt()
			return
		}
		if pt != stands || fn != callee || i < 2 { // else the frames above were the same
			if !d.fits(pt, fn, callee) {
				return
			}
		}
		if i == 0 {
			p.Leaf = frame
			d.slot(&p, pt, frame, state&stateReceives != 0)
		} else if !stands.below(above, frame) {
			d.corrupt()
			return
		}
		above, stands, callee = frame, pt, fn
	}
	if d.err == nil {
		greenlet.Assemble(g, p)
	}
}

// standing reads at which point of which function a frame stands: last is where the one above it
// does.
func (d *decoder) standing(last *wireFunc, lastPoint int) (fn *wireFunc, point int) {
	f := d.uint()
	if f == 0 {
		if last == nil {
			d.corrupt()
		}
		return last, lastPoint
	}
	at := d.uint()
	if d.err != nil || f > uint64(len(d.funcs)) || at >= uint64(len(d.funcs[f-1].points)) {
		d.corrupt()
		return nil, 0
	}
	return d.funcs[f-1], int(at)
}

// fits checks that a frame which stands at pt may be suspended in a call of callee, or in a
// switch if there is no callee: it is the innermost.
func (d *decoder) fits(pt *point, caller, callee *wireFunc) bool {
	switch {
	case callee == nil && pt.callee == "-", callee != nil && (pt.callee == "?" || pt.callee == callee.fn.generic):
		return true
	case callee == nil:
		d.fail(&ChangedError{Func: caller.name, Reason: "its suspension " + pt.label + " is a call now, and was a switch"})
	case pt.callee == "-":
		d.fail(&ChangedError{Func: caller.name, Reason: "its suspension " + pt.label + " is a switch now, and was a call of " + callee.name})
	default:
		d.fail(&ChangedError{Func: caller.name, Reason: "its suspension " + pt.label + " is a call of " + pt.callee + " now, and the greenlet is in " + callee.name})
	}
	return false
}

// slot is where a suspended greenlet receives.
func (d *decoder) slot(p *greenlet.Parts, pt *point, f greenlet.Frame, receives bool) {
	if !receives {
		return
	}
	if fd := pt.receiver(); fd == nil || fd.variable(f) == nil {
		d.corrupt()
		return
	}
	p.Slot = pt.slot(f)
}
