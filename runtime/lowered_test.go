package greenlet_test

import (
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/gen"
)

// Hand-lowered functions, as the generator writes them: what the tests of
// this package run, so that they need no generator.

var countInfo = &greenlet.Func{Name: "greenlet.count", File: "lowered_test.go", Line: 10, Points: "12"}

// count yields 0, 1, … n-1.
type countFrame struct {
	gen.Header
	n, i int
}

func newCountFrame(n int) *countFrame { return &countFrame{n: n} }

func (f *countFrame) Func() *greenlet.Func { return countInfo }
func (f *countFrame) Args(args []any)      { gen.SetArgs(f, args, &f.n) }
func (f *countFrame) Resume(r *gen.Run) gen.Status {
	st := f.run(r, 0)
	if st == gen.Done {
		return f.Return(r, f)
	}
	return st
}

func (f *countFrame) run(r *gen.Run, n int) gen.Status {
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
		return gen.Done
	}
	f = gen.Take(r, f, 1)
	f.Leaf(r, f, 1)
	f.n, f.i = n, i
	return gen.Yielded(r, i)
resumed_1:
	i++
	goto loop
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

var walkInfo = &greenlet.Func{Name: "greenlet.walk", File: "lowered_test.go", Line: 50, Points: "52; 53; 54"}

type walkFrame struct {
	gen.Header
	t *tree
}

func newWalkFrame(t *tree) *walkFrame { return &walkFrame{t: t} }

func (f *walkFrame) Func() *greenlet.Func { return walkInfo }
func (f *walkFrame) Args(args []any)      { gen.SetArgs(f, args, &f.t) }
func (f *walkFrame) Resume(r *gen.Run) gen.Status {
	st := f.run(r, nil)
	if st == gen.Done {
		return f.Return(r, f)
	}
	return st
}

func walkResumable(r *gen.Run, t *tree) gen.Status { return (*walkFrame)(nil).run(r, t) }

func (f *walkFrame) run(r *gen.Run, t *tree) gen.Status {
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
		return gen.Done
	}
	if st := walkResumable(r, t.l); st != gen.Done {
		f = gen.Take(r, f, 2)
		f.t = t
		return f.Link(r, f, 1, st)
	}
after_1:
	f = gen.Take(r, f, 2)
	f.Leaf(r, f, 2)
	f.t = t
	return gen.Yielded(r, t.v)
after_2:
	if st := walkResumable(r, t.r); st != gen.Done {
		f = gen.Take(r, f, 2)
		f.t = nil
		return f.Link(r, f, 3, st)
	}
after_3:
	return gen.Done
}

func (f *walkFrame) Release(r *gen.Run) { gen.Free(r, f, 2) }

var pingInfo = &greenlet.Func{Name: "greenlet.ping", File: "lowered_test.go", Line: 100, Points: "102"}

// ping switches to *peer until stop.
type pingFrame struct {
	gen.Header
	peer **greenlet.Greenlet
	n, i int
}

func newPingFrame(peer **greenlet.Greenlet, n int) *pingFrame { return &pingFrame{peer: peer, n: n} }

func (f *pingFrame) Func() *greenlet.Func { return pingInfo }
func (f *pingFrame) Resume(r *gen.Run) gen.Status {
	st := f.run(r, nil, 0)
	if st == gen.Done {
		return f.Return(r, f)
	}
	return st
}

func (f *pingFrame) run(r *gen.Run, peer **greenlet.Greenlet, n int) gen.Status {
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
		return gen.Done
	}
	f.i = i
	f.PC = 1
	return r.SendNone(*peer)
resumed_1:
	i++
	goto loop
}

func (f *countFrame) Release(*gen.Run) {}
func (f *pingFrame) Release(*gen.Run)  {}
