// Package speeds measures stores of durable tasks, all in the same way.
package speeds

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"

	"github.com/stretchr/testify/require"
)

//go:generate go tool greenlet

func nothing(context.Context, int) (int, error) { return 1, nil }

// Sums makes n steps, each with a call that gives 1, and is what they come to.
//
//greenlet:resumable durable
func Sums(t *task.Task, n int) (int, error) {
	sum := 0
	for i := range n {
		x, err := task.Do(t, nothing, i)
		if err != nil {
			return 0, err
		}
		sum += x
	}
	return sum, nil
}

//greenlet:resumable
func startsAll(r *task.Runner, n, each int) {
	ctx := context.Background()
	for i := range n {
		if err := r.Start(ctx, fmt.Sprint("t", i), Sums, each); err != nil {
			panic(err)
		}
	}
	for i := range n {
		if _, err := r.Join(ctx, fmt.Sprint("t", i)); err != nil {
			panic(err)
		}
	}
	r.Close()
}

// Sync is what a write of a page and its sync take here.
func Sync(b *testing.B, dir string) time.Duration {
	f, err := os.Create(filepath.Join(dir, "sync"))
	require.NoError(b, err)
	defer f.Close()
	page := make([]byte, 4096)
	var list []time.Duration
	for i := range 100 {
		at := time.Now()
		_, err := f.WriteAt(page, int64(i%10)*4096)
		require.NoError(b, err)
		require.NoError(b, f.Sync())
		list = append(list, time.Since(at))
	}
	slices.Sort(list)
	return list[50]
}

// timed is a store whose commits are timed.
type timed struct {
	engine.Engine
	took *[]time.Duration
}

func (t timed) Commit(ctx context.Context, changes []engine.Change) []error {
	at := time.Now()
	defer func() { *t.took = append(*t.took, time.Since(at)) }()
	return t.Engine.Commit(ctx, changes)
}

func median(list []time.Duration) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return float64(list[len(list)/2])
}

// Steps has n tasks at a time make b.N steps, each with a call and a commit, and reports how many a second, how long it is from one commit of a task to its
// next, and how many commits of the store that is.
func Steps(b *testing.B, e engine.Engine, n int) {
	h := hub.New()
	last := map[string]time.Time{}
	var list []time.Duration
	var took []time.Duration
	r := task.NewWith(h, timed{e, &took}, task.Options{Observe: func(e task.Event) {
		if e.Kind == "commit" {
			now := time.Now()
			if at, ok := last[e.Task]; ok {
				list = append(list, now.Sub(at))
			}
			last[e.Task] = now
		}
	}})
	h.Go(startsAll, r, n, max(1, b.N/n))
	b.ResetTimer()
	require.NoError(b, h.Run(context.Background()))
	b.StopTimer()
	b.ReportMetric(float64(r.Counts().Steps)/b.Elapsed().Seconds(), "steps/s")
	b.ReportMetric(median(list)/1e6, "p50-ms")
	b.ReportMetric(median(list)/median(took), "p50-commits")
}

// Effects starts n tasks, one behind the other, and is how long it is from each start to the first effect. It closes the runner.
//
//greenlet:resumable
func Effects(r *task.Runner, n int) (list []time.Duration) {
	ctx := context.Background()
	for i := range n {
		at := time.Now()
		if err := r.Start(ctx, fmt.Sprint("t", i), tells, i); err != nil {
			panic(err)
		}
		if _, err := r.Join(ctx, fmt.Sprint("t", i)); err != nil {
			panic(err)
		}
		list = append(list, (<-effects).Sub(at))
	}
	r.Close()
	return list
}

//greenlet:resumable
func firstEffect(r *task.Runner, b *testing.B) {
	b.ReportMetric(median(Effects(r, b.N))/1e6, "p50-ms")
}

var effects = make(chan time.Time, 1)

func tellsTime(context.Context, int) (int, error) {
	effects <- time.Now()
	return 0, nil
}

//greenlet:resumable durable
func tells(t *task.Task, n int) (int, error) { return task.Do(t, tellsTime, n) }

// FirstEffect reports how long it is from a start to the first effect of the task, with nothing else to do.
func FirstEffect(b *testing.B, e engine.Engine) {
	h := hub.New()
	r := task.New(h, e)
	h.Go(firstEffect, r, b)
	require.NoError(b, h.Run(context.Background()))
}

// Sleeps sleeps.
//
//greenlet:resumable durable
func Sleeps(t *task.Task, d time.Duration) error {
	t.Sleep(d)
	return nil
}

// Sleeping reports what each of b.N tasks that sleep takes of the store, whose size the function tells, and of memory, and how late one is that is due
// beside them.
func Sleeping(b *testing.B, e engine.Engine, size func() int64) {
	h := hub.New()
	r := task.NewWith(h, e, task.Options{Loaded: 4000})
	h.Go(manySleep, h, r, b.N)
	require.NoError(b, h.Run(context.Background()))
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(size())/float64(b.N), "store-B/task")
	b.ReportMetric(float64(m.HeapAlloc)/float64(b.N), "heap-B/task")

	h = hub.New()
	r = task.New(h, e)
	due := &dueTask{r: r}
	h.Go(due.runs)
	require.NoError(b, h.Run(context.Background()))
	b.ReportMetric(float64(due.late)/1e6, "late-ms")
}

type dueTask struct {
	r    *task.Runner
	late time.Duration
}

//greenlet:resumable
func (d *dueTask) runs() {
	at := time.Now().Add(50 * time.Millisecond)
	ctx := context.Background()
	if err := d.r.StartWith(ctx, "due", []task.StartOption{task.At(at)}, tells, 1); err != nil {
		panic(err)
	}
	if _, err := d.r.Join(ctx, "due"); err != nil {
		panic(err)
	}
	d.late = (<-effects).Sub(at)
	d.r.Close()
}

//greenlet:resumable
func manySleep(h *hub.Hub, r *task.Runner, n int) {
	ctx := context.Background()
	for i := 0; i < n; {
		starts := r.Batch()
		for ; i < n && starts.Len() < 4000; i++ {
			if err := starts.Start(fmt.Sprintf("s%07d", i), nil, Sleeps, 1000*time.Hour); err != nil {
				panic(err)
			}
		}
		if err := starts.Commit(ctx); err != nil {
			panic(err)
		}
	}
	for r.Counts().Steps < uint64(n) {
		h.Sleep(10 * time.Millisecond)
	}
	r.Close()
}
