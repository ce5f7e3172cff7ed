package conform

import (
	"time"

	"github.com/going-green/greenlet/durable/engine"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// How tasks stop, are stopped, and go on.

func (s *suite) parks() {
	s.start("a")
	t := s.one("w")
	c := engine.Change{ID: "a", Epoch: t.Epoch, Seq: 0, Status: engine.Parked, Refuse: "b1", Reason: "no such field", Release: true, Due: t.Created, Note: "parked"}
	s.commit(c)
	got := s.get("a")
	assert.Equal(s.t, engine.Parked, got.Status)
	assert.Equal(s.t, "no such field", got.Reason)
	assert.Equal(s.t, []byte("first of a"), got.Snapshot)
	assert.Empty(s.t, s.claim("w"))
	other := s.claimAs("w2", "b2", 1)
	require.Len(s.t, other, 1)
	c.Epoch, c.Refuse = other[0].Epoch, "b2"
	s.commit(c)
	assert.Empty(s.t, s.claimAs("w2", "b2", 1))
	require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "r", To: "a", Topic: engine.Retry})[0])
	t = s.one("w")
	assert.Equal(s.t, engine.Active, t.Status)
	s.commit(waits(&t, time.Time{}))
	assert.Empty(s.t, s.get("a").Refused)
	assert.Empty(s.t, s.get("a").Reason)
}

func (s *suite) retries() {
	s.start("a")
	t := s.one("w")
	c := waits(&t, t.Created)
	s.commit(c)
	t = s.one("w")
	c = ended(&t, engine.Failed)
	c.Reason = "panic: no"
	s.commit(c)
	got := s.get("a")
	assert.Equal(s.t, engine.Failed, got.Status)
	assert.Equal(s.t, []byte("next of a"), got.Snapshot, "the last one is kept")
	assert.Empty(s.t, s.claim("w"))
	require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "r", To: "a", Topic: engine.Retry})[0])
	t = s.one("w")
	assert.Equal(s.t, []byte("next of a"), t.Snapshot)
}

func (s *suite) ends() {
	s.start("a")
	t := s.one("w")
	require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "0", To: "a", Topic: "signal:x"})[0])
	s.commit(ended(&t, engine.Done))
	got := s.get("a")
	assert.Equal(s.t, []byte("1"), got.Result)
	assert.Empty(s.t, got.Snapshot)
	assert.Empty(s.t, got.Inbox)
	assert.Empty(s.t, got.Owner)
	assert.ErrorIs(s.t, s.Send(s.ctx, engine.Message{ID: "1", To: "a", Topic: "signal:x"})[0], engine.ErrEnded)
	assert.ErrorIs(s.t, s.Send(s.ctx, engine.Message{ID: "2", To: "a", Topic: engine.Retry})[0], engine.ErrEnded)
	assert.ErrorIs(s.t, s.Send(s.ctx, engine.Message{To: "a", Start: &engine.Start{}})[0], engine.ErrKnown)
	assert.Empty(s.t, s.claim("w"))
}

func (s *suite) kills() {
	s.start("p")
	p := s.one("w")
	s.commit(waits(&p, time.Time{}, engine.ResultTopic("a")))
	s.start("a", func(x *engine.Start) { x.Parent = "p" })
	t := s.one("w")
	require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "k", To: "a", Topic: engine.Kill})[0])
	assert.ErrorIs(s.t, s.Commit(s.ctx, []engine.Change{waits(&t, t.Created)})[0], engine.ErrFenced)
	assert.Equal(s.t, engine.Canceled, s.get("a").Status)
	p = s.one("w")
	require.Len(s.t, p.Inbox, 1)
	o, err := engine.ReadOutcome(p.Inbox[0].Body)
	require.NoError(s.t, err)
	assert.Equal(s.t, engine.Canceled, o.Status)
}

func (s *suite) taken() {
	s.start("p")
	s.start("other")
	p, o := s.claimAs("w", "b1", 1)[0], s.claimAs("w", "b1", 1)[0]
	child := engine.Message{To: "c", Start: &engine.Start{Func: "main.child", Parent: p.ID, Snapshot: []byte("child")}}
	c := waits(&p, time.Time{}, engine.ResultTopic("c"))
	c.Outbox = []engine.Message{child, child}
	s.commit(c)
	assert.Empty(s.t, s.get(p.ID).Inbox, "it is its own child")
	child.Start = &engine.Start{Func: "main.child", Parent: o.ID, Snapshot: []byte("child")}
	c = waits(&o, time.Time{}, engine.ResultTopic("c"))
	c.Outbox = []engine.Message{child}
	s.commit(c)
	got := s.get(o.ID)
	require.Len(s.t, got.Inbox, 1)
	assert.Equal(s.t, engine.ResultTopic("c"), got.Inbox[0].Topic)
	out, err := engine.ReadOutcome(got.Inbox[0].Body)
	require.NoError(s.t, err)
	assert.Equal(s.t, engine.Failed, out.Status)
	assert.Contains(s.t, out.Err, "as the child of task "+p.ID)
	var ids []string
	for _, t := range s.claim("w") {
		if ids = append(ids, t.ID); t.ID == "c" {
			s.commit(ended(&t, engine.Done))
		}
	}
	assert.ElementsMatch(s.t, []string{"c", o.ID}, ids, "it is woken by that")
	assert.ErrorIs(s.t, s.Send(s.ctx, engine.Message{To: "c", Start: &engine.Start{Func: "main.child", Snapshot: []byte("x")}})[0], engine.ErrKnown)
	assert.Empty(s.t, s.get(p.ID).Inbox, "who ends tells its parent by its outbox")

	// Of one that has ended it is the result, for whoever wants it.
	s.start("late")
	child.Start = &engine.Start{Func: "main.child", Parent: "late", Snapshot: []byte("child")}
	assert.ErrorIs(s.t, s.Send(s.ctx, child)[0], engine.ErrKnown)
	got = s.get("late")
	require.Len(s.t, got.Inbox, 1)
	out, err = engine.ReadOutcome(got.Inbox[0].Body)
	require.NoError(s.t, err)
	assert.Equal(s.t, engine.Outcome{Status: engine.Done, Result: []byte("1")}, out)
}
