// Package conform holds stores of durable tasks against what package engine says of them: one suite for all.
package conform

import (
	"context"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/engine"

	"github.com/stretchr/testify/require"
)

// Store is a store under test, with nothing in it.
type Store struct {
	engine.Engine
	// Sleep has the store's clock go on by d at least.
	Sleep func(d time.Duration)
	// Reopen ends the store, without a word, and opens it anew. It is nil for one that has nothing that lasts.
	Reopen func() engine.Engine
	// Kept is 3 for an [engine.Keeper] that was told to keep as many snapshots of each task, else 0.
	Kept int
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
	{"who starts a child under a taken ID is told", (*suite).taken},
	{"snapshots of before are kept", (*suite).keeps},
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
