package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/postgres"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/durable/task/tasktest/speeds"
	"github.com/going-green/greenlet/hub"

	"github.com/stretchr/testify/require"
)

//go:generate go tool greenlet

// pool is what both ways have of connections.
const pool = "&pool_max_conns=20"

// withGreenlet does the work with durable tasks of package task.
type withGreenlet struct {
	h     *hub.Hub
	r     *task.Runner
	store *postgres.Store
}

func openGreenlet(t *testing.T, url, schema string) way {
	s, err := postgres.OpenWith(t.Context(), url+pool, postgres.Options{Schema: schema, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	h := hub.New()
	return &withGreenlet{h, task.New(h, s), s}
}

// run runs f as a task of the hub until all is done.
func (g *withGreenlet) run(t *testing.T) {
	require.NoError(t, g.h.Run(context.Background()))
	require.NoError(t, g.store.Close())
}

func (g *withGreenlet) steps(t *testing.T, tasks, steps int) (sum int, took time.Duration) {
	a := &all{r: g.r, at: time.Now(), left: tasks, steps: steps}
	for i := range tasks { // each is started by a task of the hub's, as DBOS's are by goroutines
		g.h.Go(a.startsOne, fmt.Sprint("t", i))
	}
	g.run(t)
	return a.sum, a.took
}

// all are tasks that run at a time.
type all struct {
	r          *task.Runner
	at         time.Time
	left       int
	steps, sum int
	took       time.Duration
}

//greenlet:resumable
func (a *all) startsOne(id string) {
	ctx := context.Background()
	if err := a.r.Start(ctx, id, speeds.Sums, a.steps); err != nil {
		panic(err)
	}
	got, err := a.r.Join(ctx, id)
	if err != nil {
		panic(err)
	}
	var n int
	if err := json.Unmarshal(got.Result, &n); err != nil {
		panic(err)
	}
	a.sum += n
	if a.left--; a.left == 0 {
		a.took = time.Since(a.at)
		a.r.Close()
	}
}

func (g *withGreenlet) starts(t *testing.T, n int) (took []time.Duration) {
	g.h.Go(startsEach, g.r, n, &took)
	g.run(t)
	return took
}

//greenlet:resumable
func startsEach(r *task.Runner, n int, took *[]time.Duration) { *took = speeds.Effects(r, n) }

func (g *withGreenlet) sleeps(t *testing.T, n int, f func()) {
	g.h.Go(sleepAll, g.h, g.r, n, f)
	g.run(t)
}

//greenlet:resumable
func sleepAll(h *hub.Hub, r *task.Runner, n int, f func()) {
	ctx := context.Background()
	for i := range n {
		if err := r.Start(ctx, fmt.Sprintf("s%07d", i), speeds.Sleeps, 1000*time.Hour); err != nil {
			panic(err)
		}
	}
	for r.Counts().Steps < uint64(n) {
		h.Sleep(10 * time.Millisecond)
	}
	f()
	r.Close()
}
