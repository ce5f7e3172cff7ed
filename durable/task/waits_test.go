package task_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var ctx = context.Background()

// starts starts a task, and returns how it has ended.
//
//greenlet:resumable
func (w *world) starts(id string, fn any, args ...any) engine.Info {
	if err := w.r.Start(ctx, id, fn, args...); err != nil {
		return engine.Info{Err: "start: " + err.Error()}
	}
	i, err := w.r.Join(ctx, id)
	if err != nil {
		i.Err = "join: " + err.Error()
	}
	return i
}

// ended runs a task to its end, in a world of its own.
func ended(t *testing.T, fn any, args ...any) (*world, engine.Info) {
	w := newWorld(t)
	return w, run(w, w.newStartsFrame("t", fn, args...)).Results()
}

// later does something when a time has passed.
//
//greenlet:resumable
func (w *world) later(d time.Duration, f func() error) {
	w.Sleep(d)
	assert.NoError(w.t, f())
}

func note(_ context.Context, what string) (int, error) {
	ledger["notes"] = append(ledger["notes"], what)
	return len(ledger["notes"]), nil
}

//greenlet:resumable durable
func saga(t *task.Task, panics bool) error {
	shipped := false
	defer func() {
		if !shipped {
			_, err := task.Do(t, note, "unreserve")
			t.Sleep(time.Hour)
			_, err2 := task.Do(t, note, "refund")
			if err != nil || err2 != nil {
				panic("a compensation")
			}
		}
	}()
	task.Do(t, note, "charge")
	if panics {
		panic("no ship")
	}
	t.Sleep(24 * time.Hour)
	shipped = true
	return nil
}

//greenlet:resumable
func (w *world) cancels(id string, after ...time.Duration) engine.Info {
	if err := w.r.Start(ctx, id, saga, false); err != nil {
		return engine.Info{Err: err.Error()}
	}
	for _, d := range after {
		w.Sleep(d)
		if err := w.r.Cancel(ctx, id); err != nil {
			return engine.Info{Err: err.Error()}
		}
	}
	i, err := w.r.Join(ctx, id)
	if err != nil {
		i.Err = err.Error()
	}
	return i
}

func TestCancelRunsWhatIsDeferred(t *testing.T) {
	w := newWorld(t)
	i := run(w, w.newCancelsFrame("a", time.Hour)).Results()
	assert.Equal(t, engine.Canceled, i.Status)
	assert.Equal(t, []string{"charge", "unreserve", "refund"}, ledger["notes"])
}

// Trap: a second cancel would end the compensation that the first one has begun.
func TestSecondCancelDoesNothing(t *testing.T) {
	w := newWorld(t)
	i := run(w, w.newCancelsFrame("a", time.Hour, time.Minute, 10*time.Minute)).Results()
	assert.Equal(t, engine.Canceled, i.Status)
	assert.Empty(t, i.Err)
	assert.Equal(t, []string{"charge", "unreserve", "refund"}, ledger["notes"])
}

func TestSagaUndoesWhenItPanics(t *testing.T) {
	_, i := ended(t, saga, true)
	assert.Equal(t, engine.Failed, i.Status)
	assert.Contains(t, i.Err, "panic: no ship\n")
	assert.Contains(t, i.Err, "task_test.saga")
	assert.Equal(t, []string{"charge", "unreserve", "refund"}, ledger["notes"])
}

var broken bool

//greenlet:resumable durable
func breaks(t *task.Task) (string, error) {
	n, _ := task.Do(t, note, "before")
	t.Keep()
	if broken {
		panic("broken")
	}
	return fmt.Sprint("went on behind ", n), nil
}

//greenlet:resumable
func (w *world) repairs() (engine.Info, engine.Info) {
	broken = true
	a := w.starts("t", breaks)
	broken = false
	if err := w.r.Retry(ctx, "t"); err != nil {
		return a, engine.Info{Err: err.Error()}
	}
	b, err := w.r.Join(ctx, "t")
	if err != nil {
		b.Err = err.Error()
	}
	return a, b
}

func TestRetryGoesOnBehindTheLastCommit(t *testing.T) {
	w := newWorld(t)
	failed, done := run(w, w.newRepairsFrame()).Results()
	assert.Equal(t, engine.Failed, failed.Status)
	assert.Equal(t, engine.Done, done.Status)
	assert.Equal(t, `"went on behind 1"`, string(done.Result))
	assert.Equal(t, []string{"before"}, ledger["notes"])
}

//greenlet:resumable durable
func inPlainCode(t *task.Task) { byName["plainly"](t) }

var byName = map[string]func(*task.Task){"plainly": plainly}

func plainly(t *task.Task) { t.Sleep(time.Hour) } //greenlet:allow call-without-frame it is what is tested

func TestWaitOfPlainCodeFailsByName(t *testing.T) {
	_, i := ended(t, inPlainCode)
	assert.Equal(t, engine.Failed, i.Status)
	assert.Contains(t, i.Err, "Sleep of a durable task: it is called by plain code, which can't be suspended")
	assert.Contains(t, i.Err, "task_test.plainly")
}

func TestTaskOutsideOfItselfFailsByName(t *testing.T) {
	assert.PanicsWithValue(t, "durable: SetAttr of a task that does not run: it is for the task's own functions, while they run", func() { new(task.Task).SetAttr("a", "b") })
}

//greenlet:resumable durable
func keepsChannel(t *task.Task) {
	var v any = make(chan int)
	t.Sleep(time.Hour)
	_ = v
}

//greenlet:resumable durable
func sleeps(t *task.Task, d time.Duration) (time.Duration, error) {
	at := t.Now()
	t.Sleep(d)
	return t.Now().Sub(at), nil
}

//greenlet:resumable
func (w *world) parks() (engine.Info, engine.Info, error) {
	if err := w.r.Start(ctx, "bad", keepsChannel); err != nil {
		return engine.Info{}, engine.Info{}, err
	}
	good := w.starts("good", sleeps, time.Hour)
	bad, err := w.r.Get(ctx, "bad")
	return bad.Info, good, err
}

func TestTaskThatCannotBeSavedIsParkedAndOthersGoOn(t *testing.T) {
	w := newWorld(t)
	bad, good, err := run(w, w.newParksFrame()).Results()
	require.NoError(t, err)
	assert.Equal(t, engine.Parked, bad.Status)
	assert.Contains(t, bad.Reason, "keepsChannel")
	assert.Contains(t, bad.Reason, ".v (chan int)")
	assert.Equal(t, engine.Done, good.Status)
	assert.Equal(t, fmt.Sprint(int(time.Hour)), string(good.Result))
}

type secret struct{ n int }

//greenlet:resumable durable
func returnsSecret(t *task.Task) (secret, error) { return secret{1}, nil }

func TestResultsThatJSONDoesNotCarryAreRefusedByName(t *testing.T) {
	_, i := ended(t, returnsSecret)
	assert.Equal(t, "start: durable: the result of task_test.returnsSecret of type task_test.secret can't be sent: it has the unexported field n of task_test.secret; export it, or give the type MarshalJSON and UnmarshalJSON", i.Err)
}

func TestStartSaysWhatItCannotStart(t *testing.T) {
	for _, c := range []struct {
		fn   any
		args []any
		want string
	}{
		{note, nil, "no function whose first parameter is a *task.Task"},
		{sleeps, nil, "argument"},
		{sleeps, []any{"x"}, "string"},
		{takesAny, []any{make(chan int)}, "chan int"},
		{nil, nil, "no function"},
	} {
		_, i := ended(t, c.fn, c.args...)
		assert.Contains(t, i.Err, c.want)
	}
}

//greenlet:resumable durable
func takesAny(t *task.Task, v any) { t.Sleep(time.Second) }

// Calls.

//greenlet:resumable durable
func does(t *task.Task, what string) (string, error) {
	at := t.Now()
	n, err := task.Do(t, works, what, task.Retry(4), task.Backoff(time.Minute, 2*time.Minute), task.Timeout(time.Hour), task.Heartbeat(10*time.Minute))
	return fmt.Sprint(n, " ", t.Now().Sub(at) > 2*time.Minute, " ", errors.Is(err, context.DeadlineExceeded), " ", errors.Is(err, io.ErrUnexpectedEOF)), err
}

// works is what calls are of that wait on the hub.
//
//greenlet:resumable
func works(ctx context.Context, what string) (int, error) {
	h := theHub
	ledger["tries"] = append(ledger["tries"], task.Key(ctx))
	switch what {
	case "waits":
		h.Sleep(5 * time.Minute)
	case "flaky":
		if len(ledger["tries"]) < 3 {
			return 0, &net.OpError{Op: "dial", Err: io.ErrUnexpectedEOF}
		}
	case "down":
		return 0, &net.OpError{Op: "dial", Err: io.ErrUnexpectedEOF}
	case "wrong":
		return 0, task.Permanent(fmt.Errorf("no such card: %w", io.ErrUnexpectedEOF))
	case "panics":
		panic("oh")
	case "silent":
		h.Sleep(30 * time.Minute)
	case "beats":
		for range 6 {
			h.Sleep(9 * time.Minute)
			task.Beat(ctx)
		}
	case "endless":
		for {
			h.Sleep(9 * time.Minute)
			task.Beat(ctx)
			if ctx.Err() != nil {
				return 0, ctx.Err()
			}
		}
	}
	return 7, nil
}

var theHub *hub.Hub

func TestDo(t *testing.T) {
	for _, c := range []struct {
		what   string
		result string // result, whether there were pauses, which errors it is
		err    string
		tries  int
	}{
		{"works", "7 false false false", "", 1},
		{"waits", "7 true false false", "", 1},
		{"flaky", "7 false false false", "", 3},
		{"down", "0 true false true", "dial: unexpected EOF", 4},
		{"wrong", "0 false false true", "no such card: unexpected EOF", 1},
		{"panics", "0 true false false", "panic: oh", 4},
		{"silent", "0 true true false", "context deadline exceeded", 4},
		{"beats", "7 true false false", "", 1},
		{"endless", "0 true true false", "context deadline exceeded", 4},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newWorld(t)
			theHub = w.Hub
			i := run(w, w.newStartsFrame("t", does, c.what)).Results()
			assert.Equal(t, engine.Done, i.Status, i.Err)
			if c.what != "flaky" {
				assert.Equal(t, fmt.Sprintf("%q", c.result), string(i.Result))
			}
			assert.True(t, strings.HasPrefix(i.Err, c.err) && (i.Err == "") == (c.err == ""), i.Err)
			assert.Len(t, ledger["tries"], c.tries)
			for _, key := range ledger["tries"] {
				assert.Equal(t, "t/1", key, "all tries have one key")
			}
		})
	}
}

var slowly = task.NewLimit("slowly", 2, time.Minute)

//greenlet:resumable durable
func limited(t *task.Task) (int, error) {
	return task.Do(t, note, t.ID(), task.Limited(slowly))
}

//greenlet:resumable
func (w *world) startsMany(n int, fn any, args ...any) error {
	for i := range n {
		if err := w.r.Start(ctx, fmt.Sprintf("t%04d", i), fn, args...); err != nil {
			return err
		}
	}
	for i := range n {
		if _, err := w.r.Join(ctx, fmt.Sprintf("t%04d", i)); err != nil {
			return err
		}
	}
	return nil
}

func TestRateLimit(t *testing.T) {
	w := newWorld(t)
	var last time.Time
	w.r.Close()
	w.r = w.runner(task.Options{Observe: func(e task.Event) {
		if e.Kind == "call" {
			last = w.Now()
		}
	}})
	require.NoError(t, run(w, w.newStartsManyFrame(10, limited)).Results())
	assert.Len(t, ledger["notes"], 10)
	assert.Equal(t, 4*time.Minute, last.Sub(epoch).Truncate(time.Second), "two at once, then one every 30 s")
}

// Memory.

func TestTasksThatSleepLeaveMemory(t *testing.T) {
	w := newWorld(t)
	w.r.Close()
	most := 0
	w.r = w.runner(task.Options{Loaded: 10, Observe: func(task.Event) { most = max(most, w.r.Counts().Loaded) }})
	require.NoError(t, run(w, w.newStartsManyFrame(300, sleeps, 24*time.Hour)).Results())
	assert.LessOrEqual(t, most, 10)
	assert.Equal(t, uint64(600), w.r.Counts().Steps, "one commit to sleep, one to end")
}

// Signals.

var words = task.Signal[string]("words")

//greenlet:resumable durable
func listens(t *task.Task, n int) (string, error) {
	s := ""
	for range n {
		word, err := words.Wait(t, time.Hour)
		if err != nil {
			return s, err
		}
		s += word
	}
	_, err := words.Wait(t, -1)
	return s, err
}

//greenlet:resumable durable
func speaks(t *task.Task, to string) error {
	for _, s := range []string{"c", "d"} {
		if err := words.SendFrom(t, to, s); err != nil {
			return err
		}
		t.Keep()
	}
	return nil
}

//greenlet:resumable
func (w *world) signals(n int, send bool) engine.Info {
	errs := []error{w.r.Start(ctx, "l", listens, n)}
	if send {
		errs = append(errs, words.SendOnce(ctx, w.r, "l", "1", "a"), words.SendOnce(ctx, w.r, "l", "2", "b"), w.r.Start(ctx, "s", speaks, "l"))
		if err := words.SendOnce(ctx, w.r, "l", "1", "again"); !errors.Is(err, engine.ErrKnown) {
			errs = append(errs, fmt.Errorf("not known: %w", err))
		}
		if err := words.Send(ctx, w.r, "nobody", "x"); !errors.Is(err, engine.ErrNoTask) {
			errs = append(errs, fmt.Errorf("somebody: %w", err))
		}
	}
	i, err := w.r.Join(ctx, "l")
	if err := errors.Join(append(errs, err)...); err != nil {
		i.Err = err.Error()
	}
	return i
}

func TestSignalsAreKeptInOrderAndTakenOnce(t *testing.T) {
	w := newWorld(t)
	i := run(w, w.newSignalsFrame(4, true)).Results()
	assert.Equal(t, `"abcd"`, string(i.Result))
	assert.Equal(t, task.ErrTimeout.Error(), i.Err, "there is no fifth")
}

func TestSignalTimesOut(t *testing.T) {
	w := newWorld(t)
	i := run(w, w.newSignalsFrame(4, false)).Results()
	assert.Equal(t, task.ErrTimeout.Error(), i.Err)
	assert.Equal(t, time.Hour, w.Now().Sub(epoch).Truncate(time.Minute))
}

// Children.

//greenlet:resumable durable
func child(t *task.Task, what string) (string, error) {
	switch what {
	case "fails":
		return "", io.ErrUnexpectedEOF
	case "panics":
		panic("child")
	case "endless":
		t.Sleep(1000 * time.Hour)
	}
	t.Sleep(time.Minute * time.Duration(len(what)))
	return what, nil
}

//greenlet:resumable durable
func parent(t *task.Task) (string, error) {
	var list []task.Child[string]
	for _, what := range []string{"long", "fails", "a", "panics", "endless"} {
		list = append(list, task.Go(t, t.ID()+"/"+what, child, what))
	}
	task.Go(t, t.ID()+"/nobody's", child, "b", task.Detached())
	log := ""
	for len(list) > 1 {
		i, v, err := task.First(t, list)
		if err != nil {
			var e *task.EndedError
			if !errors.As(err, &e) {
				return "", err
			}
			v = e.Status.String() + " " + strings.Split(e.Text, "\n")[0]
		}
		log += v + ";"
		list = append(list[:i:i], list[i+1:]...)
	}
	list[0].Cancel(t)
	_, err := list[0].Join(t)
	return log + fmt.Sprint(errors.Is(err, task.ErrCanceled)), nil
}

func TestChildren(t *testing.T) {
	w, i := ended(t, parent)
	require.Equal(t, engine.Done, i.Status, i.Err)
	parts := strings.Split(strings.Trim(string(i.Result), `"`), ";")
	assert.ElementsMatch(t, []string{"done unexpected EOF", "failed panic: child"}, parts[:2])
	assert.Equal(t, []string{"a", "long", "true"}, parts[2:])
	got, err := w.e.Get(ctx, "t/nobody's")
	require.NoError(t, err)
	assert.Empty(t, got.Parent)
}

// What is seen of a task.

//greenlet:resumable durable
func seen(t *task.Task, total int) error {
	t.SetAttr("state", "new")
	t.SetAttr("gone", "x")
	for i := range 3 {
		t.SetAttr("state", fmt.Sprint("round ", i))
		t.SetAttr("gone", "")
		total += i
		t.Sleep(time.Hour)
	}
	return nil
}

//greenlet:resumable
func (w *world) looks() (lines []string, err error) {
	if err := w.r.Start(ctx, "t", seen, 100); err != nil {
		return nil, err
	}
	w.Sleep(90 * time.Minute)
	stacks, err := w.r.Show(ctx, "t")
	if err != nil {
		return nil, err
	}
	for _, c := range stacks[0].Calls {
		s := fmt.Sprint(c.Func[strings.LastIndexByte(c.Func, '/')+1:], ":", c.Line > 0)
		for _, v := range c.Vars {
			s += fmt.Sprint(" ", v.Name, "=", v.Value.Text)
		}
		lines = append(lines, s)
	}
	for i, err := range w.r.Tasks(ctx, engine.Query{Attrs: map[string]string{"state": "round 1"}}) {
		lines = append(lines, fmt.Sprint(i.ID, " ", len(i.Attrs), " ", i.Waits, " ", err))
	}
	return lines, w.r.Kill(ctx, "t")
}

func TestVariablesAndAttributesAreShown(t *testing.T) {
	w := newWorld(t)
	lines, err := run(w, w.newLooksFrame()).Results()
	require.NoError(t, err)
	require.Len(t, lines, 3)
	assert.Contains(t, lines[0], "task.(*Task).Sleep")
	assert.Contains(t, lines[1], "task_test.seen:true")
	assert.Contains(t, lines[1], "total=101")
	assert.Equal(t, "t 1 Sleep until 2026-01-01T02:00:00Z <nil>", lines[2])
	got, err := w.e.Get(ctx, "t")
	require.NoError(t, err)
	assert.Equal(t, engine.Canceled, got.Status)
}

// Trap: a simulated hub may begin at the zero time, which is never for what is due.
func TestClockMayBeginAtZero(t *testing.T) {
	h := hub.NewSimulated(time.Time{})
	w := &world{Hub: h, t: t, e: memory.New(h)}
	w.r = w.runner(task.Options{})
	assert.Equal(t, engine.Done, run(w, w.newStartsFrame("t", sleeps, time.Hour)).Results().Status)
}

//greenlet:resumable durable
func joinsTaken(t *task.Task, child string) (time.Duration, error) {
	return task.Go(t, child, sleeps, time.Hour).Join(t)
}

//greenlet:resumable
func (w *world) takes() (first, second, late engine.Info, err error) {
	if err = w.r.Start(ctx, "first", joinsTaken, "child"); err != nil {
		return first, second, late, err
	}
	w.Sleep(time.Minute)
	second = w.starts("second", joinsTaken, "child")
	if first, err = w.r.Join(ctx, "first"); err != nil {
		return first, second, late, err
	}
	return first, second, w.starts("late", joinsTaken, "child"), nil
}

// Who starts a child under an ID that another one's has does not wait for ever.
func TestChildIsAnothers(t *testing.T) {
	w := newWorld(t)
	first, second, late, err := run(w, w.newTakesFrame()).Results()
	require.NoError(t, err)
	assert.Equal(t, "3600000000000", string(first.Result))
	assert.Contains(t, second.Err, "it was there already, as the child of task first: give children IDs with their parent's in them")
	assert.Equal(t, "3600000000000", string(late.Result))
	assert.Empty(t, late.Err)
}
