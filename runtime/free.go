package greenlet

// Free frames. A function that suspends for the first time in a call takes a frame; who
// called it gives it back when it has returned.

// freeLists is the number of free lists of a run. Frame types share them by a hash of their
// name, so that no table of types has to be kept and instances of generic frames need no
// number of their own. A list of frames of another type counts as empty.
const freeLists = 64

// maxFree bounds a free list: enough for a deep recursion that goes up and
// down, too little to matter when it is over.
const maxFree = 4096

// frames are the free frames of a run, by list. Stacks of pointers took 4 % fewer
// instructions for a tree walk than frames linked by their headers did: what lies on top
// of another frame need not be read.
type frames [freeLists][]Frame

// A pointer to a frame type F, whose first field is a [Header] or [DeferHeader].
type framePtr[F any] interface {
	*F
	Frame
}

// Leaf is where a call saves what it needs as it suspends by itself: f if it has a frame
// already, else one that it takes. That is the innermost of the current greenlet then.
func Leaf[F any, P framePtr[F]](r *Run, f P, list int) P {
	if f == nil {
		f = take[F, P](r, list)
		h := f.header()
		r.cur.leaf = f
		r.tail = h
	}
	return f
}

// Caller is where a call saves what it needs as one that it made has suspended: f if it
// has a frame already, else one that it takes. That is linked as the caller.
func Caller[F any, P framePtr[F]](r *Run, f P, list int) P {
	if f == nil {
		f = take[F, P](r, list)
	}
	r.tail.Caller = f
	r.tail = f.header()
	return f
}

// Take is a frame for a call that takes one at its start.
func Take[F any, P framePtr[F]](r *Run, list int) P { return take[F, P](r, list) }

func take[F any, P framePtr[F]](r *Run, list int) P {
	if c := r.cache; c != nil {
		if s := c[list]; len(s) > 0 {
			if f, ok := s[len(s)-1].(P); ok {
				s[len(s)-1] = nil // it is for the collector to tell when it is dropped
				c[list] = s[:len(s)-1]
				return f
			}
		}
	}
	return P(new(F))
}

// Free gives back a frame that has returned. It clears it: a frame that is taken holds
// nothing of another call.
func Free[F any, P framePtr[F]](r *Run, f P, list int) {
	var zero F
	*f = zero
	if c := r.cache; c != nil {
		if s := c[list]; len(s) < cap(s) {
			c[list] = append(s, f)
			return
		}
	}
	r.give(list, f, func(top Frame) bool { _, same := top.(P); return same })
}

// give makes room in a list for f and those that may follow. A full list of another type
// begins anew.
func (r *Run) give(list int, f Frame, same func(Frame) bool) {
	if r.cache == nil {
		r.cache = caches.Get().(*frames)
	}
	s := r.cache[list]
	if len(s) == maxFree {
		if same(s[len(s)-1]) {
			return
		}
		clear(s)
		s = s[:0]
	}
	r.cache[list] = append(s, f)
}
