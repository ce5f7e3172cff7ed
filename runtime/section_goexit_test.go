package greenlet_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	greenlet "github.com/going-green/greenlet/runtime"
)

// onGoroutine runs f on a goroutine of its own, which it may end.
func onGoroutine(f func()) {
	done := make(chan bool)
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// A section that has ended by Goexit is not running.
func TestSectionGoexitOfPull(t *testing.T) {
	next, stop := greenlet.PullOf[int](greenlet.OnStack, func(greenlet.Section) {
		greenlet.Yield(1)
		runtime.Goexit()
	})
	_, ok := next()
	require.True(t, ok)
	onGoroutine(func() { next() })
	_, ok = next()
	require.False(t, ok)
	stop()
}

// A panic of a call that a section has deferred takes Goexit's place in its callers, until it is
// recovered; then Goexit goes on.
func TestSectionGoexitThenPanic(t *testing.T) {
	for _, yields := range []bool{true, false} {
		goexitThenPanic(t, yields)
	}
}

func goexitThenPanic(t *testing.T, yields bool) {
	log := ""
	onGoroutine(func() {
		defer func() { log += fmt.Sprint("driver ", recover()) }()
		g := greenlet.New(greenlet.OnStack, func(s greenlet.Section) {
			defer func() { log += fmt.Sprint("caller ", recover(), ", ") }()
			greenlet.CallIn(s, greenlet.FrameOf(greenlet.OnStack, func(greenlet.Section) {
				defer func() { panic("deferred") }()
				if yields {
					greenlet.Yield(1)
				}
				runtime.Goexit()
			}))
			log += "not here "
		})
		g.Switch()
		g.Switch()
		log += "nor here "
	})
	require.Equal(t, "caller deferred, driver <nil>", log, yields)
}
