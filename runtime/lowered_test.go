package greenlet

// Hand-lowered functions, as the generator writes them: what the tests of
// this package run, so that they need no generator.

var countInfo = &Func{Name: "greenlet.count", File: "lowered_test.go", Line: 10, Points: []Point{{Line: 12}}}

// count yields 0, 1, … n-1.
type countFrame struct {
	Header
	n, i int
}

func newCountFrame(n int) *countFrame { return &countFrame{n: n} }

func (f *countFrame) Func() *Func        { return countInfo }
func (f *countFrame) Args(args []any)    { Count(f, args, 1); f.n = Arg[int](f, args, 0) }
func (f *countFrame) Send(r *Run) Status { return r.Finish() }
func (f *countFrame) Resume(r *Run) Status {
	st := f.run(r, 0)
	if st == Done {
		return r.Return(f, &f.Header)
	}
	return st
}

func (f *countFrame) run(r *Run, n int) Status {
	var i int
	if f != nil {
		switch f.PC {
		case 0:
			n = f.n
		case 1:
			n, i = f.n, f.i
			goto resumed_1
		}
	}
	i = 0
loop:
	if !(i < n) {
		return Done
	}
	if f == nil {
		f = takeCountFrame(r)
		f.n = n
		r.Leaf(f, &f.Header)
	}
	f.i = i
	f.PC = 1
	if p, ok := r.Out().(*int); ok {
		*p = i
		return Left
	}
	return Yielded(r, i)
resumed_1:
	i++
	goto loop
}

func takeCountFrame(r *Run) *countFrame {
	c := r.Cache()
	if f, ok := c[1].(*countFrame); ok {
		c[1] = f.Caller
		f.Caller, f.Depth = nil, 0
		return f
	}
	return new(countFrame)
}

// tree is a binary tree, walk yields its values in order.
type tree struct {
	l, r *tree
	v    int
}

func fullTree(depth int, next *int) *tree {
	if depth == 0 {
		return nil
	}
	t := new(tree)
	t.l = fullTree(depth-1, next)
	t.v = *next
	*next++
	t.r = fullTree(depth-1, next)
	return t
}

var walkInfo = &Func{Name: "greenlet.walk", File: "lowered_test.go", Line: 50, Points: []Point{{Line: 52}, {Line: 53}, {Line: 54}}}

type walkFrame struct {
	Header
	t *tree
}

func newWalkFrame(t *tree) *walkFrame { return &walkFrame{t: t} }

func (f *walkFrame) Func() *Func        { return walkInfo }
func (f *walkFrame) Args(args []any)    { Count(f, args, 1); f.t = Arg[*tree](f, args, 0) }
func (f *walkFrame) Send(r *Run) Status { return r.Finish() }
func (f *walkFrame) Resume(r *Run) Status {
	st := f.run(r, nil)
	if st == Done {
		return r.Return(f, &f.Header)
	}
	return st
}

func walkResumable(r *Run, t *tree) Status { return (*walkFrame)(nil).run(r, t) }

func (f *walkFrame) run(r *Run, t *tree) Status {
	if f != nil {
		switch f.PC {
		case 0:
			t = f.t
		case 1:
			t = f.t
			r.Callee().(*walkFrame).Release(r)
			goto after_1
		case 2:
			t = f.t
			goto after_2
		case 3:
			r.Callee().(*walkFrame).Release(r)
			goto after_3
		}
	}
	if t == nil {
		return Done
	}
	if st := walkResumable(r, t.l); st != Done {
		if f == nil {
			f = takeWalkFrame(r)
			f.t = t
		}
		f.PC = 1
		r.Link(f, &f.Header)
		return st
	}
after_1:
	if f == nil {
		f = takeWalkFrame(r)
		f.t = t
		r.Leaf(f, &f.Header)
	}
	f.PC = 2
	if p, ok := r.Out().(*int); ok {
		*p = t.v
		return Left
	}
	return Yielded(r, t.v)
after_2:
	if st := walkResumable(r, t.r); st != Done {
		if f == nil {
			f = takeWalkFrame(r)
		} else {
			f.t = nil
		}
		f.PC = 3
		r.Link(f, &f.Header)
		return st
	}
after_3:
	return Done
}

func takeWalkFrame(r *Run) *walkFrame {
	c := r.Cache()
	if f, ok := c[2].(*walkFrame); ok {
		c[2] = f.Caller
		f.Caller, f.Depth = nil, 0
		return f
	}
	return new(walkFrame)
}

func (f *walkFrame) Release(r *Run) {
	f.t = nil
	f.PC = 0
	f.Caller = nil
	c := r.Cache()
	if head, ok := c[2].(*walkFrame); ok {
		depth, room := head.Push()
		if !room {
			return
		}
		f.Caller, f.Depth = head, depth
	}
	c[2] = f
}

var pingInfo = &Func{Name: "greenlet.ping", File: "lowered_test.go", Line: 100, Points: []Point{{Line: 102}}}

// ping switches to *peer until stop.
type pingFrame struct {
	Header
	peer **Greenlet
	n, i int
}

func newPingFrame(peer **Greenlet, n int) *pingFrame { return &pingFrame{peer: peer, n: n} }

func (f *pingFrame) Func() *Func        { return pingInfo }
func (f *pingFrame) Args(args []any)    { Count(f, args, 0) }
func (f *pingFrame) Send(r *Run) Status { return r.Finish() }
func (f *pingFrame) Resume(r *Run) Status {
	st := f.run(r, nil, 0)
	if st == Done {
		return r.Return(f, &f.Header)
	}
	return st
}

func (f *pingFrame) run(r *Run, peer **Greenlet, n int) Status {
	var i int
	if f != nil {
		switch f.PC {
		case 0:
			peer, n = f.peer, f.n
		case 1:
			peer, n, i = f.peer, f.n, f.i
			goto resumed_1
		}
	}
loop:
	if !(i < n) {
		return Done
	}
	f.i = i
	f.PC = 1
	return r.SendNone(*peer)
resumed_1:
	i++
	goto loop
}

func (f *countFrame) Release(*Run) {}
func (f *pingFrame) Release(*Run)  {}
