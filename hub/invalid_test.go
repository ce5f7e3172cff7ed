package hub

import (
	"fmt"
	"testing"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// waitsIn waits in one of the hub's ways, in a greenlet below the task.
//
//greenlet:resumable
func (l *log) waitsIn(way string) {
	defer func() {
		if v := recover(); v != nil {
			l.say("%v", v)
		}
	}()
	switch way {
	case "sleep":
		l.Sleep(time.Hour)
	case "yield":
		l.Yield()
	case "event":
		l.NewEvent().Wait()
	case "event for":
		l.NewEvent().WaitFor(time.Hour)
	case "queue":
		NewQueue[int](l.Hub, 0).Get()
	case "semaphore":
		l.NewSemaphore(0).Acquire()
	}
	l.say("woken early")
}

// below waits in a greenlet, of which the other task knows.
//
//greenlet:resumable
func (l *log) below(way string, g **greenlet.Greenlet) {
	*g = greenlet.New(l.newWaitsInFrame(way))
	(*g).Switch()
}

//greenlet:resumable
func (l *log) meddles(g **greenlet.Greenlet) { (*g).Switch() }

// A greenlet that waits for the hub and is switched to by another task is told so where it
// waits; gevent raises InvalidSwitchError.
func TestInvalidSwitch(t *testing.T) {
	for way, what := range map[string]string{
		"sleep": "time", "event": "an event", "event for": "an event", "queue": "a value in a queue", "semaphore": "a semaphore", "yield": "its turn",
	} {
		l := newLog()
		var g *greenlet.Greenlet
		l.Go(l.newBelowFrame(way, &g))
		l.Go(l.newMeddlesFrame(&g))
		l.OnError(func(*Task, *PanicError) {})
		_ = l.Run(t.Context())
		require.NotEmpty(t, l.lines, way)
		assert.Equal(t, fmt.Sprintf("0s hub: a greenlet that waits for %s was switched to by task 2 (%s): only the hub ends its wait", what, "github.com/going-green/greenlet/hub.(*log).meddles"), l.lines[0], way)
	}
}
