package conform

import (
	"fmt"

	"github.com/going-green/greenlet/durable/engine"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Snapshots of before, of stores that can keep them.

// kept are a task's, in short.
func (s *suite) kept(id string) (list []string) {
	s.t.Helper()
	all, err := s.Engine.(engine.Keeper).Kept(s.ctx, id)
	require.NoError(s.t, err)
	for _, k := range all {
		assert.False(s.t, k.At.IsZero())
		list = append(list, fmt.Sprintf("%d %s: %s", k.Seq, k.Waits, k.Snapshot))
	}
	return list
}

func (s *suite) keeps() {
	if s.Kept == 0 {
		s.t.Skip("the store keeps no snapshots of before")
	}
	require.Equal(s.t, 3, s.Kept)
	for _, id := range []string{"a", "a/", "b"} {
		s.start(id)
	}
	assert.Equal(s.t, []string{"0 start: first of a"}, s.kept("a"))
	step := func(want int) {
		for _, t := range s.claim("w") {
			if t.ID == "b" {
				s.commit(engine.Change{ID: "b", Epoch: t.Epoch, Seq: t.Seq, Status: engine.Active, Release: true, Due: t.Created}) // no step
				continue
			}
			c := waits(&t, t.Created)
			c.Snapshot = fmt.Appendf(nil, "%s behind %d", t.ID, t.Seq+1)
			s.commit(c)
		}
		assert.Len(s.t, s.kept("a"), want)
	}
	step(2)
	step(3)
	step(3)
	last := []string{"1 something: a behind 1", "2 something: a behind 2", "3 something: a behind 3"}
	assert.Equal(s.t, last, s.kept("a"))
	assert.Equal(s.t, "1 something: a/ behind 1", s.kept("a/")[0])
	assert.Equal(s.t, []string{"0 start: first of b"}, s.kept("b"))
	for _, t := range s.claim("w") {
		if t.ID == "a" {
			c := ended(&t, engine.Failed)
			s.commit(c)
			require.NoError(s.t, s.Send(s.ctx, engine.Message{ID: "r", To: "a", Topic: engine.Retry})[0])
		}
	}
	assert.Equal(s.t, last, s.kept("a"))
	t := s.one("w")
	s.commit(ended(&t, engine.Done))
	assert.Equal(s.t, last, s.kept("a"), "they are kept of one that has ended")
	if s.Reopen != nil {
		s.Engine = s.Reopen()
		assert.Equal(s.t, last, s.kept("a"))
		assert.Len(s.t, s.kept("a/"), 3)
	}
	require.NoError(s.t, s.Forget(s.ctx, "a"))
	_, err := s.Engine.(engine.Keeper).Kept(s.ctx, "a")
	assert.ErrorIs(s.t, err, engine.ErrNoTask)
	assert.Len(s.t, s.kept("a/"), 3)
	s.start("a")
	assert.Equal(s.t, []string{"0 start: first of a"}, s.kept("a"))
}
