package hub

import (
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"
)

// OnSignal has the loop call f when sig comes, until stop is called. F must not wait; it
// may start a task that does. Signals that come while f is due count as one.
//
// There is one goroutine, which waits for the signal. It keeps no hub running that has
// nothing else to do: see [Hub.Promise]. Both OnSignal and stop may be called by any
// goroutine; f is not called after a stop in the loop.
func (h *Hub) OnSignal(sig os.Signal, f func()) (stop func()) {
	var stopped, due atomic.Bool
	end := onSignals(func() {
		if due.Swap(true) {
			return
		}
		h.post(func() {
			due.Store(false)
			if !stopped.Load() {
				f()
			}
		})
	}, sig)
	return func() {
		stopped.Store(true)
		end()
	}
}

// dumpPatience is how long DumpOn waits for the loop.
const dumpPatience = time.Second

// DumpOn writes all tasks to w, as [Hub.DumpTree] does, whenever one of the signals comes,
// until stop is called; if the loop does not turn for a second, who blocks it, as
// [Hub.PostDump] does. It may be called by any goroutine. Errors of w are ignored.
// After stop nothing is written to w any more.
//
// [github.com/going-green/greenlet/runtime/debug.DumpOn] is the same for greenlets that are not a hub's.
func (h *Hub) DumpOn(w io.Writer, signals ...os.Signal) (stop func()) {
	if len(signals) == 0 {
		return func() {} // Notify would take all there are
	}
	quit := make(chan struct{})
	end := onSignals(func() { _ = h.postDump(w, dumpPatience, quit) }, signals...)
	return sync.OnceFunc(func() {
		close(quit) // in the loop it would be waited for in vain
		end()
	})
}

// onSignals calls f on a goroutine of its own when one of the signals comes, until stop
// is called, which waits for that.
func onSignals(f func(), signals ...os.Signal) (stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, signals...)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range c {
			f()
		}
	}()
	return sync.OnceFunc(func() {
		signal.Stop(c)
		close(c)
		<-ended
	})
}
