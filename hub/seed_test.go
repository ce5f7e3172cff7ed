package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub/internal/goid"
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newSeededLog is a log of a hub with a seed.
func newSeededLog(seed uint64) *log { return &log{Hub: NewSeeded(time.Time{}, seed)} }

// fates has tasks do a bit of everything: they wait for each other, draw, block, time out,
// fail, kill and are killed.
//
//greenlet:resumable
func (l *log) fates(q *Queue[int], s *Semaphore) {
	for i := range 10 {
		l.Go(l.newFateFrame(q, s, i))
	}
	l.Sleep(3 * time.Millisecond)
	for _, t := range l.Tasks() {
		if t != l.running && l.Rand().IntN(3) == 0 {
			t.Kill()
		}
	}
	q.Close()
}

//greenlet:resumable
func (l *log) fate(q *Queue[int], s *Semaphore, i int) {
	if i%2 == 0 {
		l.Sleep(time.Duration(l.Rand().IntN(2)) * time.Millisecond)
		q.Put(i)
	}
	l.WithTimeout(2*time.Millisecond, func() {
		s.Acquire()
		defer s.Release()
		l.Tracef("%d is in", i)
		l.Sleep(time.Millisecond)
	})
	v, ok := q.GetFor(time.Duration(l.Rand().IntN(int(3 * time.Millisecond))))
	if i == 7 {
		panic("seven")
	}
	l.say("%d has got %d %v", i, v, ok)
	n := Block(l.Hub, func() int { return i })
	l.say("%d", n)
	ctx, cancel := context.WithCancelCause(context.Background())
	l.AfterFunc(time.Duration(l.Rand().Int64N(10)), func() { cancel(errors.New("enough")) })
	err := l.WithContext(ctx, func() { l.Sleep(5) })
	l.say("%d %v", i, err)
}

//greenlet:resumable
func (l *log) hearsTwo(ch chan int) {
	v, _ := Receive(l.Hub, ch)
	l.say("%d", v)
	Receive(l.Hub, ch)
}

//greenlet:resumable
func (l *log) within(ctx context.Context) {
	err := l.WithContext(ctx, func() { l.NewEvent().Wait() })
	l.say("%v", err)
}

//greenlet:resumable
func (l *log) cancelsOne(cancel context.CancelFunc) { cancel() }

// With a seed only tasks can cancel a context: if all wait that is a deadlock.
func TestSeedContext(t *testing.T) {
	l := newSeededLog(1)
	ctx, cancel := context.WithCancel(t.Context())
	l.Go(l.newWithinFrame(ctx))
	l.Go(l.newCancelsOneFrame(cancel))
	l.expect(t, "0s context canceled")

	l = newSeededLog(1)
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	l.Go(l.newWithinFrame(ctx))
	assert.ErrorAs(t, l.Run(t.Context()), new(*Deadlock))
}

// A channel must not keep a hub with a seed waiting.
func TestSeedReceive(t *testing.T) {
	l := newSeededLog(1)
	l.OnError(func(_ *Task, err *PanicError) { l.say("%v", err.Value) })
	ch := make(chan int, 1)
	ch <- 1
	l.Go(l.newHearsTwoFrame(ch))
	l.expect(t, "0s 1", "0s hub: a wait for a channel in a hub with a seed, in which nobody else takes part")
}

// traceOf is what fates do with a seed.
func traceOf(t *testing.T, seed uint64) string {
	l := newSeededLog(seed)
	var trace bytes.Buffer
	l.SetTrace(&trace)
	l.OnError(func(*Task, *PanicError) {})
	l.Go(l.newFatesFrame(NewQueue[int](l.Hub, 1), l.NewSemaphore(2)))
	require.NoError(t, l.Run(t.Context()))
	assert.Empty(t, l.Tasks())
	trace.WriteString(strings.Join(l.lines, "\n"))
	return trace.String()
}

// A seed has the same trace each time, on any number of processors; seeds differ.
func TestSeed(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var traces []string
	for seed := range uint64(20) {
		runtime.GOMAXPROCS(1)
		trace := traceOf(t, seed)
		runtime.GOMAXPROCS(4)
		assert.Equal(t, trace, traceOf(t, seed), "seed %d", seed)
		traces = append(traces, trace)
	}
	slices.Sort(traces)
	assert.Len(t, slices.Compact(traces), 20)
	all := strings.Join(traces, "")
	for _, what := range []string{"starts", "waits for", "wakes", "ends", "is killed", "is interrupted: ", "panics: seven", "is in", "hub: enough"} {
		assert.Contains(t, all, what)
	}
}

// traceFile is where another process of this test leaves its trace.
const traceFile = "GREENLET_TEST_TRACE"

// Another process has the same trace.
func TestSeedProcess(t *testing.T) {
	const seed = 42
	if file := os.Getenv(traceFile); file != "" {
		require.NoError(t, os.WriteFile(file, []byte(traceOf(t, seed)), 0o666))
		return
	}
	want := traceOf(t, seed)
	for _, procs := range []int{1, 8} {
		file := filepath.Join(t.TempDir(), "trace")
		cmd := exec.Command(os.Args[0], "-test.run=^TestSeedProcess$")
		cmd.Env = append(os.Environ(), traceFile+"="+file, "GOMAXPROCS="+strconv.Itoa(procs), "GOGC=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
}

//greenlet:resumable
func (l *log) twice(name string) {
	l.say("%s", name)
	l.Yield()
	l.say("%s", strings.ToUpper(name))
}

// All orders of ready tasks come up, in each turn. Who yields lets all run first.
func TestSeedOrders(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(400) {
		l := newSeededLog(seed)
		for _, name := range []string{"a", "b", "c"} {
			l.Go(l.newTwiceFrame(name))
		}
		require.NoError(t, l.Run(t.Context()))
		order := strings.ReplaceAll(strings.Join(l.lines, ""), "0s ", "")
		assert.Equal(t, strings.ToLower(order[:3]), order[:3])
		seen[order]++
	}
	assert.Len(t, seen, 6*6)
}

// All orders of timers come up that are due at the same time, and none of others.
func TestSeedTimers(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(100) {
		h := NewSeeded(time.Time{}, seed)
		var order string
		h.AfterFunc(2, func() { order += "d" })
		for _, name := range []string{"a", "b", "c"} {
			h.AfterFunc(1, func() { order += name })
		}
		require.NoError(t, h.Run(t.Context()))
		assert.True(t, strings.HasSuffix(order, "d"))
		seen[order] = true
	}
	assert.Len(t, seen, 6)
}

// A trace has a line for each thing that happens.
func TestTrace(t *testing.T) {
	l := newLog()
	var trace strings.Builder
	l.SetTrace(&trace)
	assert.True(t, l.Tracing())
	l.OnError(func(*Task, *PanicError) {})
	l.Go(l.newKillsOneFrame(l.Go(l.newSleeperFrame("", 1, time.Second))))
	l.GoAfter(time.Second, l.newFailsFrame(0))
	l.AfterFunc(time.Second, func() { l.Tracef("%d lines", strings.Count(trace.String(), "\n")) })
	require.NoError(t, l.Run(t.Context()))
	l.SetTrace(nil)
	assert.False(t, l.Tracing())
	assert.Nil(t, l.observer)
	l.Tracef("not here")
	got := strings.ReplaceAll(trace.String(), "github.com/going-green/greenlet/hub.(*log).", "")
	assert.Equal(t, `0s task 1 (sleeper) starts
0s task 1 (sleeper) waits for time
0s task 2 (killsOne) starts
0s task 2 (killsOne) waits for time
1ns task 2 (killsOne) wakes
1ns task 2 (killsOne) waits for the end of a task
1ns task 1 (sleeper) is interrupted: greenlet: exit
1ns task 1 (sleeper) is killed
1ns task 2 (killsOne) wakes
1ns task 2 (killsOne) ends
1s 10 lines
1s task 3 (fails) starts
1s task 3 (fails) waits for its turn
1s task 3 (fails) wakes
1s task 3 (fails) panics: unsupported operation
`, got)
}

//greenlet:resumable
func (l *log) blocks(name string) {
	id := goid.Current()
	same := Block(l.Hub, func() bool { return goid.Current() == id })
	l.say("%s %v", name, same)
}

// With a seed what blocks is called by the loop, and takes a time that is drawn.
func TestSeedBlock(t *testing.T) {
	firsts := map[byte]bool{}
	for seed := range uint64(20) {
		l := newSeededLog(seed)
		l.Go(l.newBlocksFrame("a"))
		l.Go(l.newBlocksFrame("b"))
		require.NoError(t, l.Run(t.Context()))
		require.Len(t, l.lines, 2)
		for _, line := range l.lines {
			assert.Contains(t, line, "true")
			assert.NotContains(t, line, "0s ")
		}
		firsts[strings.Split(l.lines[0], " ")[1][0]] = true
		assert.Zero(t, l.Stats().Blocked)
	}
	assert.Len(t, firsts, 2)
}

// postElsewhere has another goroutine post, and returns what that panics with.
func (l *log) postElsewhere() any {
	failed := make(chan any)
	go func() {
		defer func() { failed <- recover() }()
		l.Post(func() {})
	}()
	return <-failed
}

//greenlet:resumable
func (l *log) posts() {
	l.Post(func() { l.say("posted") })
	l.say("%v", l.postElsewhere())
	l.Sleep(time.Second)
}

// Another goroutine may not post to a hub with a seed. What is posted is not late.
func TestSeedPost(t *testing.T) {
	l := newSeededLog(1)
	l.Go(l.newPostsFrame())
	l.expect(t, "0s hub: Post by another goroutine to a hub with a seed: nothing would come out the same", "0s posted")
}

// A stack of its own is no other goroutine, though Go says so.
func TestSeedPostOnStack(t *testing.T) {
	l := newSeededLog(1)
	l.Go(greenlet.OnStack, func(greenlet.Section) {
		l.Post(func() { l.say("posted, here: %v", l.Here()) })
		l.Sleep(time.Second)
		there := make(chan bool)
		go func() { there <- l.Here() }()
		l.say("elsewhere: %v, seeded: %v", <-there, l.Seeded())
	})
	l.expect(t, "0s posted, here: true", "1s elsewhere: false, seeded: true")
	assert.False(t, NewSimulated(time.Time{}).Seeded())
}

func TestRand(t *testing.T) {
	draw := func(h *Hub) string { return fmt.Sprint(h.Rand().Uint64(), h.Rand().Uint64()) }
	assert.Equal(t, draw(NewSeeded(time.Time{}, 1)), draw(NewSeeded(time.Time{}, 1)))
	assert.NotEqual(t, draw(NewSeeded(time.Time{}, 1)), draw(NewSeeded(time.Time{}, 2)))
	assert.NotEqual(t, draw(New()), draw(New()))
}

func TestAfterFunc(t *testing.T) {
	l := newLog()
	var again *Timer
	stopped := l.AfterFunc(time.Second, func() { l.say("not here") })
	moved := l.AfterFunc(time.Second, func() { l.say("moved") })
	again = l.AfterFunc(0, func() {
		l.say("again")
		if l.Now().Before(time.Time{}.Add(2 * time.Second)) {
			again.Reset(time.Second)
		}
	})
	assert.True(t, stopped.Stop())
	assert.False(t, stopped.Stop())
	moved.Reset(5 * time.Second)
	l.expect(t, "0s again", "1s again", "2s again", "5s moved")
	assert.False(t, moved.Stop())
}

func TestOnStart(t *testing.T) {
	l := newLog()
	l.OnStart(func(task *Task) { l.say("%v by %v", task.number, l.Current()) })
	l.OnStart(func(task *Task) { l.say("%v", task.Done()) })
	l.Go(l.newSuicideFrame()).Interrupt(context.Canceled)
	l.expect(t, "0s 1 by <nil>", "0s false")
}

// backwards is chance that turns all orders round.
type backwards struct {
	l      *log
	blocks time.Duration
}

func (b backwards) Turn(ready []*Task) {
	b.l.say("turn of %d", len(ready))
	slices.Reverse(ready)
}

func (b backwards) Timers(n int, swap func(i, j int)) {
	b.l.say("%d timers", n)
	for i := range n / 2 {
		swap(i, n-1-i)
	}
}

func (b backwards) Block(time.Duration) time.Duration { return b.blocks }

// Who has a chance of his own decides on all that is left open, and gets it in the order in
// which it has come: of turns, of timers among others and whatever is stopped meanwhile.
func TestSetChance(t *testing.T) {
	l := newSeededLog(1)
	l.SetChance(backwards{l, time.Second})
	for _, name := range []string{"a", "b", "c"} {
		l.Go(l.newTwiceFrame(name))
	}
	l.expect(t, "0s turn of 3", "0s c", "0s b", "0s a", "0s turn of 3", "0s A", "0s B", "0s C")

	l = newSeededLog(1)
	l.SetChance(backwards{l, time.Second})
	var timers []*Timer
	for i := range 30 {
		timers = append(timers, l.AfterFunc(time.Duration(1+i%3), func() {
			l.say("%d", i)
			if i >= 28 {
				timers[i-15].Stop() // which is due at the same instant, and another that is not
				l.AfterFunc(0, func() { l.say("behind %d", i) })
			}
		}))
	}
	var want []string
	for at := range 3 {
		want = append(want, fmt.Sprintf("%v 10 timers", time.Duration(1+at)))
		for i := 27 + at; i >= 0; i -= 3 {
			if i != 13 && i != 14 {
				want = append(want, fmt.Sprintf("%v %d", time.Duration(1+at), i))
			}
		}
		if at > 0 {
			want = append(want, fmt.Sprintf("%v behind %d", time.Duration(1+at), 27+at))
		}
	}
	l.expect(t, want...)

	l = newSeededLog(1)
	l.SetChance(backwards{l, time.Second})
	l.Go(l.newBlocksFrame("a"))
	l.expect(t, "1s a true")
	assert.PanicsWithValue(t, "hub: SetChance of a hub without a seed, or to nil", func() { New().SetChance(backwards{}) })
}

// A program draws the same whatever the hub draws.
func TestRandApart(t *testing.T) {
	one, other := NewSeeded(time.Time{}, 1), NewSeeded(time.Time{}, 1)
	for range 3 {
		other.AfterFunc(1, func() {})
	}
	require.NoError(t, other.Run(t.Context()))
	assert.Equal(t, one.Rand().Uint64(), other.Rand().Uint64())
}

// Who takes events is told by the task that is concerned.
func TestOnTrace(t *testing.T) {
	l := newLog()
	var lines, at []string
	l.OnTrace(func(e TraceEvent) {
		lines = append(lines, e.String())
		for _, f := range e.Task.State().Stack {
			at = append(at, fmt.Sprint(e.What, " ", f.Func))
		}
	})
	l.Go(l.newSleeperFrame("", 1, time.Second))
	require.NoError(t, l.Run(t.Context()))
	assert.Len(t, lines, 4)
	assert.Equal(t, "1s task 1 (github.com/going-green/greenlet/hub.(*log).sleeper) ends", lines[3])
	assert.Equal(t, []string{
		"starts github.com/going-green/greenlet/hub.(*log).sleeper",
		"waits for time github.com/going-green/greenlet/hub.(*log).sleeper",
		"wakes github.com/going-green/greenlet/hub.(*log).sleeper",
	}, at)
}
