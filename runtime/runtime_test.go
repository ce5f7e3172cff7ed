package greenlet

import (
	"strings"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

func TestSize(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(Greenlet{}), uintptr(64))
}

func TestVariant(t *testing.T) {
	for _, c := range []struct{ fn, name, part string }{
		{"example.com/p.fibResumable", "example.com/p.fib", "hot"},
		{"example.com/p.mapResumable[...]", "example.com/p.map", "hot"},
		{"example.com/p.(*Server).ServeResumable", "example.com/p.(*Server).Serve", "hot"},
		{"example.com/p.(*fibFrame).Resume", "example.com/p.fib", "Resume"},
		{"example.com/p.(*mapFrame[...]).step", "example.com/p.map", "step"},
		{"example.com/p.(*mapFrame[...]).Args", "", ""},
		{"example.com/p.(*Frame).Draw", "", ""},
		{"example.com/p.fib", "", ""},
		{"main.main.func1", "", ""},
	} {
		name, part := variant(c.fn)
		assert.Equal(t, c.part, part, c.fn)
		if part != "" {
			assert.Equal(t, c.name, name, c.fn)
		}
	}
}

func TestErrors(t *testing.T) {
	e := &StateError{Op: "switch", Reason: "it is running", Plain: []string{"main.f (f.go:3)"}}
	assert.Equal(t, "greenlet: switch: it is running; plain on this stack: main.f (f.go:3)", e.Error())
	assert.Equal(t, "unknown", eventNone.String())
	assert.True(t, strings.HasSuffix(Traceback{{"main.f", "f.go", 3}}.Error(), "main.f(f.go:3)\n"))
}

// TestTracerLeavesFastPath: a tracer that has come and gone costs nothing.
func TestTracerLeavesFastPath(t *testing.T) {
	SetTrace(func(Event, *Greenlet, *Greenlet) {})
	assert.True(t, hooked.Load())
	assert.Negative(t, atomic.LoadInt32(&quiet))
	SetTrace(nil)
	assert.False(t, hooked.Load())
	assert.Zero(t, atomic.LoadInt32(&quiet))
}

// Function literals are called what Go's tracebacks call them.
func TestLiteralNames(t *testing.T) {
	for fn, want := range map[string]string{
		"main.(*runFunc1).Call":             "main.run.func1",
		"a.b/c.(*runFunc1_2[...]).Call":     "a.b/c.run.func1.2",
		"main.(*func2Run).Call":             "main.Run.func2",
		"main.runRange3":                    "main.run-range3",
		"main.(*serverServeValue1).Call":    "main.serverServe.value1",
		"main.fib":                          "main.fib",
		"main.(*server).Call":               "main.(*server).Call",
		"example.com/x/func1.(*Server).run": "example.com/x/func1.(*Server).run",
	} {
		assert.Equal(t, want, literalName(fn), fn)
	}
}
