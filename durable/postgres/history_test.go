//go:build linux

package postgres_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/postgres"
	"github.com/going-green/greenlet/durable/postgres/internal/pgtest"
	"github.com/going-green/greenlet/durable/task/tasktest/kills"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"
)

// standing is where a task stands.
type standing struct {
	epoch, seq  uint64
	held, ended bool
}

// advancesOnce is what a store is to be: a claim raises the epoch, and gives the task as it stands; a commit is done under the last epoch only, once for
// each sequence, and not behind the end or when the task was given back. One whose answer did not come may have been done, or not. One may be fenced off at
// any time: by a claim that nobody has heard of.
var advancesOnce = porcupine.Model{
	Partition: func(list []porcupine.Operation) (parts [][]porcupine.Operation) {
		at := map[string]int{}
		for _, o := range list {
			id := o.Input.(kills.Operation).Task
			i, known := at[id]
			if !known {
				i = len(parts)
				at[id] = i
				parts = append(parts, nil)
			}
			parts[i] = append(parts[i], o)
		}
		return parts
	},
	Init: func() any { return standing{} },
	Step: func(state, _, output any) (bool, any) {
		s, o := state.(standing), output.(kills.Operation)
		if !o.Commit {
			ok := o.Epoch > s.epoch && o.Seq == s.seq && !s.ended
			return ok, standing{epoch: o.Epoch, seq: s.seq, held: true}
		}
		fits := s.held && !s.ended && o.Epoch == s.epoch && o.Seq == s.seq
		if o.Fenced || !fits {
			return !o.Done, s
		}
		if o.Advance {
			s.seq++
		}
		s.held, s.ended = !o.Release && !o.End, o.End
		return true, s
	},
	DescribeOperation: func(_, output any) string { return fmt.Sprintf("%+v", output) },
}

// checkHistory fails if state has advanced twice.
func checkHistory(list []kills.Operation) error {
	type key struct {
		who    int
		number int64
	}
	open := map[key]int{}
	var ops []porcupine.Operation
	for _, o := range list {
		k := key{o.Who, o.Number}
		if !o.Return {
			open[k] = len(ops)
			ops = append(ops, porcupine.Operation{ClientId: o.Who, Input: o, Output: o, Call: o.At, Return: math.MaxInt64})
			continue
		}
		i := open[k]
		ops[i].Output = o
		if o.Done || o.Fenced {
			ops[i].Return = o.At // else it may be done yet
		}
	}
	if r := porcupine.CheckOperationsTimeout(advancesOnce, ops, time.Minute); r != porcupine.Ok {
		return fmt.Errorf("the history of %d operations is not one of tasks that advance once: %v", len(ops), r)
	}
	return nil
}

// What a fence is for, and whether its lack is found.
func TestWithoutFenceHistoryIsRefused(t *testing.T) {
	server := pgtest.Shared(t)
	for _, fenced := range []bool{true, false} {
		o := postgres.Options{Schema: newSchema(), Logger: quiet}
		s, err := postgres.OpenWith(t.Context(), server.URL(), o)
		require.NoError(t, err)
		defer s.Close()
		if !fenced {
			s.Unfenced()
		}
		var said bytes.Buffer
		e := kills.Recorder(s, 1, &said)
		require.NoError(t, e.Send(t.Context(), engine.Message{To: "a", Start: &engine.Start{Func: "f", Snapshot: []byte("s")}})[0])
		claim := func(owner string) engine.Task {
			list, err := e.Claim(t.Context(), engine.Request{Owner: owner, Build: "b", Max: 1, TTL: time.Second})
			require.NoError(t, err)
			require.Len(t, list, 1)
			return list[0]
		}
		old := claim("old")
		setClock(server, o.Schema, 2*time.Second)
		now := claim("new")
		for _, x := range []engine.Task{now, old} {
			_ = e.Commit(t.Context(), []engine.Change{{ID: "a", Epoch: x.Epoch, Seq: x.Seq, Advance: true, Status: engine.Active, Snapshot: []byte("s")}})
		}
		if err := checkHistory(kills.History(t, kills.Whole(said.String()))); fenced {
			require.NoError(t, err)
		} else {
			require.Error(t, err)
		}
	}
}
