package greenlet

import (
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// Greenlet is a suspended computation that can be switched to, and its place
// in the tree of parents. It starts unstarted; the first switch starts it; it
// is dead when its function has returned or a panic has left it.
//
// A greenlet belongs to no goroutine. Any may switch to it, one at a time;
// the users synchronise that as for any other data.
type Greenlet struct {
	_      noCopy
	leaf   Frame     // innermost frame; the root frame before the start; nil when dead
	slot   any       // where it receives while suspended: a *R, or nil
	parent *Greenlet // &main, or another; nil only for main itself
	extra  *extra    // context and locals, of those that have any
	state  state
	// guarded says that frames may catch panics: the greenlet must not run
	// without the driver's defer.
	guarded bool
	watched bool // has the finalizer of the drop handler, or can't have it
	rooted  bool // is one object with the frame that it runs
}

// noCopy makes vet report copies.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

type state uint8

const (
	unstarted state = iota
	suspended
	current
	dead
	outside // Main: the plain code, whatever it does
)

// main stands for the plain caller of whichever run asks. It holds no state
// of a run and is never written after its initialisation.
var main = Greenlet{state: outside}

// Main stands for the plain code that entered: switching to it returns there.
// It is one token for all runs. It is never dead and has no parent.
func Main() *Greenlet { return &main }

// Current is the greenlet that runs the calling code. In plain code, also
// when a greenlet has called it, that is [Main]; but on the stack of [OnStack] it is the
// greenlet.
func Current() *Greenlet {
	if s, ok := findSection(); ok {
		return s.Current()
	}
	return &main
}

// New makes a greenlet that will run a function with arguments, as in Python; its parent is
// [Current]:
//
//	g := greenlet.New(squares, 5)
//	g := greenlet.New(newSquaresFrame(5)) // the same
//
// run is a resumable function, a method value of one, a literal that a resumable function
// has made, or the [Frame] that a constructor has. A frame is checked by the compiler, and
// faster: by value a start costs a look-up and the boxes of the arguments. The arguments
// of a function are checked by vet, and here; see [FrameOf], whose panics New has.
// It panics as well if the frame has been used before.
func New(run any, args ...any) *Greenlet {
	return newGreenlet(frameOf("New", run, args), Current(), "New")
}

// NewChild is New with the given parent. A nil run makes a greenlet that can't start before
// [Greenlet.SetRun] gives it something to run.
func NewChild(parent *Greenlet, run any, args ...any) *Greenlet {
	if parent == nil {
		panic(&StateError{Op: "NewChild", Reason: "the parent is nil"})
	}
	if run == nil {
		g := &Greenlet{parent: parent}
		g.track()
		return g
	}
	return newGreenlet(frameOf("New", run, args), parent, "New")
}

func (g *Greenlet) adopt(run Frame, op string) {
	adopt(run, op)
	g.leaf = run
	_, g.guarded = run.(catcher)
}

// Run is the frame that g will run: nil if it has none, and from its start on.
func (g *Greenlet) Run() Frame {
	if g.state != unstarted {
		return nil
	}
	return g.leaf
}

// SetRun replaces what g will run: a function with arguments, or a frame, as for [New]. It
// panics if g has started, and as New does.
func (g *Greenlet) SetRun(run any, args ...any) {
	if g.state != unstarted {
		panic(&StateError{Op: "SetRun", Greenlet: g, Reason: "run cannot be set after the start of the greenlet"})
	}
	g.adopt(frameOf("SetRun", run, args), "SetRun")
	g.recordRun()
}

// adopt checks that run is a frame that nobody runs yet.
func adopt(run Frame, op string) {
	if run == nil {
		panic(&StateError{Op: op, Reason: "the frame is nil"})
	}
	h := run.header()
	if h.PC != 0 || h.use >= inUse || h.Caller != nil {
		panic(&StateError{Op: op, Reason: "the frame of " + run.Func().Name + " is already in use"})
	}
	h.use = inUse
}

// Parent is the greenlet that gets the result, or the panic, of g. Main has
// none: nil.
func (g *Greenlet) Parent() *Greenlet { return g.parent }

// SetParent changes the parent of g, at any time. It panics if g is Main, if p
// is nil, and if g is an ancestor of p or p itself.
func (g *Greenlet) SetParent(p *Greenlet) {
	switch {
	case g == &main:
		panic(&StateError{Op: "SetParent", Greenlet: g, Reason: "cannot set the parent of the main greenlet"})
	case p == nil:
		panic(&StateError{Op: "SetParent", Greenlet: g, Reason: "the parent is nil"})
	}
	for a := p; a != nil; a = a.parent {
		if a == g {
			panic(&StateError{Op: "SetParent", Greenlet: g, Reason: "cyclic parent chain"})
		}
	}
	g.parent = p
	g.recordParent()
}

// Started reports whether g has been switched to. Main has.
func (g *Greenlet) Started() bool { return g.state != unstarted }

// Dead reports whether g has ended.
func (g *Greenlet) Dead() bool { return g.state == dead }

// Active reports whether g has started and not ended: bool(g) in Python.
func (g *Greenlet) Active() bool { return g.state != unstarted && g.state != dead }

// finish ends the current greenlet, whose root frame f has returned, and gives its
// results to the parent.
func (r *Run) finish(f Frame) Status {
	g := r.cur
	if g.rooted {
		f.Forget()
	}
	g.leaf, g.slot, g.state = nil, nil, dead
	if r.drop && g.heir() == &main {
		r.cur = &main
		return proto.Switched
	}
	_ = f.Send(r) // Passed is of those that go on
	return proto.Switched
}

// heir is the nearest ancestor of g that is alive.
func (g *Greenlet) heir() *Greenlet {
	for g = g.parent; g.state == dead; {
		g = g.parent
	}
	return g
}

// suspend notes that g has switched elsewhere, unless it has ended.
func (g *Greenlet) suspend() {
	if g.state == current {
		g.state = suspended
	}
}

// forget clears the root frame, to which the callers of f lead, of a g that ends and
// may be kept: g would keep all that the frame holds.
func (g *Greenlet) forget(f Frame) {
	if g.rooted && f != nil {
		root(f).Forget()
	}
}

// bury ends g without running any more of it.
func (g *Greenlet) bury() {
	endFrames(g.leaf, nil)
	g.forget(g.leaf)
	g.leaf, g.slot, g.state = nil, nil, dead
}
