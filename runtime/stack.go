package greenlet

import (
	"fmt"
	"io"
	"strings"
)

// StackFrame is one call in the stack of a suspended greenlet.
type StackFrame struct {
	Func string // as in Go tracebacks
	File string // import path and file name of the source, as go build -trimpath has it
	Line int    // of the switch point or call it waits in, in the source
}

func (s StackFrame) String() string { return fmt.Sprintf("%s(%s:%d)", s.Func, s.File, s.Line) }

func (s StackFrame) position() string { return fmt.Sprintf("%s:%d", s.File, s.Line) }

// hidden reports whether f is of no call of the source: of a wait of ours, or of what calls
// a function value and has begun to.
func hidden(f Frame) bool { return f.Func().hides(f.header().PC) }

func (f *Func) hides(pc uint32) bool { return f == waiterFunc || f.through && pc > 0 }

// standing is f in its state: where it is suspended, or about to be.
func standing(f Frame) StackFrame { return f.Func().at(f.header().PC) }

// Stack is where g is suspended, innermost call first. It is nil for one that
// is running or dead, and for Main; an unstarted one stands at its function. The calls on
// the stack of [OnStack] are asked of Go, which stops the program for that.
func (g *Greenlet) Stack() []StackFrame {
	if g.state != unstarted && g.state != suspended {
		return nil
	}
	var s []StackFrame
	for f := g.leaf; f != nil; f = f.header().Caller {
		if c, ok := f.(*onStackFrame); ok {
			if calls := c.section.suspendedCalls(); len(calls) > 0 {
				s = append(s, calls...)
				continue
			}
		}
		s = append(s, activations(f)...)
	}
	return s
}

// activations are the calls that f is of: the one that stands in f, and those that wait for it.
func activations(f Frame) (list []StackFrame) {
	if !hidden(f) {
		list = append(list, standing(f))
	}
	return append(list, waiting(f)...)
}

// activationsUpTo are those of the frames from f on, up to the caller to.
func activationsUpTo(f, to Frame) (list []StackFrame) {
	for ; f != nil && f != to; f = f.header().Caller {
		list = append(list, activations(f)...)
	}
	return list
}

// A nested is a frame of a function that calls itself, with all its activations: see gen.Calls.
type nested interface {
	Waiting(yield func(pc uint32) bool)
}

// waiting is where the activations of f wait that have called the one that stands in f, the
// innermost first.
func waiting(f Frame) (list []StackFrame) {
	if n, ok := f.(nested); ok {
		for pc := range n.Waiting {
			list = append(list, f.Func().at(pc))
		}
	}
	return list
}

// String names g's function and says how g is, as Python's does: pending, dead,
// or active and started, and then suspended or current. Main prints as current
// and main: who prints it is plain code.
func (g *Greenlet) String() string {
	if g == nil {
		return "<greenlet nil>"
	}
	var fn *Func
	if g.leaf != nil {
		fn = root(g.leaf).Func()
	}
	return describe(g, fn, stateText[g.state])
}

var stateText = [...]string{
	unstarted: "pending",
	suspended: "suspended active started",
	current:   "current active started",
	dead:      "dead",
	outside:   "current active started main",
}

// describe is g, which runs fn if that is not nil, in words.
func describe(g *Greenlet, fn *Func, state string) string {
	name := ""
	if fn != nil {
		name = " " + fn.Name
	}
	return fmt.Sprintf("<greenlet %p%s %s>", g, name, state)
}

// DumpTree writes the greenlets and their ancestors as a forest, children
// below their parents in the order given, each with where it stands:
//
//	main
//	├── <greenlet 0xc000123400 main.hub suspended active started>
//	│   │     main.hub(example.com/prog/hub.go:30)
//	│   └── <greenlet 0xc000123440 main.worker suspended active started>
//	│             main.read(example.com/prog/conn.go:12)
//	│             main.worker(example.com/prog/worker.go:41)
//	└── <greenlet 0xc000123480 main.worker pending>
//	          main.worker(example.com/prog/worker.go:38)
//
// There is no list of all greenlets, unless [SetTracking] has been called: then
// [DumpAll] knows them.
func DumpTree(w io.Writer, greenlets ...*Greenlet) error {
	d := newDumper(func(g *Greenlet) view {
		v := view{parent: g.parent, text: g.String()}
		for _, s := range g.Stack() {
			v.stack = append(v.stack, s.String())
		}
		return v
	})
	for _, g := range greenlets {
		d.add(g)
	}
	return d.write(w)
}

// view is what a dump shows of a greenlet.
type view struct {
	parent *Greenlet
	text   string
	stack  []string
}

type dumper struct {
	look     func(*Greenlet) view
	b        strings.Builder
	children map[*Greenlet][]*Greenlet
	seen     map[*Greenlet]view
}

func newDumper(look func(*Greenlet) view) *dumper {
	return &dumper{look: look, children: map[*Greenlet][]*Greenlet{}, seen: map[*Greenlet]view{&main: {}}}
}

func (d *dumper) write(w io.Writer) error {
	d.b.WriteString("main\n")
	d.below(&main, "")
	_, err := io.WriteString(w, d.b.String())
	return err
}

func (d *dumper) add(g *Greenlet) {
	if _, seen := d.seen[g]; seen || g == nil {
		return
	}
	v := d.look(g)
	d.seen[g] = v
	d.add(v.parent)
	d.children[v.parent] = append(d.children[v.parent], g)
}

func (d *dumper) below(g *Greenlet, indent string) {
	children := d.children[g]
	for i, c := range children {
		branch, next := "├── ", "│   "
		if i == len(children)-1 {
			branch, next = "└── ", "    "
		}
		fmt.Fprintf(&d.b, "%s%s%s\n", indent, branch, d.seen[c].text)
		line := "    "
		if len(d.children[c]) > 0 {
			line = "│   "
		}
		for _, s := range d.seen[c].stack {
			fmt.Fprintf(&d.b, "%s%s%s  %s\n", indent, next, line, s)
		}
		d.below(c, indent+next)
	}
}

// where is the position g waits at, for messages.
func (g *Greenlet) where() string {
	if s := g.Stack(); len(s) > 0 {
		return s[0].position()
	}
	return "the plain caller"
}

// root is the outermost frame of the chain that begins at f.
func root(f Frame) Frame {
	for f.header().Caller != nil {
		f = f.header().Caller
	}
	return f
}
