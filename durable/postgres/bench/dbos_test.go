package bench

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"

	"github.com/stretchr/testify/require"
)

// withDBOS does the work with DBOS's library.
type withDBOS struct {
	ctx   dbos.Context
	slept atomic.Int64
	told  chan time.Time
}

func openDBOS(t *testing.T, url, schema string) way {
	ctx, err := dbos.NewContext(t.Context(), dbos.Config{
		AppName: "bench", DatabaseURL: url + pool, DatabaseSchema: schema, Logger: slog.New(slog.DiscardHandler), ApplicationVersion: "1",
	})
	require.NoError(t, err)
	d := &withDBOS{ctx: ctx, told: make(chan time.Time, 1)}
	dbos.RegisterWorkflow(ctx, d.sums, dbos.WithWorkflowName("sums"))
	dbos.RegisterWorkflow(ctx, d.tells, dbos.WithWorkflowName("tells"))
	dbos.RegisterWorkflow(ctx, d.lies, dbos.WithWorkflowName("lies"))
	require.NoError(t, dbos.Launch(ctx))
	return d
}

func (d *withDBOS) sums(ctx dbos.Context, n int) (int, error) {
	sum := 0
	for range n {
		x, err := dbos.RunAsStep(ctx, func(context.Context) (int, error) { return 1, nil })
		if err != nil {
			return 0, err
		}
		sum += x
	}
	return sum, nil
}

func (d *withDBOS) tells(ctx dbos.Context, _ int) (int, error) {
	return dbos.RunAsStep(ctx, func(context.Context) (int, error) {
		d.told <- time.Now()
		return 1, nil
	})
}

func (d *withDBOS) lies(ctx dbos.Context, _ int) (int, error) {
	d.slept.Add(1)
	_, err := dbos.Sleep(ctx, 1000*time.Hour)
	return 1, err
}

func (d *withDBOS) close() { _ = dbos.Shutdown(d.ctx, 10*time.Second) }

func (d *withDBOS) steps(t *testing.T, tasks, steps int) (sum int, took time.Duration) {
	defer d.close()
	at := time.Now()
	// Each is started by a goroutine of its own, as requests of users are: the library writes the start before it returns.
	type ended struct {
		sum int
		err error
	}
	all := make(chan ended)
	for i := range tasks {
		go func() {
			h, err := dbos.RunWorkflow(d.ctx, d.sums, steps, dbos.WithWorkflowID(fmt.Sprint("t", i)))
			if err != nil {
				all <- ended{0, err}
				return
			}
			n, err := h.GetResult()
			all <- ended{n, err}
		}()
	}
	for range tasks {
		e := <-all
		require.NoError(t, e.err)
		sum += e.sum
	}
	return sum, time.Since(at)
}

func (d *withDBOS) starts(t *testing.T, n int) (took []time.Duration) {
	defer d.close()
	for i := range n {
		at := time.Now()
		h, err := dbos.RunWorkflow(d.ctx, d.tells, i, dbos.WithWorkflowID(fmt.Sprint("t", i)))
		require.NoError(t, err)
		_, err = h.GetResult()
		require.NoError(t, err)
		took = append(took, (<-d.told).Sub(at))
	}
	return took
}

func (d *withDBOS) sleeps(t *testing.T, n int, f func()) {
	defer d.close()
	for i := range n {
		_, err := dbos.RunWorkflow(d.ctx, d.lies, i, dbos.WithWorkflowID(fmt.Sprintf("s%07d", i)))
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return d.slept.Load() == int64(n) }, time.Minute, 10*time.Millisecond)
	f()
}
