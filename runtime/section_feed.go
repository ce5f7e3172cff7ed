package greenlet

import "github.com/going-green/greenlet/runtime/internal/proto"

// Feed is for generated code: plain code on a stack of its own that hands values to the frame
// that drives it, as a coroutine of [iter.Pull] does: an iterator in a loop of resumable code.
// Besides, it suspends the greenlet, as all that runs in a section can.
type Feed struct {
	frame *onStackFrame // nil before the first Next and behind the end
	*hands
}

// hands is what the frame and the stack of a Feed share. It doesn't lead to the frame: a stack
// refers to it.
type hands struct {
	fn      func(hand func() bool)
	over    bool   // fn has returned or panicked
	stopped bool   // hand returns false
	unwind  func() // what it calls before that
}

// NewFeed is for generated code: it makes a Feed of fn. What fn hands over is a variable of the
// caller's: hand leaves the stack until the next value is wanted, and reports whether there will
// be one.
func NewFeed(fn func(hand func() bool)) *Feed { return &Feed{hands: &hands{fn: fn}} }

func (h *hands) run(s Section) {
	defer func() { h.over = true }()
	h.fn(func() bool {
		c := s.section
		if c.run == nil || c.job != s.job {
			panic(&StateError{Op: "yield", Reason: "the iterator of a loop calls it from another greenlet, while the loop's is suspended"})
		}
		c.leave()
		if !c.yield(proto.Handed) { // it was dropped
			h.stopped = true
		}
		sectionsRunning.Add(1)
		if h.unwind != nil {
			h.unwind()
		}
		return !h.stopped
	})
}

// Next goes on to the next value, and reports whether there is one; or with another status than
// gen.Done, the code has suspended: then the caller is resumed when there is a value, or the
// end, and calls Resumed.
func (d *Feed) Next(r *Run) (more bool, st Status) {
	if d.over {
		return false, proto.Done
	}
	if d.frame == nil {
		d.frame = r.takeSection(d.hands.run)
	}
	switch st := d.frame.enter(r); st {
	case proto.Handed:
		return true, proto.Done
	case proto.Done:
		d.end(r)
		return false, proto.Done
	default:
		return false, st
	}
}

// Leave has hand return false from now on: Next runs the code to its end.
func (d *Feed) Leave() { d.stopped = true }

// Over reports whether the code has ended.
func (d *Feed) Over() bool { return d.over }

// Resumed reports whether there is a value.
func (d *Feed) Resumed(r *Run) (more bool) {
	if d.over {
		d.end(r)
	}
	return !d.over
}

// Stop has hand call unwind, which may panic, and then return false, and runs the code to its
// end. It can't suspend any more. If it isn't running, Stop calls unwind. r may be nil.
func (d *Feed) Stop(r *Run, unwind func()) {
	f := d.frame
	if f == nil || d.over {
		unwind()
		return
	}
	d.stopped, d.unwind = true, unwind
	st, _ := f.next()
	f.left(st)
	d.end(r)
}

// end gives the section back.
func (d *Feed) end(r *Run) {
	f := d.frame
	d.frame = nil
	if r == nil {
		f.stop()
		return
	}
	f.Release(r)
}
