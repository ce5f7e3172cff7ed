// Package conform holds stores of durable tasks against what package engine says of them: one suite for all.
package conform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/engine"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Store is a store under test, with nothing in it.
type Store struct {
	engine.Engine
	// Sleep has the store's clock go on by d at least.
	Sleep func(d time.Duration)
	// Reopen ends the store, without a word, and opens it anew. It is nil for one that has nothing that lasts.
	Reopen func() engine.Engine
}

// Run runs the suite. open makes a store for each test.
func Run(t *testing.T, open func(t *testing.T) *Store) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(&suite{t: t, Store: open(t), ctx: t.Context()}) })
	}
}

type suite struct {
	*Store
	t   *testing.T
	ctx context.Context
}

var cases = []struct {
	name string
	run  func(s *suite)
}{
	{"a start is done once", (*suite).startsOnce},
	{"a claim is exclusive and raises the epoch", (*suite).claimsExclude},
	{"an old owner is fenced off", (*suite).fences},
	{"a sequence is committed once", (*suite).sequences},
	{"a change is whole", (*suite).wholeChanges},
	{"one change that is refused leaves the others", (*suite).refusesOne},
	{"time wakes", (*suite).timeWakes},
	{"a message wakes who awaits it", (*suite).messagesWake},
	{"a message that came while the task ran wakes it", (*suite).messagesKeep},
	{"a known message is dropped", (*suite).dropsKnown},
	{"messages keep their order", (*suite).ordersMessages},
	{"priority goes first", (*suite).priorities},
	{"a build that refused is not asked again", (*suite).parks},
	{"a failed task can go on", (*suite).retries},
	{"a task that has ended takes nothing", (*suite).ends},
	{"a killed task is its owner's no longer", (*suite).kills},
	{"a lease is renewed", (*suite).renews},
	{"tasks are found", (*suite).finds},
	{"history is kept", (*suite).history},
	{"what is forgotten is gone", (*suite).forgets},
	{"what was acknowledged is there when it is opened anew", (*suite).lasts},
	{"many at once", (*suite).concurrent},
	{"no ID is a part of another", (*suite).ids},
}

const ttl = 10 * time.Second

func (s *suite) start(id string, how ...func(*engine.Start)) {
	s.t.Helper()
	m := engine.Message{To: id, Start: &engine.Start{Func: "main.f", Snapshot: []byte("first of " + id)}}
	for _, f := range how {
		f(m.Start)
	}
	require.NoError(s.t, s.Send(s.ctx, m)[0])
}

func (s *suite) claim(owner string) []engine.Task { return s.claimAs(owner, "b1", 100) }

func (s *suite) claimAs(owner, build string, n int) []engine.Task {
	s.t.Helper()
	list, err := s.Claim(s.ctx, engine.Request{Owner: owner, Build: build, Max: n, TTL: ttl})
	require.NoError(s.t, err)
	return list
}

func (s *suite) one(owner string) engine.Task {
	s.t.Helper()
	list := s.claim(owner)
	require.Len(s.t, list, 1)
	return list[0]
}

func ids(list []engine.Task) (ids []string) {
	for _, t := range list {
		ids = append(ids, t.ID)
	}
	return ids
}

// waits is a change of a task that waits for something.
func waits(t *engine.Task, due time.Time, awaits ...string) engine.Change {
	return engine.Change{ID: t.ID, Epoch: t.Epoch, Seq: t.Seq, Advance: true, Status: engine.Active, Release: true,
		Snapshot: []byte("next of " + t.ID), Due: due, Awaits: awaits, Waits: "something", Note: "waits"}
}

func ended(t *engine.Task, st engine.Status) engine.Change {
	return engine.Change{ID: t.ID, Epoch: t.Epoch, Seq: t.Seq, Advance: true, Status: st, Release: true, Result: []byte("1"), Note: st.String()}
}

func (s *suite) commit(c engine.Change) {
	s.t.Helper()
	require.NoError(s.t, s.Commit(s.ctx, []engine.Change{c})[0])
}

func (s *suite) get(id string) engine.Task {
	s.t.Helper()
	t, err := s.Get(s.ctx, id)
	require.NoError(s.t, err)
	return t
}

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

func (s *suite) claimsExclude() {
	s.start("a")
	first := s.one("w1")
	assert.Positive(s.t, first.Epoch)
	assert.Empty(s.t, s.claim("w2"))
	assert.Empty(s.t, s.claim("w1"), "nor to the owner")
	s.Sleep(ttl + time.Second)
	second := s.one("w2")
	assert.Greater(s.t, second.Epoch, first.Epoch)
	assert.Equal(s.t, "w2", s.get("a").Owner)
}

func (s *suite) fences() {
	s.start("a")
	old := s.one("w1")
	s.Sleep(ttl + time.Second)
	now := s.one("w2")
	assert.ErrorIs(s.t, s.Commit(s.ctx, []engine.Change{ended(&old, engine.Done)})[0], engine.ErrFenced)
	c := waits(&now, time.Time{}, "signal:x")
	s.commit(c)
	assert.ErrorIs(s.t, s.Commit(s.ctx, []engine.Change{ended(&now, engine.Done)})[0], engine.ErrFenced, "it was given back")
	assert.Equal(s.t, engine.Active, s.get("a").Status)
}

func (s *suite) sequences() {
	s.start("a")
	t := s.one("w")
	c := waits(&t, time.Time{})
	c.Release = false
	s.commit(c)
	assert.ErrorIs(s.t, s.Commit(s.ctx, []engine.Change{c})[0], engine.ErrFenced, "the same again")
	assert.Equal(s.t, uint64(1), s.get("a").Seq)
	c.Seq, c.Snapshot = 1, []byte("second")
	s.commit(c)
	got := s.get("a")
	assert.Equal(s.t, uint64(2), got.Seq)
	assert.Equal(s.t, []byte("second"), got.Snapshot)
	c.Seq, c.Advance, c.Snapshot, c.Release = 2, false, nil, true
	c.Due = got.Updated
	s.commit(c)
	got = s.one("w2")
	assert.Equal(s.t, uint64(2), got.Seq, "nothing has advanced")
	assert.Equal(s.t, []byte("second"), got.Snapshot)
}

func (s *suite) wholeChanges() {
	s.start("a")
	s.start("b")
	require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "m1", To: "a", Topic: "signal:x", Body: []byte("1")}, engine.Message{ID: "m2", To: "a", Topic: "signal:y", Body: []byte("2")})[1])
	list := s.claim("w")
	a, b := &list[0], &list[1]
	assert.Len(s.t, a.Inbox, 2)
	c := waits(a, time.Time{}, "signal:z")
	c.Consumed = []string{"m1"}
	c.Attrs = map[string]string{"color": "red"}
	c.Schemas = []engine.Schema{{Hash: 1 << 63, Text: []byte("described")}}
	c.Outbox = []engine.Message{
		{ID: "o1", To: "b", Topic: "signal:z", Body: []byte("3")},
		{To: "c", Start: &engine.Start{Func: "main.child", Parent: "a", Snapshot: []byte("child"), Schemas: []engine.Schema{{Hash: 5, Text: []byte("five")}}}},
		{ID: "o2", To: "nobody", Topic: "signal:z"},
	}
	s.commit(c)
	got := s.get("a")
	assert.Equal(s.t, []string{"m2"}, messages(got.Inbox))
	assert.Equal(s.t, "red", got.Attrs["color"])
	assert.Equal(s.t, "something", got.Waits)
	assert.Equal(s.t, []string{"o1"}, messages(s.get("b").Inbox))
	assert.Equal(s.t, "a", s.get("c").Parent)
	for hash, want := range map[uint64]string{1 << 63: "described", 5: "five"} {
		text, err := s.Schema(s.ctx, hash)
		require.NoError(s.t, err)
		assert.Equal(s.t, want, string(text))
	}
	_, err := s.Schema(s.ctx, 6)
	assert.ErrorIs(s.t, err, engine.ErrNoSchema)

	// Of one that is fenced off nothing is done.
	s.Sleep(ttl + time.Second)
	s.claim("w2")
	c = waits(b, time.Time{})
	c.Consumed, c.Schemas = []string{"o1"}, []engine.Schema{{Hash: 7, Text: []byte("seven")}}
	c.Outbox = []engine.Message{{ID: "o3", To: "c", Topic: "signal:z"}}
	assert.ErrorIs(s.t, s.Commit(s.ctx, []engine.Change{c})[0], engine.ErrFenced)
	assert.Equal(s.t, []string{"o1"}, messages(s.get("b").Inbox))
	assert.Empty(s.t, s.get("c").Inbox)
}

func messages(list []engine.Message) (ids []string) {
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	return ids
}

func (s *suite) refusesOne() {
	s.start("a")
	s.start("b")
	list := s.claim("w")
	bad := ended(&list[0], engine.Done)
	bad.Epoch++
	errs := s.Commit(s.ctx, []engine.Change{bad, ended(&list[1], engine.Done)})
	assert.ErrorIs(s.t, errs[0], engine.ErrFenced)
	assert.NoError(s.t, errs[1])
	assert.Equal(s.t, engine.Done, s.get("b").Status)
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

func (s *suite) priorities() {
	for i, p := range []int8{0, -128, 127, 5, 0, -1} {
		s.start(fmt.Sprint(i), func(x *engine.Start) { x.Priority = p })
		s.Sleep(time.Millisecond)
	}
	assert.Equal(s.t, []string{"2", "3"}, ids(s.claimAs("w", "b1", 2)))
	assert.Equal(s.t, []string{"0", "4", "5", "1"}, ids(s.claim("w")))
}

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

func (s *suite) renews() {
	s.start("a")
	s.start("b")
	list := s.claim("w")
	s.Sleep(ttl * 2 / 3)
	require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: engine.Cancel, To: "b", Topic: engine.Cancel})[0])
	cancels, err := s.Renew(s.ctx, "w", ttl, []string{"b", "nobody"})
	require.NoError(s.t, err)
	require.Len(s.t, cancels, 1)
	assert.Equal(s.t, "b", cancels[0].To)
	s.Sleep(ttl * 2 / 3)
	assert.Equal(s.t, []string{"a"}, ids(s.claim("w2")), "the other was renewed")
	cancels, err = s.Renew(s.ctx, "w", ttl, []string{"a"})
	require.NoError(s.t, err)
	assert.Empty(s.t, cancels)
	s.Sleep(ttl * 2 / 3)
	assert.NotContains(s.t, ids(s.claim("w3")), "a", "it is w2's by now, also if w would renew it")
	assert.ErrorIs(s.t, s.Commit(s.ctx, []engine.Change{ended(&list[0], engine.Done)})[0], engine.ErrFenced)
}

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

// concurrent has workers that claim and commit at a time: each task advances by the number of commits that were
// acknowledged, and nobody has one that another has.
func (s *suite) concurrent() {
	if _, onHub := s.Engine.(engine.OnHub); onHub {
		s.t.Skip("a hub's tasks are one at a time")
	}
	const tasks, steps = 20, 10
	for i := range tasks {
		s.start(fmt.Sprint(i))
	}
	var mu sync.Mutex
	held, done := map[string]bool{}, 0
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			r := engine.Request{Owner: fmt.Sprint("w", w), Build: "b", Max: 3, TTL: time.Minute}
			for {
				mu.Lock()
				over := done == tasks
				mu.Unlock()
				if over {
					return
				}
				list, err := s.Claim(s.ctx, r)
				assert.NoError(s.t, err)
				if len(list) == 0 {
					assert.NoError(s.t, s.Wait(s.ctx, r, 10*time.Millisecond))
					continue
				}
				mu.Lock()
				for _, t := range list {
					assert.False(s.t, held[t.ID], "two have it")
					held[t.ID] = true
				}
				mu.Unlock()
				var changes []engine.Change
				for i := range list {
					if t := &list[i]; t.Seq == steps {
						changes = append(changes, ended(t, engine.Done))
					} else {
						changes = append(changes, waits(t, t.Created))
					}
				}
				mu.Lock()
				for i, c := range changes {
					held[c.ID] = false
					if list[i].Seq == steps {
						done++
					}
				}
				mu.Unlock()
				assert.NoError(s.t, errors.Join(s.Commit(s.ctx, changes)...))
			}
		})
	}
	wg.Wait()
	for i := range tasks {
		assert.Equal(s.t, uint64(steps+1), s.get(fmt.Sprint(i)).Seq)
	}
}
