package greenlet

import "fmt"

// StackFrame is one call in the stack of a suspended greenlet.
type StackFrame struct {
	Func string // as in Go tracebacks
	File string // import path and file name of the source, as go build -trimpath has it
	Line int    // of the switch point or call it waits in, in the source
}

func (s StackFrame) String() string { return fmt.Sprintf("%s(%s:%d)", s.Func, s.File, s.Line) }

// Stack is where g is suspended, innermost call first. It is nil for one that
// is running or dead, and for Main; an unstarted one stands at its function.
func (g *Greenlet) Stack() []StackFrame {
	if g.state != unstarted && g.state != suspended {
		return nil
	}
	var s []StackFrame
	for f := g.leaf; f != nil; f = f.header().Caller {
		fn := f.Func()
		s = append(s, StackFrame{fn.Name, fn.File, fn.line(f.header().PC)})
	}
	return s
}

// where is the position g waits at, for messages.
func (g *Greenlet) where() string {
	if s := g.Stack(); len(s) > 0 {
		return fmt.Sprintf("%s:%d", s[0].File, s[0].Line)
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
