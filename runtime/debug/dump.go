// Package debug shows what the greenlets of a program do, to who looks at it from
// outside.
package debug

import (
	"io"
	"os"
	"os/signal"
	"sync"

	greenlet "github.com/going-green/greenlet/runtime"
)

// DumpOn writes all greenlets to w, as [greenlet.DumpAll] does, whenever one of the
// signals comes, until stop is called. It is for the beginning of a main function, as
// greenlets that exist are not known: it calls [greenlet.SetTracking], whose costs
// it has.
//
// A signal that Go itself acts upon, such as SIGQUIT, does no longer do that. Who
// wants the goroutines as well dumps them from a w of their own:
// [runtime/pprof.Lookup]("goroutine").WriteTo(os.Stderr, 2).
//
// There is one goroutine, which waits for signals. Errors of w are ignored. After
// stop nothing is written to w any more.
func DumpOn(w io.Writer, signals ...os.Signal) (stop func()) {
	if len(signals) == 0 {
		return func() {} // Notify would take all there are
	}
	was := greenlet.SetTracking(true)
	c := make(chan os.Signal, 1)
	signal.Notify(c, signals...)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range c {
			_ = greenlet.DumpAll(w)
		}
	}()
	return sync.OnceFunc(func() {
		signal.Stop(c)
		close(c)
		<-done
		if !was {
			greenlet.SetTracking(false)
		}
	})
}
