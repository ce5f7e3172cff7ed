package conformance

import (
	"os"
	"os/exec"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asProgram runs f as the main function of a process of its own, and returns
// how that ended and what it printed.
func asProgram(t *testing.T, f func()) (output string, err error) {
	t.Helper()
	if os.Getenv("CONFORMANCE_PROGRAM") == t.Name() {
		f()
		os.Exit(0)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "CONFORMANCE_PROGRAM="+t.Name())
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func endsWell(t *testing.T, f func()) {
	t.Helper()
	out, err := asProgram(t, f)
	require.NoError(t, err, out)
	assert.Empty(t, out)
}

const endsNormally = "the program ends normally; what is suspended is forgotten"

var held []*greenlet.Greenlet

//greenlet:resumable
func printsAtEnd() {
	defer println("cleaned up")
	greenlet.Current().Parent().Switch()
}

func hold(n int) {
	for range n {
		g := greenlet.New(newPrintsAtEndFrame())
		g.Switch()
		held = append(held, g)
	}
}

func TestInterpreterShutdown_test_active_greenlet_at_shutdown_no_crash(t *testing.T) {
	row(t, endsNormally)
	endsWell(t, func() { hold(1) })
}

func TestInterpreterShutdown_test_multiple_active_greenlets_at_shutdown(t *testing.T) {
	row(t, endsNormally)
	endsWell(t, func() { hold(10) })
}

//greenlet:resumable
func nestsGreenlets(n int) {
	if n > 0 {
		g := greenlet.New(newNestsGreenletsFrame(n - 1))
		held = append(held, g)
		g.Switch()
	}
	greenlet.Main().Switch()
}

func TestInterpreterShutdown_test_nested_greenlets_at_shutdown(t *testing.T) {
	row(t, endsNormally)
	endsWell(t, func() { greenlet.New(newNestsGreenletsFrame(3)).Switch() })
}

func TestInterpreterShutdown_test_threaded_greenlets_at_shutdown(t *testing.T) {
	row(t, endsNormally)
	endsWell(t, func() { onGoroutine(func() { hold(3) }) })
}

func TestInterpreterShutdown_test_greenlet_cleanup_during_thread_exit(t *testing.T) {
	row(t, "a goroutine kills what it leaves behind: `defer g.Kill()`")
	var seen []any
	onGoroutine(func() {
		g := greenlet.New(newCleansUpFrame(&seen, nil))
		defer g.Kill()
		g.Switch()
	})
	assert.Equal(t, []any{greenlet.Exit}, seen)
}

func TestInterpreterShutdown_test_finally_block_during_thread_exit(t *testing.T) {
	row(t, "as above: its defers run")
	var seen []any
	onGoroutine(func() {
		for range 3 {
			g := greenlet.New(newCleansUpFrame(&seen, nil))
			defer g.Kill()
			g.Switch()
		}
	})
	assert.Len(t, seen, 3)
}

func TestInterpreterShutdown_test_many_greenlets_with_cleanup_at_shutdown(t *testing.T) {
	row(t, endsNormally)
	endsWell(t, func() { hold(50) })
}

func TestInterpreterShutdown_test_deeply_nested_greenlets_at_shutdown(t *testing.T) {
	row(t, endsNormally)
	endsWell(t, func() { greenlet.New(newNestsGreenletsFrame(10)).Switch() })
}

//greenlet:resumable
func waitsInHandler() {
	defer waitsAgain()
	fail(errTest)
}

//greenlet:resumable
func waitsAgain() { greenlet.Main().Switch() }

func TestInterpreterShutdown_test_greenlet_with_traceback_at_shutdown(t *testing.T) {
	row(t, endsNormally+", also in a deferred call during a panic")
	endsWell(t, func() {
		g := greenlet.New(newWaitsInHandlerFrame())
		held = append(held, g)
		g.Switch()
	})
}

// TestCrash: a panic that reaches the plain caller is the panic itself, and a
// crash shows the greenlet's calls before it.
func TestCrash(t *testing.T) {
	out, err := asProgram(t, func() {
		g := greenlet.New(newDeepFrame(3))
		g.Switch()
		g.Switch()
	})
	require.Error(t, err)
	assert.Contains(t, out, "greenlet stack, innermost call first:")
	assert.Contains(t, out, "conformance.deep(github.com/going-green/greenlet/generated/conformance/shutdown_test.go:")
	assert.Contains(t, out, "panic: deep trouble")
	t.Log(out)

	g := greenlet.New(newDeepFrame(3))
	g.Switch()
	assert.Equal(t, "deep trouble", caught(func() { g.Switch() }))
	stack := greenlet.PanicStack("deep trouble")
	require.Len(t, stack, 5)
	assert.Equal(t, "github.com/going-green/greenlet/generated/conformance.fail", stack[0].Func)
	for _, f := range stack[1:] {
		assert.Equal(t, "github.com/going-green/greenlet/generated/conformance.deep", f.Func)
	}
}

//greenlet:resumable
func deep(n int) {
	if n > 0 {
		deep(n - 1)
		return
	}
	greenlet.Yield(0)
	fail("deep trouble")
}
