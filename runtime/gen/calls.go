package gen

// Calls are the activations of a function that wait, in the one frame that a function has which
// calls itself and otherwise yields only. Frames embed it; S is what an activation keeps.
//
// A call in tail position keeps nothing: it is counted, for stacks.
type Calls[S any] struct {
	list  []activation[S] // those that wait, the innermost last
	tails tails           // below the activation that runs
}

// activation is one that waits.
type activation[S any] struct {
	kept S
	pc   uint32
	tails
}

// tails are n calls in tail position that wait in state pc.
type tails struct{ pc, n uint32 }

// Push notes that the activation that runs calls another one, in state pc, and keeps s.
func (c *Calls[S]) Push(pc uint32, s S) {
	c.list = append(c.list, activation[S]{s, pc, c.tails})
	c.tails.n = 0
}

// Tail is Push for a call behind which the activation does nothing but return. There is one such
// state in a function. Of more than four thousand million calls, stacks have so many.
func (c *Calls[S]) Tail(pc uint32) {
	c.tails.pc = pc
	if n := c.tails.n + 1; n != 0 {
		c.tails.n = n
	}
}

// Pop ends the activation that runs; ok says whether another one has called it, which goes on in
// state pc with s.
func (c *Calls[S]) Pop() (pc uint32, s S, ok bool) {
	n := len(c.list)
	if n == 0 {
		return 0, s, false
	}
	a := &c.list[n-1]
	c.list = c.list[:n-1]
	pc, s, c.tails = a.pc, a.kept, a.tails
	a.kept = *new(S)
	return pc, s, true
}

func (c *Calls[S]) calls() *Calls[S] { return c }

// Waiting yields the states of the activations that wait, the innermost first.
func (c *Calls[S]) Waiting(yield func(pc uint32) bool) {
	t := c.tails
	for i := len(c.list) - 1; ; i-- {
		for range t.n {
			if !yield(t.pc) {
				return
			}
		}
		if i < 0 || !yield(c.list[i].pc) {
			return
		}
		t = c.list[i].tails
	}
}
