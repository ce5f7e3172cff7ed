package gen

// Free frames. A function that suspends for the first time in a call takes a frame; who
// called it gives it back when it has returned.

// maxFree bounds a free list: enough for a deep recursion that goes up and
// down, too little to matter when it is over.
const maxFree = 4096

// freeList is the free frames of a type, the next one last. It forgets those it has given
// out: they may be dropped while they are in use.
//
// A stack of pointers takes fewer instructions than frames linked by their headers: what
// lies below the first one need not be read.
type freeList[F any] struct{ free []*F }

// A pointer to a frame type F, whose first field is a [Header] or [DeferHeader].
type framePtr[F any] interface {
	*F
	Frame
}

// Take is where a call saves what it needs as it suspends: f if it has a frame already, else
// one that it takes.
func Take[F any, P framePtr[F]](r *Run, f P, list int) P {
	if f != nil {
		return f
	}
	if r.Free != nil {
		if l, ok := r.Free[list].(*freeList[F]); ok {
			if last := len(l.free) - 1; last >= 0 {
				f, l.free[last] = l.free[last], nil
				l.free = l.free[:last]
				return f
			}
		}
	}
	return new(F)
}

// New is [Take] for a call that has no frame. One by way of the other is a call more, or,
// compiled in line, seven instructions for a hundred of a walk.
func New[F any, P framePtr[F]](r *Run, list int) (f P) {
	if r.Free != nil {
		if l, ok := r.Free[list].(*freeList[F]); ok {
			if last := len(l.free) - 1; last >= 0 {
				f, l.free[last] = l.free[last], nil
				l.free = l.free[:last]
				return f
			}
		}
	}
	return new(F)
}

// Free gives back a frame that has returned. It clears it: a frame that is taken holds
// nothing of another call.
func Free[F any, P framePtr[F]](r *Run, f P, list int) {
	var zero F
	*f = zero
	if r.Free != nil {
		if l, ok := r.Free[list].(*freeList[F]); ok && len(l.free) < cap(l.free) {
			l.free = append(l.free, f)
			return
		}
	}
	give[F](r, f, list)
}

// FreeNested is [Free] for a frame that has calls of its function in it. Their room goes to the
// caller, if that is one of the function, too; so the walk of a tree makes room once. Else it stays
// with the frame, unless it is large.
func FreeNested[F any, P framePtr[F], S any](r *Run, f P, calls *Calls[S], list int) {
	room := calls.list[:0]
	Free(r, f, list)
	if caller, ok := r.Mark().(interface{ calls() *Calls[S] }); ok {
		if to := caller.calls(); len(to.list) == 0 && cap(to.list) < cap(room) {
			to.list, room = room, to.list
		}
	}
	if cap(room) <= maxRoom {
		calls.list = room
	}
}

// maxRoom is for how many calls a free frame keeps room: a balanced tree is not as deep.
const maxRoom = 64

// give makes room for f and those that may follow. A list of another type begins anew.
func give[F any](r *Run, f *F, list int) {
	c := r.FreeLists()
	l, ok := c[list].(*freeList[F])
	if !ok {
		l = &freeList[F]{}
		c[list] = l
	}
	if n := len(l.free); n < maxFree {
		l.free = append(append(make([]*F, 0, min(max(2*n, 4), maxFree)), l.free...), f)
	}
}
