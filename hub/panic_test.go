package hub

import (
	"path"
	"strings"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The error of a task that has panicked has the task's calls, also those that were
// suspended when it did, and on stacks.

//greenlet:resumable
func (l *log) panicsBelow(how string) {
	l.panicsCaller(how)
}

//greenlet:resumable
func (l *log) panicsCaller(how string) {
	switch how {
	case "called":
		l.panicsHere()
	case "deferred":
		defer l.say("deferred")
		l.panicsHere()
	case "plain":
		l.Yield()
		panicsPlain()
	case "child":
		g := greenlet.New(l.panicsHere)
		g.Switch()
	case "on a stack":
		greenlet.OnStack(func(greenlet.Section) { l.Yield(); panicsPlain() })
	}
}

//greenlet:resumable
func (l *log) panicsHere() {
	l.Yield()
	panic("trouble")
}

func panicsPlain() { panic("trouble") }

func TestStackOfPanickedTask(t *testing.T) {
	for how, want := range map[string]string{
		"called":     "panicsHere panicsCaller panicsBelow",
		"deferred":   "panicsHere panicsCaller panicsBelow",
		"plain":      "panicsPlain panicsCaller panicsBelow",
		"child":      "panicsHere panicsCaller panicsBelow",
		"on a stack": "panicsPlain func2 panicsCaller panicsBelow",
	} {
		t.Run(how, func(t *testing.T) {
			l := newLog()
			var got *PanicError
			l.OnError(func(_ *Task, err *PanicError) { got = err })
			l.Go(l.panicsBelow, how)
			require.NoError(t, l.Run(t.Context()))
			require.NotNil(t, got)
			var names []string
			for _, f := range got.Stack {
				names = append(names, strings.TrimPrefix(path.Ext(f.Func), "."))
			}
			assert.Equal(t, want, strings.Join(names, " "))
		})
	}
}
