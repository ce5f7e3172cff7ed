package hub

import (
	"fmt"
	"slices"
	"strings"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// TaskState is how a task is: a value of its own, for [encoding/json] and other
// goroutines.
type TaskState struct {
	Number int
	Func   string // that it runs, as in Go tracebacks
	State  string // "waits", "ready" or "running"
	For    string `json:",omitempty"` // what it waits for
	// Since is when it began to wait, if that is recorded: see [Hub.SetTracking].
	Since time.Time `json:",omitzero"`
	// Until is when its wait ends in any case, by the hub's clock.
	Until time.Time `json:",omitzero"`
	By    int       `json:",omitempty"` // number of the task that started it, which may have ended; 0 if none did
	At    string    `json:",omitempty"` // where it was started, as file:line of a stack, if that is recorded
	// Stack is where it stands, innermost call first, without the hub's own: the
	// beginning of Func before it has begun, nothing while it runs.
	Stack []greenlet.StackFrame `json:",omitempty"`
	// Below are the greenlets that the task has begun and stands in, outermost first.
	Below []GreenletState `json:",omitempty"`
}

// GreenletState is how a greenlet below a task is.
type GreenletState struct {
	Func  string
	Stack []greenlet.StackFrame // as that of a task
}

const (
	waits   = "waits"
	ready   = "ready"
	running = "running"
)

// States says of each task that has not ended how it is, in the order of their start.
func (h *Hub) States() []TaskState {
	var list []TaskState
	for t := h.first; t != nil; t = t.after {
		list = append(list, t.look())
	}
	return list
}

// State is how t is, unless it has ended: then it says nothing.
func (t *Task) State() (s TaskState) {
	if !t.done {
		s = t.look()
	}
	return s
}

// look is how t is, which has not ended.
func (t *Task) look() TaskState {
	s := TaskState{Number: int(t.number), Func: t.frame.Func().Name, State: ready, By: int(t.by)}
	switch {
	case t == t.hub.running:
		s.State = running
	case t.state == parked:
		s.State, s.For = waits, t.what.String()
		if m, ok := t.slot.(*Mutex); ok && t.list == &m.waiting {
			s.For = fmt.Sprintf("a mutex of %v", m.owner)
		}
		if t.alarm != 0 {
			s.Until = t.hub.timers.time(t.alarm)
		}
	}
	if track := t.track(); track != nil {
		s.At = track.at()
		if s.State == waits {
			s.Since = track.since
		}
	}
	if t.root == nil {
		fn := t.frame.Func()
		s.Stack = []greenlet.StackFrame{{Func: fn.Name, File: fn.File, Line: fn.Line}}
		return s
	}
	s.Stack = users(t.root.Stack())
	for g := t.g; g != nil && g != t.root && g != t.hub.self && g != greenlet.Main(); g = g.Parent() {
		if stack := g.Stack(); len(stack) > 0 {
			s.Below = append(s.Below, GreenletState{stack[len(stack)-1].Func, users(stack)})
		}
	}
	slices.Reverse(s.Below)
	return s
}

// ours is the beginning of this package's files and functions, and those of the ones in it.
const ours = "github.com/going-green/greenlet/hub"

// users is the part of stack from the innermost call that is not the hub's.
func users(stack []greenlet.StackFrame) []greenlet.StackFrame {
	for i, f := range stack {
		if !strings.HasPrefix(f.File, ours+"/") || strings.HasSuffix(f.File, "_test.go") {
			return stack[i:]
		}
	}
	return nil
}

// String is the task, what it waits for and the place of the user's call that waits.
func (s TaskState) String() string {
	text := s.head()
	stack := s.Stack
	if n := len(s.Below); n > 0 {
		stack = s.Below[n-1].Stack
	}
	if len(stack) > 0 {
		text += fmt.Sprintf(" in %s (%s:%d)", stack[0].Func, stack[0].File, stack[0].Line)
	}
	return text
}

func (s TaskState) head() string {
	text := fmt.Sprintf("task %d (%s) ", s.Number, s.Func)
	switch s.State {
	case waits:
		return text + "waits for " + s.For
	case ready:
		return text + "is ready"
	}
	return text + "runs"
}
