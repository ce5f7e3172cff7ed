package greenlet

import "unsafe"

// HasRoom notes that nobody has the frame yet, and that there is room for the greenlet that
// will run it right ahead of it, in the same object: see gen.MakeFrame.
func (h *Header) HasRoom() { h.use = hasRoom }

// newGreenlet makes a greenlet that will run the frame: that ahead of it, if there is room.
//
// With a drop handler it is one of its own: they point to each other, and no finalizer
// of an object that points to itself would ever run.
func newGreenlet(run Frame, parent *Greenlet, op string) *Greenlet {
	return makeGreenlet(run, parent, op, hooked.Load())
}

// makeGreenlet is newGreenlet that tells the hooks if they are watching.
func makeGreenlet(run Frame, parent *Greenlet, op string, watching bool) *Greenlet {
	var g *Greenlet
	var h *Header
	if run != nil {
		h = run.header()
	}
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
