package cron_test

import (
	"context"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/cron"
	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:generate go tool greenlet

func init() { durable.Func("report", report) }

//greenlet:resumable durable
func report(t *task.Task, at time.Time) error {
	t.Sleep(time.Minute)
	return nil
}

//greenlet:resumable
func week(h *hub.Hub, r *task.Runner, s cron.Spec) (ids []string, err error) {
	defer r.Close()
	ctx := context.Background()
	if err := cron.Start(ctx, r, "reports", s, report); err != nil {
		return nil, err
	}
	h.Sleep(7 * 24 * time.Hour)
	for i, err := range r.Tasks(ctx, engine.Query{Prefix: "reports/"}) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, i.ID+" "+i.Status.String())
	}
	return ids, nil
}

func runs(t *testing.T, s cron.Spec) ([]string, error) {
	h := hub.NewSimulated(time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)) // a Friday
	f := newWeekFrame(h, task.New(h, memory.New(h)), s)
	h.Go(f)
	require.NoError(t, h.Run(t.Context()))
	return f.Results()
}

func TestSchedule(t *testing.T) {
	ids, err := runs(t, "30 6 * * 1-3")
	require.NoError(t, err)
	assert.Equal(t, []string{"reports/2027-01-04T06:30:00Z done", "reports/2027-01-05T06:30:00Z done", "reports/2027-01-06T06:30:00Z done"}, ids)
	_, err = runs(t, "30 25 * * *")
	assert.ErrorContains(t, err, `durable: the schedule "30 25 * * *"`)
}
