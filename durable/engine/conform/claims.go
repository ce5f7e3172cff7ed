package conform

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/going-green/greenlet/durable/engine"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who may have a task, and that of two who think so only one goes on.

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

func (s *suite) priorities() {
	for i, p := range []int8{0, -128, 127, 5, 0, -1} {
		s.start(fmt.Sprint(i), func(x *engine.Start) { x.Priority = p })
		s.Sleep(time.Millisecond)
	}
	assert.Equal(s.t, []string{"2", "3"}, ids(s.claimAs("w", "b1", 2)))
	assert.Equal(s.t, []string{"0", "4", "5", "1"}, ids(s.claim("w")))
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
				over := done >= tasks
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
				if !assert.NoError(s.t, errors.Join(s.Commit(s.ctx, changes)...)) {
					mu.Lock()
					done = tasks // the others wait for what will not come
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	for i := range tasks {
		assert.Equal(s.t, uint64(steps+1), s.get(fmt.Sprint(i)).Seq)
	}
}
