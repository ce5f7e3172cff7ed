package conformance

import (
	"fmt"
	"strings"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Functions that yield and call themselves have one frame for all their activations: stacks show
// each of these.

//greenlet:resumable
func countdown(n int) {
	if n == 0 {
		fails()
		return
	}
	if n%2 == 0 {
		greenlet.Yield(n)
		countdown(n - 1) // line 25
		return
	}
	countdown(n - 1) // line 28
	greenlet.Yield(-n)
}

//greenlet:resumable
func countsDown(n int) {
	greenlet.Yield(0)
	countdown(n) // line 35
}

//greenlet:resumable
func catchesCountdown(n int) {
	defer func() { recover() }()
	countdown(n)
}

// ascent hands out values by yield, calls itself and has a result.
//
//greenlet:resumable
func ascent(n int, yield func(int) bool) bool {
	if n == 0 {
		callers = lines(greenlet.Callers(0)) // line 49
		fails()
		return true
	}
	if n%2 == 0 {
		return yield(n) && ascent(n-1, yield) // line 54
	}
	ok := ascent(n-1, yield) // line 56
	return ok && yield(-n)
}

var callers string

//greenlet:resumable
func ascends(yield func(int) bool) {
	ascent(4, yield) // line 64
}

//greenlet:resumable
func handsOn() {
	for v := range ascends { // line 69
		greenlet.Yield(v) // line 70
	}
}

//greenlet:resumable
func catchesAscent() {
	defer func() { recover() }()
	handsOn()
}

// lines are those of a stack, from the outermost call.
func lines(stack []greenlet.StackFrame) string {
	var list []string
	for _, f := range stack {
		name := f.Func[strings.LastIndex(f.Func, ".")+1:]
		list = append([]string{fmt.Sprintf("%s:%d", name, f.Line)}, list...)
	}
	return strings.Join(list, " ")
}

func TestStackOfNested(t *testing.T) {
	g := greenlet.New(newCountdownFrame(4))
	g.Switch()
	assert.Equal(t, "countdown:24", lines(g.Stack()))
	g.Switch()
	assert.Equal(t, "countdown:25 countdown:28 countdown:24", lines(g.Stack()))
	g.Kill()

	const fallen = "countdown:25 countdown:28 countdown:25 countdown:28 countdown:20 fails:19"
	g = greenlet.New(newCountsDownFrame(4))
	for range 2 {
		g.Switch()
	}
	assert.Equal(t, "countsDown:35 countdown:24", lines(g.Stack()))
	g.Switch()
	assert.Equal(t, "countsDown:35 countdown:25 countdown:28 countdown:24", lines(g.Stack()))
	require.PanicsWithValue(t, "it fails", func() { g.Switch() })
	assert.Equal(t, "countsDown:35 "+fallen, lines(greenlet.PanicStack("it fails")))

	g = greenlet.New(newCountsDownFrame(1))
	g.Switch()
	require.PanicsWithValue(t, "it fails", func() { g.Switch() }, "that has not suspended")
	assert.Equal(t, "countsDown:35 countdown:28 countdown:20 fails:19", lines(greenlet.PanicStack("it fails")))

	ways := map[string]func(f greenlet.YieldFrame[int]){
		"Pull": func(f greenlet.YieldFrame[int]) {
			next, stop := greenlet.Pull(f)
			defer stop()
			for {
				next()
			}
		},
		"Seq": func(f greenlet.YieldFrame[int]) {
			for range greenlet.Seq(f) {
			}
		},
		"Switch": func(f greenlet.YieldFrame[int]) {
			for g := greenlet.New(f); ; {
				g.Switch()
			}
		},
	}
	for name, way := range ways {
		require.PanicsWithValue(t, "it fails", func() { way(newCountdownFrame(4)) })
		assert.Equal(t, fallen, lines(greenlet.PanicStack("it fails")), name)
	}
	assert.NotPanics(t, func() {
		for range greenlet.Seq(newCatchesCountdownFrame(2)) {
		}
	})
}

// A generator that only yields has a greenlet once somebody may see it.
func TestHookedLater(t *testing.T) {
	next, stop := greenlet.Pull(newCountdownFrame(6))
	v, _ := next()
	assert.Equal(t, 6, v)
	var seen []string
	greenlet.SetTrace(func(_ greenlet.Event, from, to *greenlet.Greenlet) {
		for _, g := range []*greenlet.Greenlet{from, to} {
			if g != greenlet.Main() {
				seen = append(seen, lines(g.Stack()))
			}
		}
	})
	v, _ = next()
	greenlet.SetTrace(nil)
	assert.Equal(t, 4, v)
	assert.Equal(t, []string{"", "countdown:25 countdown:28 countdown:24"}, seen)
	v, _ = next()
	assert.Equal(t, 2, v)
	stop()
	_, ok := next()
	assert.False(t, ok)
}

// Pull makes the frame and one object more.
func TestPullAllocates(t *testing.T) {
	assert.Equal(t, 2.0, testing.AllocsPerRun(100, func() {
		next, stop := greenlet.Pull(newFailsLateFrame(0))
		next()
		stop()
	}))
}

// The same of those that are resumed by the driver, above a hot call and below another frame.
func TestStackOfResumedNested(t *testing.T) {
	const waits = "handsOn:69 ascends:64 ascent:54 ascent:56 ascent:54 handsOn-range1:70"
	const fallen = "ascends:64 ascent:54 ascent:56 ascent:54 ascent:56 ascent:"
	g := greenlet.New(newHandsOnFrame())
	g.Switch()
	assert.Equal(t, "handsOn:69 ascends:64 ascent:54 handsOn-range1:70", lines(g.Stack()))
	g.Switch()
	assert.Equal(t, waits, lines(g.Stack()))
	var out strings.Builder
	require.NoError(t, greenlet.DumpTree(&out, g))
	assert.Equal(t, 2, strings.Count(out.String(), "nested_test.go:54)"))
	callers = ""
	require.PanicsWithValue(t, "it fails", func() { g.Switch() })
	assert.Equal(t, "handsOn:69 "+fallen+"50 fails:19", lines(greenlet.PanicStack("it fails")))
	assert.Equal(t, "handsOn:69 "+fallen+"49", callers)

	for range greenlet.SeqOf[int](newCatchesAscentFrame()) {
	}
	for _, stopped := range []bool{true, false} {
		next, stop := greenlet.PullSeq(ascends)
		callers = ""
		require.PanicsWithValue(t, "it fails", func() {
			if stopped {
				defer stop()
			}
			for {
				next()
			}
		})
		assert.Equal(t, "PullSeq:25 "+fallen+"49", callers)
		if stopped {
			assert.Equal(t, "PullSeq:25 "+fallen+"50 fails:19", lines(greenlet.PanicStack("it fails")))
		}
		_, ok := next()
		assert.False(t, ok)
		stop()
	}
}
