package hub

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// track is what is recorded of a task for who looks at it.
type track struct {
	since   time.Time // it waits
	callers []uintptr // of who started it
}

// maxCallers bounds what is recorded of the stack where a task is started. Only one of
// the calls is wanted, the first that is not the hub's.
const maxCallers = 8

// SetTracking sets whether the hub records where tasks are started and since when they
// wait, for [Hub.States] and [Hub.DumpTree], and returns whether it did. Tasks that exist
// stay as they are.
//
// Unset, it costs nothing. Set, a start takes longer by what it takes to walk the stack,
// and each wait by a look at the clock.
func (h *Hub) SetTracking(on bool) (old bool) {
	old, h.tracking = h.tracking, on
	return old
}

// newTrack is called by newTask, and that by Go or GoAfter.
func (h *Hub) newTrack() *track {
	var pcs [maxCallers]uintptr
	n := runtime.Callers(4, pcs[:])
	return &track{since: h.clock.Now(), callers: append([]uintptr(nil), pcs[:n]...)}
}

// track is what is recorded of t, or nil.
func (t *Task) track() *track {
	if t.own == nil {
		return nil
	}
	return t.own.track
}

// tracked records that t waits from now on.
func (t *Task) tracked() {
	if track := t.track(); track != nil {
		track.since = t.hub.clock.Now()
	}
}

// at is where the task was started, or empty if that is not on the stack: it was started by
// a call of the hub's that has waited.
func (t *track) at() string {
	frames := runtime.CallersFrames(t.callers)
	for {
		f, more := frames.Next()
		switch {
		case strings.HasPrefix(f.Function, "github.com/going-green/greenlet/runtime."):
			return "" // which resumed the hub
		case f.File != "" && (!strings.HasPrefix(f.Function, ours) || strings.HasSuffix(f.File, "_test.go")):
			return fmt.Sprintf("%s:%d", sourceFile(f.Function, f.File), f.Line)
		case !more:
			return ""
		}
	}
}
