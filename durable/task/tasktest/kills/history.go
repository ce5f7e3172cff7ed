package kills

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/engine"

	"github.com/stretchr/testify/require"
)

// What workers have asked the store for, and were told, for a checker of histories.

// Operation is a claim or a commit of one task.
type Operation struct {
	Who    int    // the worker, and
	Number int64  // its call
	Task   string // "" of a claim that has not returned
	At     int64  // when it was called, or has returned, by a clock that all workers have
	Return bool
	Commit bool
	Epoch  uint64
	Seq    uint64
	// What a commit was for.
	Advance, Release, End bool
	// What it was told: that it is done, that it is fenced off, or something that leaves both open.
	Done, Fenced bool
}

// Recorder is an engine that writes down what it is asked for.
func Recorder(e engine.Engine, who int, w io.Writer) engine.Engine {
	return &recorder{e, w, who, new(atomic.Int64)}
}

type recorder struct {
	engine.Engine
	w      io.Writer
	who    int
	number *atomic.Int64
}

func (r *recorder) write(b []byte) {
	if _, err := r.w.Write(b); err != nil {
		panic(err)
	}
}

// lines are operations that were called, or have returned, at a time.
func lines(b []byte, list []Operation, at int64, returned bool) []byte {
	for _, o := range list {
		o.At, o.Return = at, returned
		line, err := json.Marshal(o)
		if err != nil {
			panic(err)
		}
		b = appendLine(b, line)
	}
	return b
}

// now is a time that all processes of the machine share. It must not be set back meanwhile.
func now() int64 { return time.Now().UnixNano() }

func (r *recorder) Claim(ctx context.Context, q engine.Request) ([]engine.Task, error) {
	call := Operation{Who: r.who, Number: r.number.Add(1)}
	called := now()
	list, err := r.Engine.Claim(ctx, q)
	if len(list) == 0 {
		return list, err
	}
	// A claim that nobody has heard of only raises epochs, which the others show.
	var ops []Operation
	for i := range list {
		o := call
		o.Number, o.Task, o.Epoch, o.Seq, o.Done = call.Number+int64(i)<<32, list[i].ID, list[i].Epoch, list[i].Seq, true
		ops = append(ops, o)
	}
	r.write(lines(lines(nil, ops, called, false), ops, now(), true))
	return list, err
}

func (r *recorder) Commit(ctx context.Context, changes []engine.Change) []error {
	ops := make([]Operation, len(changes))
	for i := range changes {
		c := &changes[i]
		ops[i] = Operation{
			Who: r.who, Number: r.number.Add(1), Task: c.ID, Commit: true, Epoch: c.Epoch, Seq: c.Seq,
			Advance: c.Advance, Release: c.Release, End: c.Status.Ended(),
		}
	}
	r.write(lines(nil, ops, now(), false))
	errs := r.Engine.Commit(ctx, changes)
	for i := range ops {
		ops[i].Done, ops[i].Fenced = errs[i] == nil, errors.Is(errs[i], engine.ErrFenced)
	}
	r.write(lines(nil, ops, now(), true))
	return errs
}

// History are the operations of all workers. One whose call a kill has cut short was not called.
func (w *Workers) History() []Operation { return History(w.t, w.Lines("history")) }

// History are the operations that lines say.
func History(t *testing.T, lines []string) (list []Operation) {
	for _, line := range lines {
		var o Operation
		require.NoError(t, json.Unmarshal([]byte(line), &o), line)
		list = append(list, o)
	}
	return list
}
