package task_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/file"
	"github.com/going-green/greenlet/hub/sim"

	"github.com/stretchr/testify/assert"
)

var seeds = flag.Int("seeds", 0, "of simulations of workers that crash; 0 is a slice")

// worlds are what simulations have; tasks have theirs as a resource.
var (
	worlds     sync.Map
	worldCount atomic.Uint64
)

func init() {
	durable.Resource(func(w *breaking) string { return w.key }, func(key string) (*breaking, error) {
		w, ok := worlds.Load(key)
		if !ok {
			return nil, errors.New("that world is over")
		}
		return w.(*breaking), nil
	})
}

// breaking is a world of workers whose disks, processes and clocks break.
type breaking struct {
	*sim.Network
	key    string
	bug    string // planted
	fails  error
	ledger map[string]int // what was done under which key: what was drawn for it
	sums   map[string]int // that tasks have ended with
	began  map[string]bool
	acked  map[string]bool // starts and signals
	shared *remote         // of the workers that have one store; it does not break
}

const journeys = 4

var goOn = task.Signal[int]("go on")

type leg struct {
	W *breaking
	X int
}

// pays is an effect, which takes a while. A key that comes again must come for the same.
//
//greenlet:resumable
func pays(ctx context.Context, l leg) (int, error) {
	key := task.Key(ctx)
	if x, known := l.W.ledger[key]; known && x != l.X {
		l.W.fail(fmt.Errorf("under the key %s was done %d, and then %d", key, x, l.X))
	}
	l.W.ledger[key] = l.X
	l.W.Hub().Sleep(time.Duration(l.X % int(200*time.Millisecond)))
	return l.X, nil
}

func (w *breaking) fail(err error) { w.fails = errors.Join(w.fails, err) }

// draws is another number each time: a task that is resumed from before goes another way.
func (w *breaking) draws() int { return w.Hub().Rand().IntN(1 << 40) }

//greenlet:resumable durable
func journey(t *task.Task, w *breaking, id string) (int, error) {
	sum := 0
	for i := range 3 {
		x, err := task.Do(t, pays, leg{w, w.draws()}, task.Retry(3))
		if err != nil {
			return 0, err
		}
		sum += x
		t.Sleep(time.Duration(100*i) * time.Millisecond)
	}
	n, err := goOn.Wait(t, 0)
	if err != nil || n != 7 {
		return 0, fmt.Errorf("the signal was %d: %w", n, err)
	}
	y, err := task.Go(t, id+"/child", leaf, leg{w, w.draws()}).Join(t)
	return sum + y, err
}

//greenlet:resumable durable
func leaf(t *task.Task, l leg) (int, error) { return task.Do(t, pays, l) }

func newBroken(n *sim.Network, bug string) *breaking {
	w := &breaking{
		Network: n, bug: bug, key: fmt.Sprintf("%016x", worldCount.Add(1)),
		ledger: map[string]int{}, sums: map[string]int{}, acked: map[string]bool{}, began: map[string]bool{},
	}
	worlds.Store(w.key, w)
	return w
}

// check is what must hold when all is over.
func (w *breaking) check() error {
	worlds.Delete(w.key)
	if w.fails != nil {
		return w.fails
	}
	for i := range journeys {
		id := fmt.Sprint("j", i)
		want, n := 0, 0
		for key, x := range w.ledger { // which numbers they have depends on whether a sleep was over at once
			if strings.HasPrefix(key, id+"/") {
				want += x
				n++
			}
		}
		if n != 4 {
			return fmt.Errorf("task %s has ended, and %d of its effects were done: %v", id, n, w.ledger)
		}
		if got, ended := w.sums[id]; !ended || got != want {
			return fmt.Errorf("task %s has ended with %d; %d was done", id, got, want)
		}
	}
	return nil
}

// uses starts tasks, and waits for them: whatever was acknowledged must be there.
//
//greenlet:resumable
func (w *breaking) uses(r *task.Runner) error {
	for i := range journeys {
		id := fmt.Sprint("j", i)
		if w.acked[id] {
			if _, err := r.Get(ctx, id); errors.Is(err, engine.ErrNoTask) {
				w.fail(fmt.Errorf("task %s was acknowledged, and is lost", id))
			}
		}
		if err := r.Start(ctx, id, journey, w, id); err != nil {
			return err
		}
		w.acked[id] = true
	}
	for i := range journeys {
		id := fmt.Sprint("j", i)
		err := goOn.SendOnce(ctx, r, id, "go", 7)
		if w.acked["signal "+id] && err == nil {
			w.fail(fmt.Errorf("a signal to %s was acknowledged, and is not known", id))
		}
		if err != nil && !errors.Is(err, engine.ErrKnown) && !errors.Is(err, engine.ErrEnded) {
			return err
		}
		w.acked["signal "+id] = true
	}
	for i := range journeys {
		id := fmt.Sprint("j", i)
		sum, err := task.Result[int](ctx, r, id)
		var ended *task.EndedError
		if errors.As(err, &ended) {
			w.fail(err)
		} else if err != nil {
			return err
		}
		if old, known := w.sums[id]; known && old != sum {
			w.fail(fmt.Errorf("task %s has ended with %d, and then with %d", id, old, sum))
		}
		w.sums[id] = sum
	}
	return nil
}

// ends ends the program of a host that can't go on, and starts it again.
func (w *breaking) ends(h *sim.Host, err error) {
	w.Hub().Tracef("%s ends: %v", h.Name(), err)
	h.Crash()
	w.Hub().AfterFunc(100*time.Millisecond, func() {
		if !w.over() {
			h.Restart()
		}
	})
}

func (w *breaking) over() bool { return len(w.sums) == journeys && w.Calm().IsSet() || w.fails != nil }

// alone is a worker with a store on its disk.
//
//greenlet:resumable
func (w *breaking) alone(h *sim.Host) {
	var disk file.System = h.Disk()
	if w.bug == "no sync" {
		disk = lazy{disk}
	}
	e, err := memory.Open(w.Hub(), disk)
	if err != nil {
		w.ends(h, err)
		return
	}
	var store engine.Engine = e
	if w.bug == "effect before commit" {
		store = hasty{e, w, h}
	}
	if w.bug == "known messages" {
		store = forgetful{e, w}
	}
	failed := false
	r := w.worker(h, store, func(err error) {
		if !failed { // the disk has failed: what is on it shows when it is opened again
			failed = true
			w.Hub().AfterFunc(0, func() { w.ends(h, err) })
		}
	})
	if err := w.uses(r); err != nil {
		if !failed {
			failed = true
			w.ends(h, err)
		}
		return
	}
	w.Calm().Wait()
	w.Shutdown()
}

func (w *breaking) worker(h *sim.Host, e engine.Engine, failed func(error)) *task.Runner {
	return task.NewWith(w.Hub(), e, task.Options{
		Owner: fmt.Sprint(h.Name(), w.draws()), Build: "b", Loaded: 3, Lease: 2 * time.Second, Go: h.Go, OnError: failed,
	})
}

// onDisk is a simulation of a worker with a store on its disk.
func onDisk(bug string) sim.Simulation {
	return sim.Simulation{
		Plan: &sim.Plan{
			For: 2 * time.Second, Recovery: time.Minute,
			Kinds: []sim.Kind{sim.Crash, sim.PowerLoss, sim.Pause, sim.Slow, sim.FailSync, sim.FailWrite, sim.FailRead, sim.Full},
		},
		Start: func(n *sim.Network) func() error {
			w := newBroken(n, bug)
			h := n.Host("worker")
			h.Boot(func() { h.Go(w.newAloneFrame(h)) })
			n.Hub().Go(w.newCalmsFrame()) // so that there are tasks, while the worker is down
			return w.check
		},
	}
}

//greenlet:resumable
func (w *breaking) calms() { w.Calm().Wait() }

func count(n int) int {
	if *seeds > 0 {
		return *seeds
	}
	return n
}

// A store whose disk loses what was not synced, tears it, and fails, with a program that crashes.
func TestTasksSurviveCrashesAndPowerLoss(t *testing.T) { onDisk("").Test(t, count(150)) }

// A store without a sync, one that acknowledges before it commits, and one that knows no message again are found out.
func TestPlantedBugsOfStoresAreFound(t *testing.T) {
	for bug, want := range map[string]string{
		"no sync":              "lost|then|not known|were done",
		"effect before commit": "and then|of its effects were done|is lost",
		"known messages":       "not known",
	} {
		t.Run(bug, func(t *testing.T) {
			assert.Regexp(t, want, find(onDisk(bug)))
		})
	}
}

// find is the error of the first seed that fails.
func find(s sim.Simulation) error {
	for seed := range uint64(500) {
		if err := s.Run(seed+1, nil); err != nil {
			return err
		}
	}
	return nil
}

// lazy is a disk that is never synced.
type lazy struct{ file.System }

//greenlet:resumable
func (l lazy) OpenFile(name string, flag int) (file.File, error) {
	f, err := l.System.OpenFile(name, flag)
	if err != nil {
		return nil, err
	}
	return lazyFile{f}, nil
}

type lazyFile struct{ file.File }

func (lazyFile) Sync() error { return nil }

// hasty acknowledges commits, and makes them after that.
type hasty struct {
	*memory.Engine
	w    *breaking
	host *sim.Host
}

//greenlet:resumable
func (h hasty) Commit(ctx context.Context, changes []engine.Change) []error {
	h.host.Go(h.newLaterFrame(changes))
	return make([]error, len(changes))
}

//greenlet:resumable
func (h hasty) later(changes []engine.Change) {
	h.w.Hub().Sleep(20 * time.Millisecond)
	h.Engine.Commit(context.Background(), changes)
}

// forgetful does not know messages again.
type forgetful struct {
	*memory.Engine
	w *breaking
}

//greenlet:resumable
func (f forgetful) Send(ctx context.Context, messages ...engine.Message) []error {
	for i := range messages {
		if messages[i].Start == nil {
			messages[i].ID = fmt.Sprint(f.w.draws())
		}
	}
	return f.Engine.Send(ctx, messages...)
}

// Several workers, one store.

// shares is one of several workers.
//
//greenlet:resumable
func (w *breaking) shares(h *sim.Host, client bool) {
	var store engine.Engine = w.shared
	if w.bug == "no fence" {
		store = unfenced{w.shared}
	}
	r := w.worker(h, store, func(err error) { w.fail(err) })
	if !client {
		w.Calm().Wait()
		return
	}
	if err := w.uses(r); err != nil {
		w.fail(err)
	}
	w.Calm().Wait()
	w.shared.asked.Close()
	w.Shutdown()
}

// unfenced takes what any owner commits.
type unfenced struct{ *remote }

//greenlet:resumable
func (u unfenced) Commit(ctx context.Context, changes []engine.Change) []error {
	for i := range changes {
		if t, err := u.remote.Get(ctx, changes[i].ID); err == nil {
			changes[i].Epoch, changes[i].Seq = t.Epoch, t.Seq
		}
	}
	return u.remote.Commit(ctx, changes)
}

// shared is a simulation of three workers with one store: they stand still for longer than their lease, and crash.
func shared(bug string) sim.Simulation {
	return sim.Simulation{
		Plan: &sim.Plan{For: 10 * time.Second, Recovery: time.Minute, Skew: 3 * time.Second, Kinds: []sim.Kind{sim.Crash, sim.PowerLoss, sim.Pause, sim.Slow, sim.Skew}},
		Start: func(n *sim.Network) func() error {
			w := newBroken(n, bug)
			w.shared = newRemote(n.Hub())
			n.Hub().Go(w.shared.newServesFrame())
			for i := range 3 {
				h := n.Host(fmt.Sprint("worker", i))
				h.Boot(func() { h.Go(w.newSharesFrame(h, i == 0)) })
			}
			return w.check
		},
	}
}

func TestTasksSurviveWorkersThatStandStill(t *testing.T) { shared("").Test(t, count(150)) }

func TestStoreWithoutFenceIsFound(t *testing.T) {
	assert.Regexp(t, "and then|has ended with|of its effects were done", find(shared("no fence")))
}

// remote is a store on a machine of its own, with a clock of its own. What it was asked for it does, also if who has asked
// is no more.
type remote struct {
	hub   *hub.Hub
	e     *memory.Engine
	asked *hub.Queue[func()]
}

var _ engine.OnHub = (*remote)(nil)

func newRemote(h *hub.Hub) *remote { return &remote{h, memory.New(h), hub.NewQueue[func()](h, 0)} }

func (r *remote) OnHub() {}

//greenlet:resumable
func (r *remote) serves() {
	for {
		f, ok := r.asked.Get()
		if !ok {
			return
		}
		r.hub.Go(f)
	}
}

//greenlet:resumable
func (r *remote) on(f func()) {
	done := r.hub.NewEvent()
	r.asked.Put(func() {
		r.hub.Sleep(time.Duration(r.hub.Rand().Int64N(int64(5 * time.Millisecond))))
		f()
		done.Set()
	})
	done.Wait()
}

//greenlet:resumable
func (r *remote) Claim(ctx context.Context, q engine.Request) (list []engine.Task, err error) {
	r.on(func() { list, err = r.e.Claim(ctx, q) })
	return list, err
}

//greenlet:resumable
func (r *remote) Renew(ctx context.Context, owner string, ttl time.Duration, ids []string) (list []engine.Message, err error) {
	r.on(func() { list, err = r.e.Renew(ctx, owner, ttl, ids) })
	return list, err
}

//greenlet:resumable
func (r *remote) Commit(ctx context.Context, changes []engine.Change) (errs []error) {
	r.on(func() { errs = r.e.Commit(ctx, changes) })
	return errs
}

//greenlet:resumable
func (r *remote) Send(ctx context.Context, messages ...engine.Message) (errs []error) {
	r.on(func() { errs = r.e.Send(ctx, messages...) })
	return errs
}

//greenlet:resumable
func (r *remote) Wait(ctx context.Context, q engine.Request, atMost time.Duration) (err error) {
	r.on(func() { err = r.e.Wait(ctx, q, 10*time.Second) })
	return err
}

//greenlet:resumable
func (r *remote) Get(ctx context.Context, id string) (t engine.Task, err error) {
	r.on(func() { t, err = r.e.Get(ctx, id) })
	return t, err
}

//greenlet:resumable
func (r *remote) Tasks(ctx context.Context, q engine.Query) (list iter.Seq2[engine.Info, error]) {
	r.on(func() { list = r.e.Tasks(ctx, q) })
	return list
}

//greenlet:resumable
func (r *remote) History(ctx context.Context, id string) (list []engine.Event, err error) {
	r.on(func() { list, err = r.e.History(ctx, id) })
	return list, err
}

//greenlet:resumable
func (r *remote) Forget(ctx context.Context, ids ...string) (err error) {
	r.on(func() { err = r.e.Forget(ctx, ids...) })
	return err
}

//greenlet:resumable
func (r *remote) Schema(ctx context.Context, hash uint64) (text []byte, err error) {
	r.on(func() { text, err = r.e.Schema(ctx, hash) })
	return text, err
}
