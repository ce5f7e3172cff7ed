package greenlet

import "strings"

// A panic of a greenlet that is driven without the driver goes through next to its caller. Go's
// stack lacks the calls that were suspended: a deferred stop shows them.

// passOn goes on with the panic v, which has left the frame leaf that next has resumed, for the
// deferred function that has recovered it. What Go's stack lacks is raised first, as by panicWith.
// It may be a panic that the greenlet recovers: nothing is changed.
func passOn(v any, leaf Frame) {
	below, rest := waiting(leaf), activationsUpTo(leaf.header().Caller, nil)
	if below == nil && rest == nil {
		panic(v)
	}
	name := strings.TrimSuffix(leaf.Func().Name, "[...]")
	panicking, found := false, false
	var hot hotCalls
	for _, f := range goFrames(1, maxGoFrames) {
		switch {
		case f.Function == "runtime.gopanic":
			panicking, hot = true, hotCalls{}
		case panicking && !strings.HasPrefix(f.Function, "runtime."):
			hot.add(f)
		}
		fn, part := variant(f.Function)
		if found = panicking && (part == "Ask" || part == "Resume") && fn == name; found {
			break
		}
	}
	if !found {
		panic(v)
	}
	stack := append(hot.above(standing(leaf), below), rest...)
	lastPanic.Store(&leftPanic{v, stack})
	defer func() { panic(v) }()
	panic(stack)
}

// hasBroken reports whether a panic has left g, which next could not note, or g runs.
func (g *Greenlet) hasBroken() bool { return g.state == current && g.leaf != nil }
