package conform

import (
	"fmt"
	"time"

	"github.com/going-green/greenlet/durable/engine"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Starts, messages, and what wakes a task.

func (s *suite) startsOnce() {
	s.start("a", func(x *engine.Start) { x.Attrs, x.Parent = map[string]string{"k": "v"}, "p" })
	again := engine.Message{To: "a", Start: &engine.Start{Func: "main.g", Snapshot: []byte("other")}}
	assert.ErrorIs(s.t, s.Send(s.ctx, again)[0], engine.ErrKnown)
	got := s.one("w")
	assert.Equal(s.t, "main.f", got.Func)
	assert.Equal(s.t, []byte("first of a"), got.Snapshot)
	assert.Equal(s.t, "p", got.Parent)
	assert.Equal(s.t, map[string]string{"k": "v"}, got.Attrs)
	assert.Equal(s.t, engine.Active, got.Status)
	_, err := s.Get(s.ctx, "b")
	assert.ErrorIs(s.t, err, engine.ErrNoTask)
	assert.ErrorIs(s.t, s.Send(s.ctx, engine.Message{ID: "m", To: "b", Topic: "signal:x"})[0], engine.ErrNoTask)
}

func messages(list []engine.Message) (ids []string) {
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	return ids
}

func (s *suite) timeWakes() {
	s.start("a")
	t := s.one("w")
	due := t.Created.Add(5 * time.Second)
	s.commit(waits(&t, due))
	assert.Empty(s.t, s.claim("w"))
	s.Sleep(6 * time.Second)
	require.NoError(s.t, s.Wait(s.ctx, engine.Request{Owner: "w", Build: "b1", Max: 1, TTL: ttl}, 0))
	t = s.one("w")
	assert.False(s.t, t.Due.Before(due))
	s.start("late", func(x *engine.Start) { x.Due = t.Updated.Add(time.Hour) })
	assert.Empty(s.t, s.claim("w"))
}

func (s *suite) messagesWake() {
	s.start("a")
	t := s.one("w")
	s.commit(waits(&t, time.Time{}, "signal:x", "signal:y"))
	require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "1", To: "a", Topic: "signal:other"})[0])
	assert.Empty(s.t, s.claim("w"), "it does not wait for that")
	require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "2", To: "a", Topic: "signal:y", Body: []byte("body")})[0])
	t = s.one("w")
	assert.Equal(s.t, []string{"1", "2"}, messages(t.Inbox))
	assert.Equal(s.t, []byte("body"), t.Inbox[1].Body)
	s.commit(waits(&t, time.Time{}))
	require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: engine.Cancel, To: "a", Topic: engine.Cancel})[0])
	assert.Len(s.t, s.one("w").Inbox, 3, "a cancel wakes in any case")
}

func (s *suite) messagesKeep() {
	s.start("a")
	t := s.one("w")
	require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "1", To: "a", Topic: "signal:x"})[0])
	assert.Empty(s.t, s.claim("w2"), "it is w's")
	s.commit(waits(&t, time.Time{}, "signal:x"))
	t = s.one("w2")
	c := waits(&t, time.Time{}, "signal:x")
	c.Consumed = []string{"1"}
	s.commit(c)
	assert.Empty(s.t, s.claim("w"))
}

func (s *suite) dropsKnown() {
	s.start("a")
	m := engine.Message{ID: "1", To: "a", Topic: "signal:x"}
	require.NoError(s.t, s.Send(s.ctx, m)[0])
	assert.ErrorIs(s.t, s.Send(s.ctx, m)[0], engine.ErrKnown)
	t := s.one("w")
	c := waits(&t, time.Time{}, "signal:x")
	c.Consumed = []string{"1"}
	s.commit(c)
	assert.ErrorIs(s.t, s.Send(s.ctx, m)[0], engine.ErrKnown, "also when it was consumed")
	assert.Empty(s.t, s.claim("w"))
	s.start("b")
	assert.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "1", To: "b", Topic: "signal:x"})[0], "to another it is another")
}

func (s *suite) ordersMessages() {
	s.start("a")
	var want []string
	for i := range 300 {
		id := fmt.Sprint(i)
		want = append(want, id)
		require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: id, To: "a", Topic: "signal:x"})[0])
	}
	assert.Equal(s.t, want, messages(s.one("w").Inbox))
}
