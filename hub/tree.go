package hub

import (
	"fmt"
	"io"
	"strings"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// DumpTree writes all tasks that have not ended as a tree: those that a task has started
// below it, each with what it waits for and where it stands. Greenlets that a task
// stands in are below it as well.
//
//	hub
//	├── task 1 (main.serve) waits for the end of a task
//	│   │     main.serve(example.com/prog/main.go:30)
//	│   └── task 2 (main.worker) waits for time (since 3s, 7s to go)
//	│             started at example.com/prog/main.go:29
//	│             main.worker(example.com/prog/main.go:12)
//	└── task 5 (main.worker) is ready
//	          started by task 3, which has ended
//	          main.worker(example.com/prog/main.go:10)
//
// Where and when is known of those only that have begun after [Hub.SetTracking]. It is
// for the loop's goroutine; [Hub.PostDump] is for others.
func (h *Hub) DumpTree(w io.Writer) error {
	now := h.clock.Now()
	top := &node{}
	nodes := map[int]*node{} // by the number of their task
	for _, s := range h.States() {
		parent := nodes[s.By]
		n := &node{head: s.head() + s.times(now)}
		switch {
		case s.By != 0 && parent == nil:
			n.lines = append(n.lines, strings.TrimSuffix(fmt.Sprintf("started by task %d, which has ended, at %s", s.By, s.At), ", at "))
		case s.At != "":
			n.lines = append(n.lines, "started at "+s.At)
		}
		n.stack(s.Stack)
		if parent == nil {
			parent = top
		}
		parent.children = append(parent.children, n)
		nodes[s.Number] = n
		for _, g := range s.Below {
			below := &node{head: "greenlet " + g.Func}
			below.stack(g.Stack)
			n.children = append(n.children, below)
			n = below
		}
	}
	var b strings.Builder
	b.WriteString("hub\n")
	top.write(&b, "")
	_, err := io.WriteString(w, b.String())
	return err
}

// times is since and until when a task waits, of what is known. A timer may be late, and a clock
// of wall time may be set back: no time is negative.
func (s TaskState) times(now time.Time) string {
	var times []string
	if !s.Since.IsZero() {
		times = append(times, fmt.Sprintf("since %v", max(0, now.Sub(s.Since))))
	}
	if !s.Until.IsZero() {
		times = append(times, fmt.Sprintf("%v to go", max(0, s.Until.Sub(now))))
	}
	if times == nil {
		return ""
	}
	return " (" + strings.Join(times, ", ") + ")"
}

// node is a task or a greenlet in the tree.
type node struct {
	head     string
	lines    []string
	children []*node
}

func (n *node) stack(stack []greenlet.StackFrame) {
	for _, f := range stack {
		n.lines = append(n.lines, f.String())
	}
}

// write writes what is below n.
func (n *node) write(b *strings.Builder, indent string) {
	for i, c := range n.children {
		branch, next := "├── ", "│   "
		if i == len(n.children)-1 {
			branch, next = "└── ", "    "
		}
		bar := "    "
		if len(c.children) > 0 {
			bar = "│   "
		}
		b.WriteString(indent + branch + c.head + "\n")
		for _, line := range c.lines {
			b.WriteString(indent + next + bar + "  " + line + "\n")
		}
		c.write(b, indent+next)
	}
}

// PostDump is DumpTree for any other goroutine: it has the loop make the dump, and waits for it.
// If the loop does not come to that within patience, a task blocks it, or the hub does not run:
// then PostDump writes that, with the stack of the goroutine that runs the hub.
func (h *Hub) PostDump(w io.Writer, patience time.Duration) error {
	return h.postDump(w, patience, nil)
}

// postDump is PostDump that writes nothing if it is told to quit while it waits.
func (h *Hub) postDump(w io.Writer, patience time.Duration, quit <-chan struct{}) error {
	dump := make(chan string, 1)
	h.post(func() {
		var b strings.Builder
		_ = h.DumpTree(&b) // a Builder never fails
		dump <- b.String()
	})
	impatient := time.NewTimer(patience)
	defer impatient.Stop()
	var text string
	select {
	case text = <-dump:
	case <-quit:
		return nil
	case <-impatient.C:
		if text = "hub: it does not run\n"; h.goroutine.Load() != 0 {
			text = fmt.Sprintf("hub: blocked for %v\n%s\n", patience, goStack(h.goroutine.Load()))
		}
	}
	_, err := io.WriteString(w, text)
	return err
}
