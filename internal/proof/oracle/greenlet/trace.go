package greenlet

// Event is what a tracer is told of.
type Event uint8

const (
	EventSwitch Event = iota
	EventThrow
)

func (e Event) String() string { return [...]string{"switch", "throw"}[e] }

// A Tracer is told of each switch, before the receiver goes on.
type Tracer = func(e Event, from, to *Greenlet)

var tracer Tracer

// SetTrace makes fn the tracer, or removes it if fn is nil, and returns the
// one before. One that panics is removed, and its panic is raised in the
// receiver in place of what was sent.
func SetTrace(fn Tracer) (old Tracer) {
	old, tracer = tracer, fn
	return old
}

// tell tells the tracer of a switch to to, who counts as running meanwhile, and
// returns who goes on. The tracer must not be on the goroutine of a greenlet, as
// it may switch to that.
func tell(from, to *Greenlet, s signal) (*Greenlet, signal) {
	e := EventSwitch
	if s.thrown != nil {
		e = EventThrow
	}
	v, ok := traced(e, from, to)
	if ok {
		return to, s
	}
	return aimed(from, to, v)
}

// traced calls the tracer. If that panics, v is the panic and ok is false.
func traced(e Event, from, to *Greenlet) (v any, ok bool) {
	fn := tracer
	if fn == nil {
		return nil, true
	}
	if to != &main {
		state := to.state
		to.state = current
		defer func() { to.state = state }()
	}
	defer func() {
		if !ok {
			tracer = nil
			v = recover()
		}
	}()
	fn(e, from, to)
	return nil, true
}

// aimed is aim for a panic of the tracer.
func aimed(from, to *Greenlet, v any) (*Greenlet, signal) {
	if to != &main || !isExit(v) {
		return aim(from, to, v)
	}
	if _, failure := received(to, v); failure != nil {
		return to, signal{failure}
	}
	return to, signal{}
}
