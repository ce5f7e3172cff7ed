package conformance

import (
	"runtime"
	"strings"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Deferred calls, where the oracle has nothing to say: stacks, runtime.Goexit,
// greenlets in the middle of them.

func functions(stack []greenlet.StackFrame) string {
	var list []string
	for _, f := range stack {
		list = append(list, f.Func[strings.LastIndex(f.Func, ".")+1:])
	}
	return strings.Join(list, " ")
}

//greenlet:resumable
func recoversAndCalls(plain func()) {
	if recover() != nil {
		plain()
	}
}

//greenlet:resumable
func failsAndDefers(plain func()) {
	defer recoversAndCalls(plain)
	greenlet.Yield(0)
	fail("once")
}

// TestPlainCallersOfDeferred: what registers deferred calls is no function that
// a message would ask to annotate.
func TestPlainCallersOfDeferred(t *testing.T) {
	var self *greenlet.Greenlet
	var err any
	outer := greenlet.New(newCallsFrame(func() { self.Switch() }))
	self = greenlet.New(newFailsAndDefersFrame(func() {
		err = caught(func() { outer.Switch() })
	}))
	self.Switch()
	self.Switch()
	require.IsType(t, &greenlet.StateError{}, err)
	plain := strings.Join(err.(*greenlet.StateError).Plain, " ")
	assert.Contains(t, plain, "TestPlainCallersOfDeferred.func2")
	assert.NotContains(t, plain, "recoversAndCalls")
	assert.NotContains(t, plain, "failsAndDefers")
}

//greenlet:resumable
func throwsAtEnd(to func() *greenlet.Greenlet) { defer to().Throw("thrown") }

//greenlet:resumable
func switchesAtEnd(to func() *greenlet.Greenlet) { defer to().Switch("switched") }

//greenlet:resumable
func callsAtEnd(to func() *greenlet.Greenlet) { defer greenlet.Call(newSwitchesAtEndFrame(to)) }

// TestPlainCallersInLine: Go compiles the literals that switch for a defer statement in
// line with the function that defers, under a name that has the function's.
func TestPlainCallersInLine(t *testing.T) {
	for _, frame := range []func(func() *greenlet.Greenlet) greenlet.Frame{
		func(to func() *greenlet.Greenlet) greenlet.Frame { return newThrowsAtEndFrame(to) },
		func(to func() *greenlet.Greenlet) greenlet.Frame { return newSwitchesAtEndFrame(to) },
		func(to func() *greenlet.Greenlet) greenlet.Frame { return newCallsAtEndFrame(to) },
	} {
		var self *greenlet.Greenlet
		var err any
		g := greenlet.New(frame(func() *greenlet.Greenlet { return self }))
		self = greenlet.New(newCallsFrame(func() { err = caught(func() { g.Switch() }) }))
		self.Switch()
		require.IsType(t, &greenlet.StateError{}, err)
		plain := strings.Join(err.(*greenlet.StateError).Plain, " ")
		assert.Contains(t, plain, "TestPlainCallersInLine.func")
		assert.NotContains(t, plain, "AtEnd")
		assert.NotContains(t, plain, "Defer")
	}
}

//greenlet:resumable
func calls(plain func()) { plain() }

//greenlet:resumable
func defersSwitches() {
	defer greenlet.Call(newDeepFrame(0))
	defer greenlet.Yield(1)
}

// TestStackOfDeferredSwitch: the stack has the user's calls only.
func TestStackOfDeferredSwitch(t *testing.T) {
	g := greenlet.New(newDefersSwitchesFrame())
	require.Equal(t, 1, g.Switch())
	assert.Equal(t, "defersSwitches", functions(g.Stack()))
	require.Equal(t, 0, g.Switch())
	assert.Equal(t, "deep defersSwitches", functions(g.Stack()))
	assert.Equal(t, "deep trouble", caught(func() { g.Switch() }))
}

//greenlet:resumable
func recoversAndExits(log *[]any, recovers bool) {
	if recovers {
		*log = append(*log, recover())
	}
	runtime.Goexit()
}

//greenlet:resumable
func exitsWhileUnwinding(log *[]any, panics, recovers bool) {
	defer func() { *log = append(*log, recover()) }()
	defer recoversAndExits(log, recovers)
	if panics {
		panic("panic")
	}
}

// TestGoexitInDeferred: runtime.Goexit ends a panic on its way, and is none
// itself. Without greenlets Go does the same.
func TestGoexitInDeferred(t *testing.T) {
	for _, panics := range []bool{false, true} {
		for _, recovers := range []bool{false, true} {
			var want, got []any
			onGoroutine(func() { exitsWhileUnwinding(&want, panics, recovers) })
			onGoroutine(func() { greenlet.New(newExitsWhileUnwindingFrame(&got, panics, recovers)).Switch() })
			assert.Equal(t, want, got)
		}
	}
}

//greenlet:resumable
func waitsAndRecovers(log *[]any) {
	greenlet.Yield(1)
	*log = append(*log, recover())
	greenlet.Yield(2)
	*log = append(*log, recover())
}

//greenlet:resumable
func failsThenWaits(log *[]any) {
	defer func() { *log = append(*log, recover()) }()
	defer waitsAndRecovers(log)
	fail("panic")
}

// TestKillInDeferred: a greenlet that waits in a deferred call may be killed
// there, before it recovers and after.
func TestKillInDeferred(t *testing.T) {
	for switches, want := range [][]any{1: {greenlet.Exit}, 2: {"panic", greenlet.Exit}, 3: {"panic", nil, nil}} {
		var got []any
		g := greenlet.New(newFailsThenWaitsFrame(&got))
		for range switches {
			g.Switch()
		}
		g.Kill()
		assert.Equal(t, want, got)
		assert.True(t, g.Dead())
	}
}
