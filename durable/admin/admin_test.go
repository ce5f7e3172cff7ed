package admin_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/admin"
	"github.com/going-green/greenlet/durable/admin/api"
	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type parcel struct {
	To    string
	Grams int
}

var approve = task.Signal[bool]("approve")

//greenlet:resumable durable
func order(t *task.Task, p parcel) (string, error) {
	t.SetAttr("to", p.To)
	receipt, err := task.Do(t, charge, p.Grams)
	if err != nil {
		return "", err
	}
	ok, err := approve.Wait(t, 0)
	if err != nil || !ok {
		return "", errors.Join(errors.New("not approved"), err)
	}
	place, err := task.Go(t, t.ID()+"/packs", packs, p).Join(t)
	return receipt + " " + place, err
}

//greenlet:resumable durable
func packs(t *task.Task, p parcel) (string, error) { return "box for " + p.To, nil }

//greenlet:resumable durable
func waitsAfterChild(t *task.Task, p parcel) (string, error) {
	place, err := task.Go(t, "packs for "+p.To, packs, p).Join(t)
	if err == nil {
		_, err = approve.Wait(t, 0)
	}
	return place, err
}

//greenlet:resumable durable
func breaks(t *task.Task, n int) error {
	t.Keep()
	var list []int
	if mended.Load() {
		list = make([]int, n+1)
	}
	list[n]++
	return nil
}

//greenlet:resumable durable
func panics(t *task.Task, what string) error {
	t.Keep()
	panic("no luck <b>" + what)
}

//greenlet:resumable durable
func keepsChannel(t *task.Task, n int) error {
	t.SetAttr("kind", "hopeless")
	var c any = make(chan int, n)
	t.Sleep(time.Hour)
	return c.(error)
}

// charge tells the key that it was given.
func charge(ctx context.Context, grams int) (string, error) {
	keys.add(task.Key(ctx))
	return "r-" + task.Key(ctx), nil
}

// world is a store with tasks, its hub, which runs, and who asks.
type world struct {
	t      *testing.T
	h      *hub.Hub
	r      *task.Runner
	a      *admin.Admin
	socket *admin.Socket
	c      *api.Client
}

func newWorld(t *testing.T) *world {
	keys.clear()
	mended.Store(false)
	w := &world{t: t, h: hub.New()}
	w.r = task.NewWith(w.h, memory.New(w.h).Keep(10), task.Options{OnError: func(error) {}})
	w.a = admin.New(w.r)
	path := filepath.Join(t.TempDir(), "s")
	var err error
	w.socket, err = w.a.Listen(path)
	require.NoError(t, err)
	ended := make(chan error)
	go func() { ended <- w.h.Run(context.Background()) }()
	w.c, err = api.New(path)
	require.NoError(t, err)
	t.Cleanup(func() {
		w.c.Close()
		w.h.Post(w.r.Close)
		assert.NoError(t, <-ended, "the socket keeps it running for as long as there is a runner")
		assert.NoError(t, w.socket.Close())
	})
	return w
}

//greenlet:resumable
func starts(r *task.Runner, done chan error, id string, fn any, args ...any) {
	done <- r.Start(context.Background(), id, fn, args...) //greenlet:allow blocking-channel it has room
}

func (w *world) start(id string, fn any, args ...any) {
	w.t.Helper()
	done := make(chan error, 1)
	w.h.Post(func() { w.h.Go(newStartsFrame(w.r, done, id, fn, args...)) })
	require.NoError(w.t, <-done)
}

// until waits until a task is in a state, and has been told all that it was.
func (w *world) until(id api.ID, state string) api.Detail {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		d, err := w.c.Task(w.t.Context(), id, nil)
		require.NoError(w.t, err)
		if d.State == state {
			return d
		}
		if time.Now().After(end) {
			w.t.Fatalf("task %s is %s instead of %s", id, d.State, state)
		}
	}
}

func ids(list []api.Task) (ids []string) {
	for _, t := range list {
		ids = append(ids, string(t.ID))
	}
	return ids
}

func (w *world) find(q api.Query) []string {
	w.t.Helper()
	page, err := w.c.Tasks(w.t.Context(), q)
	require.NoError(w.t, err)
	return ids(page.Tasks)
}

func TestList(t *testing.T) {
	w := newWorld(t)
	w.start("o1", order, parcel{"Ann", 100})
	w.start("o2", order, parcel{"Bob", 200})
	w.start("b1", breaks, 7)
	w.start("k\xff", keepsChannel, 1)
	for id, state := range map[api.ID]string{"o1": api.Waiting, "o2": api.Waiting, "b1": api.Failed, "k\xff": api.Parked} {
		w.until(id, state)
	}
	_, err := w.c.Signal(t.Context(), "o2", "approve", []byte("true"), "")
	require.NoError(t, err)
	w.until("o2", api.Done)
	all := []string{"b1", "k\xff", "o1", "o2", "o2/packs"}
	for _, c := range []struct {
		q    api.Query
		want []string
	}{
		{api.Query{}, all},
		{api.Query{State: []string{"waiting"}}, []string{"o1"}},
		{api.Query{State: []string{"parked", "failed"}}, []string{"b1", "k\xff"}},
		{api.Query{Status: []string{"active"}}, []string{"o1"}},
		{api.Query{Func: "admin_test.order"}, []string{"o1", "o2"}},
		{api.Query{Func: "order"}, []string{"o1", "o2"}},
		{api.Query{Func: "rder"}, nil},
		{api.Query{Parent: "o2"}, []string{"o2/packs"}},
		{api.Query{Prefix: "o"}, []string{"o1", "o2", "o2/packs"}},
		{api.Query{Attrs: map[string]string{"to": "Bob"}}, []string{"o2"}},
		{api.Query{Text: "INDEX OUT OF"}, []string{"b1"}},
		{api.Query{Text: "ann"}, []string{"k\xff", "o1"}}, // a channel can't be saved
	} {
		assert.Equal(t, c.want, w.find(c.q), "%+v", c.q)
	}
	var got []string
	for q := (api.Query{Limit: 2}); ; {
		page, err := w.c.Tasks(t.Context(), q)
		require.NoError(t, err)
		assert.LessOrEqual(t, len(page.Tasks), 2)
		got = append(got, ids(page.Tasks)...)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	assert.Equal(t, all, got)
	for _, q := range []api.Query{{Status: []string{"lost"}}, {State: []string{"lost"}}, {After: "…"}} {
		_, err := w.c.Tasks(t.Context(), q)
		assert.Equal(t, http.StatusBadRequest, statusOf(err), "%+v: %v", q, err)
	}
}

func statusOf(err error) int {
	var e *api.Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

func TestShow(t *testing.T) {
	w := newWorld(t)
	w.start("o1", order, parcel{"Ann", 100})
	w.until("o1", api.Waiting)
	_, err := w.c.Signal(t.Context(), "o1", "hurry", []byte(`{"by":3}`), "m")
	require.NoError(t, err)
	again, err := w.c.Signal(t.Context(), "o1", "hurry", []byte(`{"by":3}`), "m")
	require.NoError(t, err)
	assert.True(t, again.Known)
	d := w.until("o1", api.Waiting)
	assert.Equal(t, "Wait signal:approve", d.Waits)
	assert.Equal(t, []string{"signal:approve"}, d.Awaits)
	assert.Equal(t, map[string]string{"to": "Ann"}, d.Attrs)
	require.Len(t, d.Inbox, 1)
	assert.Equal(t, api.Message{ID: "signal:m", Topic: "signal:hurry", Body: []byte(`{"by":3}`)}, d.Inbox[0])
	require.Len(t, d.Stacks, 1)
	calls := d.Stacks[0].Calls
	require.Len(t, calls, 2)
	assert.Regexp(t, `admin_test\.order$`, calls[1].Func)
	assert.Regexp(t, `admin_test\.go$`, calls[1].File)
	assert.Positive(t, calls[1].Line)
	vars := map[string]string{}
	for _, v := range calls[1].Vars {
		vars[v.Name] = v.Value
	}
	assert.Equal(t, `"r-o1/1"`, vars["receipt"])
	assert.Contains(t, vars["p"], `To: "Ann", Grams: 100`)

	events, err := w.c.History(t.Context(), "o1")
	require.NoError(t, err)
	var notes []string
	for _, e := range events {
		notes = append(notes, e.Note)
	}
	assert.Equal(t, []string{"start", "Do admin_test.charge", "Wait signal:approve", "got signal:hurry"}, notes)

	require.Len(t, d.Kept, 3)
	first := uint64(1)
	then, err := w.c.Task(t.Context(), "o1", &first)
	require.NoError(t, err)
	assert.Equal(t, "Do admin_test.charge", then.At.Waits)
	assert.Contains(t, then.Stacks[0].Calls[0].Func, "task.Do")

	for _, err := range []error{
		second(w.c.Task(t.Context(), "nobody", nil)), second(w.c.History(t.Context(), "nobody")),
		second(w.c.Signal(t.Context(), "nobody", "x", nil, "")), second(w.c.Cancel(t.Context(), "nobody")),
	} {
		assert.Equal(t, http.StatusNotFound, statusOf(err), "%v", err)
	}
	seven := uint64(7)
	_, err = w.c.Task(t.Context(), "o1", &seven)
	assert.ErrorContains(t, err, "from 0 to 2")
}

func second[T any](_ T, err error) error { return err }

func TestCommands(t *testing.T) {
	w := newWorld(t)
	c, ctx := w.c, t.Context()
	for _, id := range []string{"canceled", "killed"} {
		w.start(id, order, parcel{"Ann", 100})
		w.until(api.ID(id), api.Waiting)
	}
	require.NoError(t, second(c.Cancel(ctx, "canceled")))
	w.until("canceled", api.Canceled)
	require.NoError(t, second(c.Kill(ctx, "killed")))
	assert.Equal(t, "killed", w.until("killed", api.Canceled).Err)
	assert.Equal(t, http.StatusConflict, statusOf(second(c.Signal(ctx, "killed", "approve", nil, ""))))
	assert.Equal(t, http.StatusConflict, statusOf(second(c.Retry(ctx, "killed"))))

	w.start("b", breaks, 7)
	assert.Contains(t, w.until("b", api.Failed).Reason, "index out of range")
	mended.Store(true)
	require.NoError(t, second(c.Retry(ctx, "b")))
	w.until("b", api.Done)
	assert.ErrorContains(t, second(c.Signal(ctx, "b", "", nil, "")), "has no name")
}

func TestFork(t *testing.T) {
	w := newWorld(t)
	c, ctx := w.c, t.Context()
	w.start("o1", order, parcel{"Ann", 100})
	w.until("o1", api.Waiting)
	f, err := c.Fork(ctx, "o1", "o1-b", nil)
	require.NoError(t, err)
	assert.Equal(t, api.Forked{ID: "o1-b", Seq: 2}, f)
	d := w.until("o1-b", api.Waiting)
	assert.Equal(t, map[string]string{"to": "Ann", "forked-from": "o1"}, d.Attrs)
	assert.Equal(t, []string{"o1/1"}, keys.all(), "what was done is not done again")
	require.NoError(t, second(c.Signal(ctx, "o1-b", "approve", []byte("true"), "")))
	assert.JSONEq(t, `"r-o1/1 box for Ann"`, string(w.until("o1-b", api.Done).Result))
	assert.Equal(t, api.Waiting, w.until("o1", api.Waiting).State)
	assert.Equal(t, http.StatusConflict, statusOf(second(c.Fork(ctx, "o1", "o1-b", nil))))

	// From a point before the call: it is made again, under the key that it had.
	one := uint64(1)
	f, err = c.Fork(ctx, "o1", "o1-c", &one)
	require.NoError(t, err)
	assert.Equal(t, uint64(1), f.Seq)
	w.until("o1-c", api.Waiting)
	assert.Equal(t, []string{"o1/1", "o1/1"}, keys.all())

	// From the start it is another's: the key is the fork's.
	zero := uint64(0)
	require.NoError(t, second(c.Fork(ctx, "o1", "o1-d", &zero)))
	w.until("o1-d", api.Waiting)
	assert.Equal(t, []string{"o1/1", "o1/1", "o1-d/1"}, keys.all())

	// Of one that has ended.
	require.NoError(t, second(c.Kill(ctx, "o1")))
	assert.Equal(t, http.StatusConflict, statusOf(second(c.Fork(ctx, "o1", "o1-e", nil))))
	two := uint64(2)
	require.NoError(t, second(c.Fork(ctx, "o1", "o1-e", &two)))
	require.NoError(t, second(c.Signal(ctx, "o1-e", "approve", []byte("false"), "")))
	assert.Equal(t, "not approved", w.until("o1-e", api.Done).Err)
}

// A fork has the messages that were not taken, and the results of children; who is called as it is gets none of them.
func TestForkTakesMessages(t *testing.T) {
	w := newWorld(t)
	c, ctx := w.c, t.Context()
	w.start("o1", order, parcel{"Ann", 100})
	w.until("o1", api.Waiting)
	w.start("o2", order, parcel{"Bob", 100})
	w.until("o2", api.Waiting)
	require.NoError(t, second(c.Signal(ctx, "o1", "hurry", []byte("1"), "")))
	require.NoError(t, second(c.Fork(ctx, "o1", "f", nil)))
	inbox := w.until("f", api.Waiting).Inbox
	require.Len(t, inbox, 1)
	assert.Equal(t, "signal:hurry", inbox[0].Topic)
	assert.Error(t, second(c.Fork(ctx, "o1", "o2", nil)))
	assert.Empty(t, w.until("o2", api.Waiting).Inbox)

	// The child has ended, and its parent has not.
	zero := uint64(0)
	w.start("o3", waitsAfterChild, parcel{"Cid", 1})
	for len(w.find(api.Query{Parent: "o3", State: []string{api.Done}})) == 0 || w.until("o3", api.Waiting).Waits != "Wait signal:approve" {
		time.Sleep(5 * time.Millisecond)
	}
	f, err := c.Fork(ctx, "o3", "o3-b", &zero)
	require.NoError(t, err)
	assert.Empty(t, f.Warnings)
	require.NoError(t, second(c.Signal(ctx, "o3-b", "approve", []byte("true"), "")))
	assert.JSONEq(t, `"box for Cid"`, string(w.until("o3-b", api.Done).Result))
}

func TestSnapshotsAreOfOneShape(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"a", "b", "c"} {
		w.start(id, order, parcel{"Ann " + id, len(id)})
		w.until(api.ID(id), api.Waiting)
	}
	w.start("failed", breaks, 1)
	w.until("failed", api.Failed)
	s, err := w.c.Shapes(t.Context(), api.Query{})
	require.NoError(t, err)
	require.Len(t, s.Shapes, 2)
	assert.Equal(t, 3, s.Shapes[0].Tasks)
	assert.Equal(t, []api.ID{"a", "b", "c"}, s.Shapes[0].IDs)
	assert.Equal(t, 1, s.Shapes[1].Tasks)

	k, err := w.c.Check(t.Context(), api.Query{})
	require.NoError(t, err)
	assert.Empty(t, k.Findings)
	assert.Equal(t, 4, k.Looked)
}

func TestSocket(t *testing.T) {
	w := newWorld(t)
	info, err := os.Stat(w.socket.Path())
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	_, err = w.a.Listen(w.socket.Path())
	assert.ErrorContains(t, err, "another process listens there")
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = w.a.Listen(file)
	assert.ErrorContains(t, err, "a file that is no socket")

	// One that nobody listens at is replaced; who closes an older one leaves the newer.
	path := filepath.Join(dir, "s")
	old, err := w.a.Listen(path)
	require.NoError(t, err)
	require.NoError(t, os.Rename(path, path+"2"))
	newer, err := w.a.Listen(path)
	require.NoError(t, err)
	require.NoError(t, old.Close())
	c, err := api.New(path)
	require.NoError(t, err)
	about, err := c.About(t.Context())
	require.NoError(t, err)
	assert.True(t, about.Writes)
	assert.True(t, about.Keeps)
	assert.Equal(t, w.r.Owner(), about.Owner)
	c.Close()
	require.NoError(t, newer.Close())
	_, err = c.About(t.Context())
	var away *api.UnreachableError
	assert.ErrorAs(t, err, &away)
	again, err := w.a.Listen(path)
	require.NoError(t, err)
	require.NoError(t, again.Close())
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, list, 2, "nothing else is left: the file, and the socket with the other name")
}

// A hub that does not run is told of.
func TestHubThatDoesNotRun(t *testing.T) {
	h := hub.New()
	r := task.New(h, memory.New(h))
	a := admin.NewWith(r, admin.Options{Patience: 20 * time.Millisecond})
	socket, err := a.Listen(filepath.Join(t.TempDir(), "s"))
	require.NoError(t, err)
	defer socket.Close()
	c, err := api.New(socket.Path())
	require.NoError(t, err)
	_, err = c.Tasks(t.Context(), api.Query{})
	assert.Equal(t, http.StatusServiceUnavailable, statusOf(err))
	assert.ErrorContains(t, err, "it has not begun to run")
	h.Post(r.Close)
	c.Close()
	require.NoError(t, socket.Close())
	require.NoError(t, h.Run(t.Context()))
}
