package hub

import (
	"fmt"
	"io"
	"strings"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Deadlock is the error of [Hub.Run] when nothing can happen any more and tasks wait: for
// each other, or for what nobody will do.
type Deadlock struct{ Waiting []Wait }

// ours are the files of this package, in stacks.
const ours = "github.com/going-green/greenlet/hub/"

// Wait says what a task waits for.
type Wait struct {
	Task  *Task
	For   string
	Stack []greenlet.StackFrame // innermost call first; empty if it has not begun
}

// String is the task, and the place of the user's call that waits.
func (w Wait) String() string {
	s := fmt.Sprintf("%v waits for %s", w.Task, w.For)
	for _, f := range w.Stack {
		if !strings.HasPrefix(f.File, ours) || strings.HasSuffix(f.File, "_test.go") {
			return s + fmt.Sprintf(" in %s (%s:%d)", f.Func, f.File, f.Line)
		}
	}
	return s
}

func (d *Deadlock) Error() string {
	lines := []string{fmt.Sprintf("hub: deadlock: %d tasks wait for ever", len(d.Waiting))}
	for _, w := range d.Waiting {
		lines = append(lines, w.String())
	}
	return strings.Join(lines, "\n\t")
}

func (h *Hub) deadlock() error {
	if h.first == nil {
		return nil
	}
	return &Deadlock{h.Waiting()}
}

// Waiting says of each task what it waits for.
func (h *Hub) Waiting() []Wait {
	var list []Wait
	for _, t := range h.Tasks() {
		if t.state == active && t.root != nil {
			continue
		}
		w := Wait{Task: t, For: t.what}
		if t.g != nil {
			w.Stack = t.g.Stack()
		}
		list = append(list, w)
	}
	return list
}

// Dump writes all tasks that wait, with what for and where.
func (h *Hub) Dump(w io.Writer) error {
	for _, wait := range h.Waiting() {
		if _, err := fmt.Fprintln(w, wait); err != nil {
			return err
		}
		for _, f := range wait.Stack {
			if _, err := fmt.Fprintf(w, "\t%v\n", f); err != nil {
				return err
			}
		}
	}
	return nil
}
