package greenlet

// Results are there when a function has returned. Before, and for ever after a panic, a
// frame holds zero values, which nobody could tell from results: so Results asks.

// Over panics with a [*StateError] that says where f stands, whose header is h, unless it
// has returned. The generated method Results begins with it; the name is short so that
// gofmt leaves that on one line.
func (h *Header) Over(f Frame) {
	if h.use != returned {
		noResults(f)
	}
}

// noResults is the panic of Results of f, which has not returned. It is not known here
// whether f waits, runs on, or was left by a panic that no driver has seen: where it
// waited last is true of each.
//
//go:noinline
func noResults(f Frame) {
	h := f.header()
	why := "it has not started, or not come to its first switch"
	switch {
	case h.use == ended:
		why = "a panic or Kill has ended it"
	case h.PC != 0:
		why = "it has not returned; it last waited at " + standing(f).position()
	case h.use < inUse:
		why = "it has not started"
	}
	panic(&StateError{Op: "Results", Reason: "the results of " + f.Func().Name + " are not there: " + why})
}

// endFrames notes of the frames from f on, up to the caller to, that a panic has left them.
func endFrames(f, to Frame) {
	for ; f != nil && f != to; f = f.header().Caller {
		if h := f.header(); h.use != returned {
			h.use = ended
		}
	}
}
