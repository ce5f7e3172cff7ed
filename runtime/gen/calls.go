package gen

// Calls are the activations of a function that wait, in the one frame that a function has which
// calls itself and otherwise yields only. Frames embed it; S is what an activation keeps.
//
// A call in tail position keeps nothing: it is counted, for stacks.
type Calls[S any] struct {
	list  []activation[S] // the first n wait
	n     int
	tails tails // below the activation that runs
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
	i := uint(c.n)
	if i >= uint(len(c.list)) {
		c.list = append(c.list, activation[S]{})
		c.list = c.list[:cap(c.list)]
	}
	c.list[i] = activation[S]{s, pc, c.tails}
	c.tails.n = 0
	c.n = int(i) + 1
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
	i := uint(c.n) - 1
	if i >= uint(len(c.list)) {
		return 0, s, false
	}
	a := &c.list[i]
	pc, s, c.tails = a.pc, a.kept, a.tails
	a.kept = *new(S)
	c.n = int(i)
	return pc, s, true
}

// Waiting yields the states of the activations that wait, the innermost first.
func (c *Calls[S]) Waiting(yield func(pc uint32) bool) {
	t := c.tails
	for i := c.n - 1; ; i-- {
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
