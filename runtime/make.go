package greenlet

import "unsafe"

// rooted is a frame with room for the greenlet that will run it, so that both are one
// object.
type rooted[F any] struct {
	g     Greenlet
	frame F
}

// MakeFrame is a frame that has what f has, for a constructor. The first field of F is a
// [Header] or [DeferHeader].
func MakeFrame[F any](f F) *F {
	r := &rooted[F]{frame: f}
	if unsafe.Offsetof(r.frame) == unsafe.Sizeof(r.g) { // it may be more where a word has 32 bits
		(*Header)(unsafe.Pointer(&r.frame)).use = hasRoom
	}
	return &r.frame
}

// newGreenlet makes a greenlet that will run the frame: that of rooted, if it is free.
//
// With a drop handler it is one of its own: they point to each other, and no finalizer
// of an object that points to itself would ever run.
func newGreenlet(run Frame, parent *Greenlet, op string) *Greenlet {
	var g *Greenlet
	var h *Header
	if run != nil {
		h = run.header()
	}
	watching := hooked.Load()
	if h != nil && h.use == hasRoom && (!watching || dropHandler.Load() == nil) {
		g = (*Greenlet)(unsafe.Add(unsafe.Pointer(h), -int(unsafe.Sizeof(Greenlet{}))))
		g.watched, g.rooted = true, true
	} else {
		g = new(Greenlet)
	}
	g.parent = parent
	g.adopt(run, op)
	if watching {
		g.track()
	}
	return g
}
