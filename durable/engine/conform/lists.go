package conform

import (
	"fmt"
	"slices"
	"time"

	"github.com/going-green/greenlet/durable/engine"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What there is, was, and is there still when the store is opened again.

func (s *suite) find(q engine.Query) (ids []string) {
	s.t.Helper()
	for i, err := range s.Tasks(s.ctx, q) {
		require.NoError(s.t, err)
		ids = append(ids, i.ID)
	}
	return ids
}

func (s *suite) finds() {
	for i, id := range []string{"o1", "o2", "o3", "p1"} {
		s.start(id, func(x *engine.Start) {
			x.Attrs = map[string]string{"odd": fmt.Sprint(i%2 == 0)}
			if id == "p1" {
				x.Func, x.Parent = "main.p", "o1"
			}
		})
	}
	t := s.claimAs("w", "b1", 1)
	s.commit(ended(&t[0], engine.Done))
	for _, c := range []struct {
		q    engine.Query
		want []string
	}{
		{engine.Query{}, []string{"o1", "o2", "o3", "p1"}},
		{engine.Query{Prefix: "o"}, []string{"o1", "o2", "o3"}},
		{engine.Query{Prefix: "o", After: "o1", Limit: 1}, []string{"o2"}},
		{engine.Query{After: "o3"}, []string{"p1"}},
		{engine.Query{Func: "main.p"}, []string{"p1"}},
		{engine.Query{Parent: "o1"}, []string{"p1"}},
		{engine.Query{Status: []engine.Status{engine.Done, engine.Failed}}, []string{"o1"}},
		{engine.Query{Attrs: map[string]string{"odd": "true"}}, []string{"o1", "o3"}},
		{engine.Query{Attrs: map[string]string{"even": "true"}}, nil},
	} {
		assert.Equal(s.t, c.want, s.find(c.q), "%+v", c.q)
	}
}

func (s *suite) history() {
	s.start("a")
	t := s.one("w")
	s.commit(waits(&t, t.Created))
	t = s.one("w")
	s.commit(ended(&t, engine.Done))
	list, err := s.History(s.ctx, "a")
	require.NoError(s.t, err)
	var notes []string
	for _, e := range list {
		notes = append(notes, fmt.Sprint(e.Seq, " ", e.Note))
	}
	assert.Equal(s.t, []string{"0 start", "1 waits", "2 done"}, notes)
	assert.True(s.t, slices.IsSortedFunc(list, func(a, b engine.Event) int { return a.At.Compare(b.At) }))
	_, err = s.History(s.ctx, "b")
	assert.ErrorIs(s.t, err, engine.ErrNoTask)
}

func (s *suite) forgets() {
	s.start("a")
	s.start("b")
	list := s.claim("w")
	require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "1", To: "a", Topic: "signal:x"})[0])
	s.commit(ended(&list[0], engine.Done))
	require.NoError(s.t, s.Forget(s.ctx, "a", "b", "c"))
	assert.Equal(s.t, []string{"b"}, s.find(engine.Query{}), "one that has not ended stays")
	s.start("a")
	assert.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "1", To: "a", Topic: "signal:x"})[0])
	assert.Len(s.t, s.one("w").Inbox, 1)
}

func (s *suite) lasts() {
	if s.Reopen == nil {
		s.t.Skip("the store is in memory only")
	}
	s.start("a", func(x *engine.Start) { x.Priority, x.Attrs = 3, map[string]string{"k": "v"} })
	s.start("b")
	s.start("c")
	list := s.claim("w")
	c := waits(&list[0], list[0].Created.Add(time.Hour), "signal:x")
	c.Schemas = []engine.Schema{{Hash: 9, Text: []byte("nine")}}
	s.commit(c)
	s.commit(ended(&list[1], engine.Done))
	require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "1", To: "a", Topic: "signal:y", Body: []byte("kept")})[0])
	before := []engine.Task{s.get("a"), s.get("b")}
	events, err := s.History(s.ctx, "a")
	require.NoError(s.t, err)
	s.Engine = s.Reopen()
	for _, want := range before {
		got := s.get(want.ID)
		got.Epoch = want.Epoch
		assert.Equal(s.t, want, got)
	}
	again, err := s.History(s.ctx, "a")
	require.NoError(s.t, err)
	assert.Equal(s.t, events, again)
	assert.ErrorIs(s.t, s.Send(s.ctx, engine.Message{ID: "1", To: "a", Topic: "signal:y"})[0], engine.ErrKnown)
	text, err := s.Schema(s.ctx, 9)
	require.NoError(s.t, err)
	assert.Equal(s.t, "nine", string(text))
	s.Sleep(ttl + time.Second) // of stores that keep leases
	got := s.one("w2")
	assert.Equal(s.t, "c", got.ID)
	assert.Greater(s.t, got.Epoch, list[2].Epoch)
	assert.ErrorIs(s.t, s.Commit(s.ctx, []engine.Change{ended(&list[2], engine.Done)})[0], engine.ErrFenced)
}

func (s *suite) ids() {
	long := "a\xff\x01/…"
	for _, id := range []string{"a", "a/", "aa", "a\xff", long, "b"} {
		s.start(id)
		require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "m", To: id, Topic: "signal:x", Body: []byte(id)})[0])
	}
	for _, t := range s.claim("w") {
		if assert.Len(s.t, t.Inbox, 1, "%q", t.ID) {
			assert.Equal(s.t, t.ID, string(t.Inbox[0].Body))
		}
		s.commit(ended(&t, engine.Done))
	}
	require.NoError(s.t, s.Forget(s.ctx, "a"))
	for _, id := range []string{"a/", "aa", "a\xff", long} {
		list, err := s.History(s.ctx, id)
		require.NoError(s.t, err)
		assert.Len(s.t, list, 3, "%q", id)
	}
}
