package greenlet

import (
	"sync"
	"sync/atomic"
)

// Event is what a tracer is told of. There may be more some day: a tracer
// ignores those it does not know.
type Event uint8

const (
	// EventSwitch: the receiver goes on with a value, or starts.
	EventSwitch Event = iota
	// EventThrow: a panic is raised where the receiver waits. The receiver
	// may have no place for it, and end.
	EventThrow

	eventNone // no switch: a nested call of the same greenlet
)

func (e Event) String() string {
	switch e {
	case EventSwitch:
		return "switch"
	case EventThrow:
		return "throw"
	}
	return "unknown"
}

// A Tracer is told of each switch, after it has happened and before the
// receiver goes on.
type Tracer = func(e Event, from, to *Greenlet)

// hooked is set while there is a tracer, or a handler of drops or of lost suspensions, or records are kept for
// dumps. It is all that a switch looks at, and the making of a greenlet.
var hooked atomic.Bool

// quiet says the same to next, which compares the state it finds with suspended
// by it: the difference is not greater than 0 on the fast path, and always greater
// than what quiet is while hooked is set. It is read by atomic.LoadInt32: gc does
// not compile the method of an atomic.Int32 in line in an instantiated function of
// another package, and the call cost next a fifth.
var quiet int32

var hooking sync.Mutex // of who sets hooked and quiet

var tracer atomic.Pointer[Tracer]

// SetTrace makes fn the tracer of all greenlets of the program, or removes
// it if fn is nil, and returns the one before. Switches of plain code have
// [Main] as their origin or receiver.
//
// The tracer is called on the goroutine that switches, so by several at a
// time if several run greenlets. The receiver counts as running while the
// tracer runs: a tracer may switch to others, but not to it, nor to those that
// are running below.
//
// A tracer that panics is removed, and its panic is raised in the receiver in
// place of what was sent.
//
// A tracer is told of the switches that begin after it has been set; if a
// generator sets it while [Pull] or [Seq] drives it, that is after its next
// yield.
func SetTrace(fn Tracer) (old Tracer) {
	var p *Tracer
	if fn != nil {
		p = &fn
	}
	p = tracer.Swap(p)
	setHooked()
	if p == nil {
		return nil
	}
	return *p
}

// setHooked follows a change of what hooked stands for.
func setHooked() {
	hooking.Lock()
	defer hooking.Unlock()
	set := tracer.Load() != nil || lostHandler.Load() != nil || dropHandler.Load() != nil || tracking.Load() != nil
	hooked.Store(set)
	if set {
		atomic.StoreInt32(&quiet, -2)
	} else {
		atomic.StoreInt32(&quiet, 0)
	}
}

// note says what the switch that is being made is to be called, for the
// driver's hook; a switch that is not noted is an EventSwitch from whoever was
// current.
func (r *Run) note(e Event, from *Greenlet) {
	if tracer.Load() != nil {
		r.event, r.origin = e, from
	}
}

// hook is what the driver does after each switch while hooked is set: from
// has been suspended or has ended, r.cur is who goes on. It may change that.
func (r *Run) hook(from *Greenlet) {
	from.recordRest() // before the tracer, which may switch to it
	r.tell(from)
	r.cur.recordRunning()
}

// tell is what hook does about the handlers.
func (r *Run) tell(from *Greenlet) {
	if from.guarded && from.state == suspended {
		from.watch()
	}
	e := r.event
	if r.origin != nil {
		from = r.origin
	}
	r.event, r.origin = EventSwitch, nil
	if e == eventNone {
		return
	}
	to := r.cur
	v, ok := traced(e, from, to)
	if ok {
		return
	}
	r.thrown = nil
	if to.state == current {
		to.state = suspended
	}
	r.cur, _ = r.raiseIn(from, to, v, false)
	r.event, r.origin = EventSwitch, nil
}

// traced calls the tracer, if there is one. If that panics it is removed; v is
// the panic and ok is false.
func traced(e Event, from, to *Greenlet) (v any, ok bool) {
	t := tracer.Load()
	if t == nil {
		return nil, true
	}
	if to != &main {
		state := to.state
		to.state = current
		defer func() { to.state = state }()
	}
	defer func() {
		if ok {
			return
		}
		tracer.CompareAndSwap(t, nil)
		setHooked()
		v = recover()
	}()
	(*t)(e, from, to)
	return nil, true
}
