package task_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:generate go tool greenlet

type item struct {
	ID    string
	Price int
}

var (
	approve  = task.Signal[bool]("approve")
	errNo    = errors.New("not approved")
	epoch    = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	workdays = 48 * time.Hour
)

// ledger is what the world has seen: keys by what was done.
var ledger = map[string][]string{}

func charge(ctx context.Context, o item) (string, error) {
	ledger["charge "+o.ID] = append(ledger["charge "+o.ID], task.Key(ctx))
	if o.Price < 0 {
		return "", errors.New("no price")
	}
	return "receipt of " + o.ID, nil
}

func refund(ctx context.Context, receipt string) (bool, error) {
	ledger["refund "+receipt] = append(ledger["refund "+receipt], task.Key(ctx))
	return true, nil
}

//greenlet:resumable durable
func order(t *task.Task, o item) (tracking string, err error) {
	receipt, err := task.Do(t, charge, o, task.Retry(3), task.Backoff(time.Minute, time.Hour))
	if err != nil {
		return "", err
	}
	t.Sleep(workdays)
	ok, err := approve.Wait(t, 7*24*time.Hour)
	if err != nil || !ok {
		_, rerr := task.Do(t, refund, receipt)
		return "", errors.Join(errNo, err, rerr)
	}
	return task.Go(t, "ship-"+o.ID, ship, o).Join(t)
}

//greenlet:resumable durable
func ship(t *task.Task, o item) (string, error) {
	t.Sleep(time.Hour)
	return "tracking of " + o.ID, nil
}

// world is a hub with virtual time, and a runner on it.
type world struct {
	*hub.Hub
	t *testing.T
	r *task.Runner
	e engine.Engine
}

func newWorld(t *testing.T) *world {
	h := hub.NewSimulated(epoch)
	w := &world{Hub: h, t: t, e: memory.New(h)}
	w.r = w.runner(task.Options{})
	clear(ledger)
	return w
}

func (w *world) runner(o task.Options) *task.Runner {
	o.OnError = func(err error) { w.t.Log(err) }
	return task.NewWith(w.Hub, w.e, o)
}

// run runs the hub until a task of it, which runs the frame, has returned.
func run[F greenlet.Frame](w *world, f F) F {
	ctx, cancel := context.WithCancelCause(w.t.Context())
	late := w.AfterFunc(100*24*time.Hour, func() { cancel(errors.New("it has not come to an end in a hundred days")) })
	w.Go(f).Link(func(*hub.Task) { w.r.Close(); late.Stop() })
	require.NoError(w.t, w.Run(ctx))
	return f
}

// nine days of an order.
//
//greenlet:resumable
func (w *world) orders(id string, price int, signal any) (string, error) {
	ctx := context.Background()
	if err := w.r.Start(ctx, id, order, item{id, price}); err != nil {
		return "", err
	}
	if ok, is := signal.(bool); is {
		w.Sleep(8 * 24 * time.Hour)
		if err := approve.Send(ctx, w.r, id, ok); err != nil {
			return "", err
		}
	}
	return task.Result[string](ctx, w.r, id)
}

func TestOrder(t *testing.T) {
	for _, c := range []struct {
		name   string
		price  int
		signal any
		want   string
		err    string
		days   int
	}{
		{"shipped", 5, true, "tracking of shipped", "", 8},
		{"declined", 5, false, "", "task declined: not approved", 8},
		{"late", 5, nil, "", "task late: not approved\ndurable: the time for it has run out", 9},
		{"failed", -5, nil, "", "task failed: no price", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			got, err := run(w, w.newOrdersFrame(c.name, c.price, c.signal)).Results()
			assert.Equal(t, c.want, got)
			if c.err == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, c.err)
			}
			assert.Equal(t, c.days, int(w.Now().Sub(epoch).Hours()/24))
			key := c.name + "/1"
			want := []string{key}
			if c.price < 0 {
				want = []string{key, key, key}
			}
			assert.Equal(t, want, ledger["charge "+c.name], "each call of one Do has the same key")
			assert.Zero(t, w.r.Counts().Loaded)
		})
	}
}
