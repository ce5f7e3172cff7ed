package bolt_test

import (
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/admin"
	"github.com/going-green/greenlet/durable/admin/api"
	"github.com/going-green/greenlet/durable/bolt"
	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	seen = flag.Int("seen", 2500, "how many tasks are looked at")
	paid = task.Signal[int]("paid")
)

//greenlet:resumable durable
func rests(t *task.Task, n int) (int, error) {
	t.SetAttr("tens", fmt.Sprint(n/10))
	return paid.Wait(t, 24*time.Hour)
}

// Tasks in a file are seen: while they run, without the hub, and without a runner at all.
func TestTasksAreSeen(t *testing.T) {
	store, err := bolt.OpenWith(filepath.Join(t.TempDir(), "tasks.db"), bolt.Options{Keep: 5, NoSync: true})
	require.NoError(t, err)
	defer store.Close()
	h := hub.New()
	r := task.New(h, store)
	for done := 0; done < *seen; {
		b := r.Batch()
		for ; b.Len() < 1000 && done < *seen; done++ {
			require.NoError(t, b.Start(fmt.Sprintf("t%07d", done), nil, rests, done))
		}
		require.NoError(t, b.Commit(t.Context()))
	}
	a := admin.NewWith(r, admin.Options{Writes: true})
	s := httptest.NewServer(a)
	defer s.Close()
	ended := make(chan error)
	go func() { ended <- h.Run(context.Background()) }()
	defer func() {
		h.Post(r.Close)
		assert.NoError(t, <-ended)
	}()
	c, err := api.New(s.URL)
	require.NoError(t, err)
	defer c.Close()
	all := func(q api.Query) (n int) {
		begun := time.Now()
		for pages := 1; ; pages++ {
			page, err := c.Tasks(t.Context(), q)
			require.NoError(t, err)
			if pages == 1 {
				t.Logf("%+v: the first page in %v", q, time.Since(begun))
			}
			n += len(page.Tasks)
			if q.After = page.Next; q.After == "" {
				t.Logf("all %d in %v", n, time.Since(begun))
				return n
			}
		}
	}
	for all(api.Query{State: []string{api.Waiting}, Limit: 1000}) < *seen {
		time.Sleep(time.Duration(*seen/25+1) * time.Millisecond)
	}
	last := api.ID(fmt.Sprintf("t%07d", *seen-1))
	assert.Equal(t, 10, all(api.Query{Attrs: map[string]string{"tens": "7"}}))
	assert.Equal(t, 1, all(api.Query{Text: string(last)}))
	assert.Equal(t, 10, all(api.Query{Prefix: "t000001"}))

	d, err := c.Task(t.Context(), last, nil)
	require.NoError(t, err)
	require.NotEmpty(t, d.Stacks)
	assert.Contains(t, d.Stacks[0].String(), "bolt_test.rests")
	assert.Len(t, d.Kept, 2)
	begun := time.Now()
	shapes, err := c.Shapes(t.Context(), api.Query{})
	require.NoError(t, err)
	require.Len(t, shapes.Shapes, 1)
	t.Logf("the shapes of %d tasks in %v", shapes.Looked, time.Since(begun))
	zero := uint64(0)
	_, err = c.Fork(t.Context(), last, "fork", &zero)
	require.NoError(t, err)
	_, err = c.Signal(t.Context(), "fork", "paid", []byte("7"), "")
	require.NoError(t, err)
	_, err = c.Cancel(t.Context(), last)
	require.NoError(t, err)
	for _, id := range []string{"fork", string(last)} {
		i, err := r.Join(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, map[string]engine.Status{"fork": engine.Done, string(last): engine.Canceled}[id], i.Status)
	}

	begun = time.Now()
	other := httptest.NewServer(admin.NewForStore(nil, store, admin.Options{}))
	defer other.Close()
	resp, err := other.Client().Get(other.URL + "/metrics")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	t.Logf("the census in %v", time.Since(begun))
	o, err := api.New(other.URL)
	require.NoError(t, err)
	defer o.Close()
	about, err := o.About(t.Context())
	require.NoError(t, err)
	assert.Equal(t, *seen-1, about.States[api.Waiting])
	assert.Equal(t, 1, about.States[api.Done])
	assert.Empty(t, about.Owner)
}
