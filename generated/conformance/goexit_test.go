package conformance

import (
	"fmt"
	"iter"
	"runtime"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

//greenlet:resumable
func exitsLater(log *[]string) {
	defer func() { *log = append(*log, "generator") }()
	for i := range 4 {
		greenlet.Yield(i)
	}
}

// exitsInLoop exits in the second iteration over seq, if it is wanted to.
//
//greenlet:resumable
func exitsInLoop(log *[]string, seq iter.Seq[int], exits, suspends bool) {
	defer func() { *log = append(*log, "loop") }()
	for v := range seq {
		defer func() { *log = append(*log, fmt.Sprint("body ", v)) }()
		if suspends {
			greenlet.Yield(v)
		}
		if v == 1 && exits {
			runtime.Goexit()
		}
		if v == 2 {
			break
		}
	}
	*log = append(*log, "behind the loop")
}

//greenlet:resumable
func callsExitsInLoop(log *[]string, exits bool) {
	defer func() { *log = append(*log, "caller") }()
	exitsInLoop(log, greenlet.Seq(newExitsLaterFrame(log)), exits, true)
	*log = append(*log, "behind the call")
}

// TestGoexitInLoop: runtime.Goexit in the body of a loop over a generator, which has been
// suspended, makes the deferred calls that Go makes without greenlets, in its order: those
// of the generator, of the loop's function, of its callers, of the goroutine.
func TestGoexitInLoop(t *testing.T) {
	for _, exits := range []bool{false, true} {
		var want, got []string
		onGoroutine(func() {
			defer func() { want = append(want, "goroutine") }()
			func() {
				defer func() { want = append(want, "caller") }()
				exitsInLoop(&want, func(yield func(int) bool) {
					defer func() { want = append(want, "generator") }()
					for i := 0; i < 4 && yield(i); i++ {
					}
				}, exits, false)
				want = append(want, "behind the call")
			}()
		})
		onGoroutine(func() {
			defer func() { got = append(got, "goroutine") }()
			for range greenlet.SeqOf[int](newCallsExitsInLoopFrame(&got, exits)) {
			}
		})
		assert.Equal(t, want, got, exits)
	}
}
