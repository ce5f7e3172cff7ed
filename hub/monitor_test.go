package hub

import (
	"context"
	"fmt"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A monitor reports once who blocks the loop, and once that it has ended.
func TestMonitorLook(t *testing.T) {
	h := New()
	var reports []Blocked
	m := h.newMonitor(100*time.Millisecond, func(b Blocked) { reports = append(reports, b) })
	start := time.Now()
	look := func(milliseconds time.Duration) { m.look(start.Add(milliseconds * time.Millisecond)) }
	inside, free := make(chan bool), make(chan bool)
	h.Go(newHoldsUpFrame(inside, free))
	h.Go(newHoldsUpFrame(inside, free))
	h.Post(func() { holdsUp(inside, free) })
	ended := make(chan error)
	look(0)
	look(1000) // it does not run
	go func() { ended <- h.Run(t.Context()) }()
	<-inside // what was posted
	look(1010)
	look(1110)
	free <- true
	<-inside // the first task
	look(1200)
	look(1299)
	free <- true
	<-inside // the second task, in the same turn
	look(1301)
	look(1401)
	look(1500)
	free <- true
	require.NoError(t, <-ended)
	look(2000)
	look(3000)

	var lines []string
	for _, b := range reports {
		assert.Contains(t, b.Func, "tree_test.go:")
		assert.Contains(t, b.Stack, "holdsUp")
		lines = append(lines, fmt.Sprintf("%s %v %v", b.Task, b.For, b.Ended))
	}
	second := "task 2 (github.com/going-green/greenlet/hub.holdsUp)"
	assert.Equal(t, []string{"the loop 100ms false", "the loop 190ms true", second + " 100ms false", second + " 699ms true"}, lines)
	assert.Contains(t, reports[2].String(), second+" has been blocking the others for 100ms in github.com/going-green/greenlet/hub.holdsUp")
	assert.Contains(t, reports[3].String(), second+" has blocked the others for 699ms in ")
}

//greenlet:resumable
func blocksUntil(free chan bool) { <-free }

// The monitor's goroutine notices by itself, and is over when it is stopped.
func TestMonitor(t *testing.T) {
	h := New()
	free := make(chan bool)
	var began, ended []Blocked
	done := h.Promise() // until the second report
	stop := h.Monitor(20*time.Millisecond, func(b Blocked) {
		switch {
		case !strings.Contains(b.Task, "blocksUntil"): // on a slow machine
		case b.Ended:
			ended = append(ended, b)
			done()
		default:
			began = append(began, b)
			close(free)
		}
	})
	h.Go(newBlocksUntilFrame(free))
	require.NoError(t, h.Run(t.Context()))
	stop()
	stop()
	require.Len(t, began, 1)
	require.Len(t, ended, 1)
	assert.GreaterOrEqual(t, ended[0].For, began[0].For)
	assert.GreaterOrEqual(t, began[0].For, 20*time.Millisecond)
	assert.Nil(t, h.observer)
	assert.Panics(t, func() { h.Monitor(0, nil) })
}

// What of a stack is the standard library's is passed over.
func TestInnermost(t *testing.T) {
	stack := "goroutine 7 [sleep]:\n" +
		"time.Sleep(0x3b9aca00)\n\t" + standard + "runtime/time.go:363 +0x165\n" +
		"main.(*T).busy(0xc000012345, {0x1, 0x2})\n\t/home/me/prog/main.go:12 +0x25\n" +
		"main.main()\n\t/home/me/prog/main.go:5 +0x25"
	assert.Equal(t, "main.(*T).busy (/home/me/prog/main.go:12)", innermost(stack))
	stack = strings.Replace(stack, "main.(*T).busy", "example.com/prog.(*T).busyResumable", 1)
	assert.Equal(t, "example.com/prog.(*T).busy (example.com/prog/main.go:12)", innermost(stack))
	stack = strings.Replace(stack, "(*T).busyResumable", "(*busyFrame).step", 1)
	assert.Equal(t, "example.com/prog.busy (example.com/prog/main.go:12)", innermost(stack))
	assert.Equal(t, "", innermost("goroutine 7 [sleep]:"))
	assert.Equal(t, "", goStack(0))
}

// labels are those of the goroutine, as profiles have them.
func labels(t *testing.T) string {
	var b strings.Builder
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&b, 1))
	for line := range strings.Lines(b.String()) {
		if label, ok := strings.CutPrefix(line, "# labels: "); ok {
			return strings.TrimSpace(label)
		}
	}
	return ""
}

//greenlet:resumable
func (l *log) labelled(t *testing.T) {
	l.Yield()
	l.say("%s", labels(t))
}

// Samples of a profile have the function of their task.
func TestLabels(t *testing.T) {
	l := newLog()
	assert.False(t, l.SetLabels(true))
	l.Go(l.newLabelledFrame(t))
	l.Go(l.newSleeperFrame("a", 0, 0))
	pprof.Do(t.Context(), pprof.Labels(), func(ctx context.Context) {
		require.NoError(t, l.Run(ctx))
	})
	assert.Equal(t, []string{"0s a ends", `0s {"task":"github.com/going-green/greenlet/hub.(*log).labelled"}`}, l.lines)
	assert.Empty(t, labels(t))
	assert.True(t, l.SetLabels(false))
	assert.Nil(t, l.observer)
}

// allLabels are those of all goroutines.
func allLabels(t *testing.T) (list []string) {
	var b strings.Builder
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&b, 1))
	for line := range strings.Lines(b.String()) {
		if label, ok := strings.CutPrefix(line, "# labels: "); ok {
			list = append(list, strings.TrimSpace(label))
		}
	}
	return list
}

//greenlet:resumable
func (l *log) labelledOnStack(t *testing.T) {
	greenlet.OnStack(func(greenlet.Section) { l.say("%v", allLabels(t)) })
}

//greenlet:resumable
func (l *log) labelledBehind(t *testing.T) {
	greenlet.OnStack(func(greenlet.Section) { l.say("%v", allLabels(t)) })
}

// So have those of code on a stack of its own, each of its own task.
func TestLabelsOnStack(t *testing.T) {
	l := newLog()
	l.SetLabels(true)
	l.Go(l.labelledOnStack, t)
	l.Go(l.labelledBehind, t)
	require.NoError(t, l.Run(t.Context()))
	l.SetLabels(false)
	const first, second = `{"task":"github.com/going-green/greenlet/hub.(*log).labelledOnStack"}`, `{"task":"github.com/going-green/greenlet/hub.(*log).labelledBehind"}`
	assert.Equal(t, []string{"0s [" + first + " " + first + "]", "0s [" + second + " " + second + "]"}, l.lines)
	assert.Equal(t, 256, greenlet.SetIdleSections(256))
}

func benchmarkYield(b *testing.B, look func(*Hub)) {
	h := New()
	look(h)
	drive(b, h, func() {
		h.Go(newYieldsFrame(h, b.N/2))
		h.Go(newYieldsFrame(h, b.N/2))
	})
}

// What it costs to look on.
func BenchmarkYieldMonitored(b *testing.B) {
	benchmarkYield(b, func(h *Hub) { b.Cleanup(h.Monitor(time.Second, func(Blocked) {})) })
}
func BenchmarkYieldPublished(b *testing.B) { benchmarkYield(b, func(h *Hub) { h.Publish() }) }
func BenchmarkYieldLabelled(b *testing.B)  { benchmarkYield(b, func(h *Hub) { h.SetLabels(true) }) }
func BenchmarkYieldTracked(b *testing.B)   { benchmarkYield(b, func(h *Hub) { h.SetTracking(true) }) }
