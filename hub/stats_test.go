package hub

import (
	"encoding/json"
	"expvar"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable
func (l *log) counted() {
	l.Yield()
	l.say("%+v", l.Stats())
	Block(l.Hub, func() int { return 0 })
}

// Stats count what the hub does. A turn in which a task panics counts as two.
func TestStats(t *testing.T) {
	l := newLog()
	l.OnError(func(*Task, *PanicError) {})
	l.Go(l.newFailsFrame(0))
	l.Go(l.newSleeperFrame("a", 1, time.Second))
	l.Go(l.newCountedFrame())
	l.GoAfter(time.Minute, l.newSleeperFrame("b", 0, 0)).Interrupt(nil)
	l.GoAfter(time.Minute, l.newSleeperFrame("c", 0, 0))
	assert.Equal(t, Stats{Started: 5, Ended: 1, Alive: 4, Ready: 3, Timers: 1}, l.Stats())
	l.expect(t, "0s a 0",
		"0s {Started:5 Ended:2 Failed:1 Alive:3 Ready:0 Timers:2 Turns:3 Resumes:5 Posts:0 Blocked:0 LongestTurn:0s}",
		"1s a ends", "1m0s c ends")
	s := l.Stats()
	s.Turns = 0 // the simulated clock may go on before the goroutine of Block does
	assert.Equal(t, Stats{Started: 5, Ended: 5, Failed: 1, Resumes: 8, Posts: 1}, s)
}

//greenlet:resumable
func readsPublished(h *Hub, stats func() any, seen *[]int) {
	for range 3 {
		*seen = append(*seen, resumes(stats))
		h.Yield()
	}
}

// resumes is what another goroutine sees.
func resumes(stats func() any) int {
	seen := make(chan int)
	go func() { seen <- stats().(Stats).Resumes }()
	return <-seen
}

// Other goroutines see the figures of the last turn.
func TestPublish(t *testing.T) {
	h := New()
	var seen []int
	stats := h.Publish()
	h.Publish()
	h.Go(newReadsPublishedFrame(h, stats, &seen))
	require.NoError(t, h.Run(t.Context()))
	assert.Equal(t, []int{0, 1, 2}, seen)
	got := stats().(Stats)
	assert.Equal(t, Stats{Started: 1, Ended: 1, Turns: 4, Resumes: 4, LongestTurn: got.LongestTurn}, got)
	assert.Positive(t, got.LongestTurn)
	assert.True(t, json.Valid([]byte(expvar.Func(stats).String())))
}
