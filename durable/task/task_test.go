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

//greenlet:resumable durable
func greets(t *task.Task, name string) (string, error) {
	t.Sleep(time.Hour)
	return "hello " + name, nil
}

// again starts a task that is there, as one of another function, by a runner that has started nothing yet, and one of that.
//
//greenlet:resumable
func (w *world) again() (engine.Info, error) {
	if err := w.r.Start(ctx, "a", sleeps, time.Hour); err != nil {
		return engine.Info{}, err
	}
	w.r.Close()
	second := w.runner(task.Options{Owner: "second"})
	err := errors.Join(second.Start(ctx, "a", greets, "x"), second.Start(ctx, "b", greets, "y"))
	second.Close()
	w.r = w.runner(task.Options{Owner: "third"})
	if err != nil {
		return engine.Info{}, err
	}
	return w.r.Join(ctx, "b")
}

// Of a start that is dropped the store has no descriptions: later ones have to bring them.
func TestStartThatIsKnownTeachesNothing(t *testing.T) {
	w := newWorld(t)
	i, err := run(w, w.newAgainFrame()).Results()
	require.NoError(t, err)
	assert.Equal(t, engine.Done, i.Status, i.Reason)
	assert.Equal(t, `"hello y"`, string(i.Result))
}

// picky is a store that can't take an attribute.
type picky struct{ *memory.Engine }

//greenlet:resumable
func (p picky) Commit(ctx context.Context, changes []engine.Change) []error {
	errs := make([]error, len(changes))
	for i := range changes {
		if _, bad := changes[i].Attrs["poison"]; bad {
			errs[i] = engine.ErrRefused
		} else {
			errs[i] = p.Engine.Commit(ctx, changes[i:i+1])[0]
		}
	}
	return errs
}

//greenlet:resumable durable
func poisons(t *task.Task) {
	task.Do(t, note, "charge")
	t.SetAttr("poison", "x")
	t.Sleep(time.Hour)
}

//greenlet:resumable
func (w *world) refused() (engine.Info, engine.Info, error) {
	if err := w.r.Start(ctx, "bad", poisons); err != nil {
		return engine.Info{}, engine.Info{}, err
	}
	good := w.starts("good", sleeps, 24*time.Hour)
	bad, err := w.r.Get(ctx, "bad")
	return bad.Info, good, err
}

// What the store refuses it would refuse each time, and the call before it would be made each time.
func TestTaskThatStoreRefusesIsParked(t *testing.T) {
	w := newWorld(t)
	w.r.Close()
	w.e = picky{memory.New(w.Hub)}
	w.r = w.runner(task.Options{})
	bad, good, err := run(w, w.newRefusedFrame()).Results()
	require.NoError(t, err)
	assert.Equal(t, engine.Parked, bad.Status)
	assert.Contains(t, bad.Reason, "the store refuses what is in it")
	assert.Equal(t, []string{"charge"}, ledger["notes"])
	assert.Equal(t, engine.Done, good.Status)
}
