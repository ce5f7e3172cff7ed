package main

import (
	"context"
	"runtime"
	"strings"
	"time"

	"github.com/going-green/greenlet/bench/measure"
	"github.com/going-green/greenlet/bench/report"
	"github.com/going-green/greenlet/hub"
)

const (
	batch    = 1000 // tasks, or items of a map, at a time
	poolSize = 100
)

// work is some work, and the ways to do it in Go. Others are compared to the first.
type work struct {
	name, what, unit string
	least            int // of it, at a time
	ways             []way
}

// way is one of them: run does n units, and returns what it has computed.
type way struct {
	peer, way string
	run       func(n int) int
}

const (
	tasks      = "hub"
	goroutine  = "goroutine"  // one only
	goroutines = "goroutines" // to which the number of processors matters
)

var works = []work{
	{"Spawn", "a task started and joined, one at a time", "task", 0, []way{
		{tasks, "", inHub(func(h *hub.Hub, n int) returning { return newSpawnsFrame(h, n) })},
		{goroutines, "WaitGroup", goSpawns},
	}},
	{"SpawnMany", "a task of 1,000 that are started, then joined", "task", batch, []way{
		{tasks, "JoinAll", inHub(func(h *hub.Hub, n int) returning { return newSpawnsManyFrame(h, n) })},
		{tasks, "Group", inHub(func(h *hub.Hub, n int) returning { return newSpawnsGroupFrame(h, n) })},
		{goroutines, "WaitGroup", goSpawnsMany},
	}},
	{"Yield2", "Sleep(0) or Gosched, by turns of 2", "yield", 0, []way{
		{tasks, "", hubYields(2)},
		{goroutines, "Gosched", goYields(2)},
	}},
	{"Yield1000", "Sleep(0) or Gosched, by turns of 1,000", "yield", 100 * batch, []way{
		{tasks, "", hubYields(1000)},
		{goroutines, "Gosched", goYields(1000)},
	}},
	{"Event", "an event set, waited for and cleared, and another for the way back", "round trip", 0, []way{
		{tasks, "", hubSignals},
		{goroutines, "channel", goSignals(newChannelEvent)},
		{goroutines, "sync.Cond", goSignals(newCondEvent)},
	}},
	{"Queue", "a value put by one and got by another, with room for 100", "value", 0, []way{
		{tasks, "", hubHands(100)},
		{goroutines, "channel", goHands(100)},
	}},
	{"Rendezvous", "a value put by one and got by another, with room for nothing", "value", 0, []way{
		{tasks, "", hubHands(0)},
		{goroutines, "channel", goHands(0)},
	}},
	{"Semaphore", "acquired and released where nobody else wants it", "time", 0, []way{
		{tasks, "", inHub(func(h *hub.Hub, n int) returning { return newAcquiresFrame(h.NewSemaphore(1), n) })},
		{goroutine, "channel", goAcquires},
	}},
	{"Timeout", "a timeout of an hour started and stopped", "timeout", 0, []way{
		{tasks, "WithTimeout", inHub(func(h *hub.Hub, n int) returning { return newTimeoutsFrame(h, n) })},
		{goroutine, "context.WithTimeout", goContexts},
		{goroutine, "time.AfterFunc", goTimers},
	}},
	{"PoolMap", "an item of 1,000 mapped, up to 100 at a time, by a function that yields once", "item", batch, []way{
		{tasks, "", inHub(func(h *hub.Hub, n int) returning { return newMapsFrame(h, n) })},
		{goroutines, "one for each item", goMaps},
		{goroutines, "100 workers", goWorkers},
	}},
}

// returning is the frame of a task that computes something.
type returning = hub.Returning[int]

// runs runs a hub until its tasks have ended.
func runs(h *hub.Hub) {
	if err := h.Run(context.Background()); err != nil {
		panic(err)
	}
}

// inHub is work of a hub with one task at the beginning.
func inHub(first func(h *hub.Hub, n int) returning) func(n int) int {
	return func(n int) int {
		h := hub.New()
		frame := first(h, n)
		h.Go(frame)
		runs(h)
		return frame.Results()
	}
}

func hubYields(of int) func(n int) int {
	return func(n int) int {
		h, done := hub.New(), make([]int, of)
		for i := range of {
			h.Go(newYieldsFrame(h, share(n, of, i), &done[i]))
		}
		runs(h)
		return total(done)
	}
}

func hubSignals(n int) int {
	h, done := hub.New(), make([]int, 2)
	x, y := h.NewEvent(), h.NewEvent()
	x.Set()
	h.Go(newSignalsFrame(x, y, n, &done[0]))
	h.Go(newSignalsFrame(y, x, n, &done[1]))
	runs(h)
	return total(done)
}

func hubHands(room int) func(n int) int {
	return inHub(func(h *hub.Hub, n int) returning {
		q := hub.NewQueue[int](h, room)
		h.Go(newPutsFrame(q, n))
		return newGetsFrame(q, n)
	})
}

// share is what the i-th of so many does of n.
func share(n, of, i int) int {
	if i < n%of {
		return n/of + 1
	}
	return n / of
}

// items are the next ones of n.
func items(n int) []int {
	list := make([]int, min(n, batch))
	for i := range list {
		list[i] = i & 7
	}
	return list
}

func total(list []int) (sum int) {
	for _, n := range list {
		sum += n
	}
	return sum
}

// timed is the group of w.
func (c *command) timed(w work) *measure.Timed {
	t := &measure.Timed{
		Group: &report.Group{Name: w.name, What: w.what, Unit: "ns/" + w.unit},
		Least: w.least, Rounds: c.rounds, Slice: c.slice, Progress: c.progress,
	}
	for _, way := range w.ways {
		row := &report.Row{Peer: way.peer, Way: way.way, Ours: way.peer == tasks}
		t.Add(row, way.turn(row, runtime.GOMAXPROCS(0)))
		if way.peer == goroutines && runtime.GOMAXPROCS(0) > 1 {
			row := &report.Row{Peer: way.peer, Way: way.way + ", one processor"}
			t.Add(row, way.turn(row, 1))
		}
	}
	t.Group.Base = t.Group.Rows[0].Label()
	t.Add(c.peerRow(), func(ctx context.Context, n int) (float64, int, error) {
		return c.gevent.Measure(ctx, strings.ToLower(w.name), n)
	})
	return t
}

// turn has a way do its work on so many processors. It collects what others have left first.
func (w way) turn(row *report.Row, processors int) measure.Do {
	return func(_ context.Context, n int) (each float64, sum int, err error) {
		if before := runtime.GOMAXPROCS(0); before != processors {
			runtime.GOMAXPROCS(processors)
			defer runtime.GOMAXPROCS(before)
		}
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		sum = w.run(n)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		allocs := float64(after.Mallocs-before.Mallocs) / float64(n)
		row.Allocs = &allocs
		return float64(took) / float64(n), sum, nil
	}
}

// peerRow is the row of gevent, which is absent if that is.
func (c *command) peerRow() *report.Row {
	row := &report.Row{Peer: c.gevent.Name}
	if err := c.gevent.Missing(); err != nil {
		row.Missing, row.Absent = err.Error(), true
	}
	return row
}
