package greenlet

import "fmt"

// Greenlet is a goroutine, and its place in the tree of parents.
type Greenlet struct {
	frame  Frame
	parent *Greenlet
	state  state
	taken  chan outcome // who has taken its function over waits for the end of that
	waiter
}

type state uint8

const (
	unstarted state = iota
	suspended
	current
	dead
	outside // Main
)

var main = Greenlet{state: outside}

// Main stands for the plain code that entered.
func Main() *Greenlet { return &main }

// Current is the greenlet that runs the calling code, in plain code Main.
func Current() *Greenlet { return caller() }

// New makes a greenlet whose parent is Current.
func New(run any, args ...any) *Greenlet { return NewChild(caller(), run, args...) }

// NewChild makes a greenlet with the given parent.
func NewChild(parent *Greenlet, run any, args ...any) *Greenlet {
	if parent == nil {
		panic(&StateError{Op: "NewChild", Reason: "the parent is nil"})
	}
	f := frameOf("New", run, args)
	adopt(f, "New")
	return &Greenlet{frame: f, parent: parent}
}

// Parent gets the result or the panic of g.
func (g *Greenlet) Parent() *Greenlet { return g.parent }

// SetParent changes the parent of g.
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
}

// Started reports whether g has been switched to.
func (g *Greenlet) Started() bool { return g.state != unstarted }

// Dead reports whether g has ended.
func (g *Greenlet) Dead() bool { return g.state == dead }

// Active reports whether g has started and not ended.
func (g *Greenlet) Active() bool { return g.state != unstarted && g.state != dead }

func (g *Greenlet) String() string {
	name := ""
	if g.frame != nil && g.state != dead {
		name = " " + g.frame.Func().Name
	}
	return fmt.Sprintf("<greenlet %p%s %s>", g, name, [...]string{
		unstarted: "pending",
		suspended: "suspended active started",
		current:   "current active started",
		dead:      "dead",
		outside:   "current active started main",
	}[g.state])
}
