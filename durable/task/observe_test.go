package task_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/task"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// spans is a tracer that keeps what it is told, a line each.
type spans struct {
	lines []string
	open  map[string]int // how many there are of a kind that have not ended
}

type spanKey struct{}

func (s *spans) Begin(ctx context.Context, e task.Event) (context.Context, func(task.Event)) {
	what := fmt.Sprintf("%s of %s behind %d", e.Kind, e.Task, e.Seq)
	if e.Kind == "call" {
		what = fmt.Sprintf("call of %s with key %s, attempt %d, to=%s", e.Note, e.Key, e.Attempt, e.Attrs["to"])
	}
	s.open[e.Kind]++
	return context.WithValue(ctx, spanKey{}, e.Key), func(end task.Event) {
		s.open[e.Kind]--
		line := what + ": " + end.Kind
		if end.Note != "" {
			line += " " + end.Note
		}
		if end.Err != nil {
			line += ", " + end.Err.Error()
		}
		s.lines = append(s.lines, line)
	}
}

func (s *spans) Event(e task.Event) {
	if e.Kind == "call" && s.open["call"] > 0 {
		s.lines = append(s.lines, "a call is told when it has begun")
	}
}

// deliver wants the span in its context.
func deliver(ctx context.Context, to string) (string, error) {
	if ctx.Value(spanKey{}) != task.Key(ctx) {
		return "", errors.New("the context is not that of the span")
	}
	if ledger["tries"] = append(ledger["tries"], to); len(ledger["tries"]) < 2 {
		return "", errors.New("nobody is there")
	}
	return "delivered to " + to, nil
}

//greenlet:resumable durable
func courier(t *task.Task, to string) (string, error) {
	t.SetAttr("to", to)
	t.Keep()
	if t.Attr("to") != to || t.Attr("none") != "" {
		return "", errors.New("the attribute is not there")
	}
	return task.Do(t, deliver, to, task.Retry(3))
}

func TestTracer(t *testing.T) {
	w := newWorld(t)
	w.r.Close()
	s := &spans{open: map[string]int{}}
	var kinds []string
	w.r = w.runner(task.Options{Tracer: s})
	w.r.AddObserver(func(e task.Event) {
		if e.Kind == "claim" && e.Seq > 0 {
			assert.Less(t, e.Takes, time.Minute)
		}
		if e.Kind == "commits" {
			assert.Equal(t, 1, e.Number)
			return
		}
		kinds = append(kinds, e.Kind)
	})
	i := run(w, w.newStartsFrame("t", courier, "Ann")).Results()
	require.Empty(t, i.Err)
	assert.Equal(t, `"delivered to Ann"`, string(i.Result))
	assert.Equal(t, []string{
		"start of t behind 0: start",
		"step of t behind 0: commit Keep",
		"step of t behind 1: commit Do task_test.deliver",
		"call of task_test.deliver with key t/2, attempt 1, to=Ann: returned task_test.deliver, nobody is there",
	}, s.lines[:4])
	assert.Contains(t, s.lines[4], "step of t behind 2: released Sleep until ")
	assert.Equal(t, []string{
		"step of t behind 3: commit Do task_test.deliver, try 2",
		"call of task_test.deliver with key t/2, attempt 2, to=Ann: returned task_test.deliver",
		"step of t behind 4: done",
	}, s.lines[5:])
	for kind, n := range s.open {
		assert.Zero(t, n, kind)
	}
	assert.Equal(t, []string{
		"claim", "commit", "commit", "call", "returned", "commit", "released", "claim", "commit", "call", "returned", "commit", "done",
	}, kinds)
}

// What ends otherwise is told of, too.
func TestTracerOfFailures(t *testing.T) {
	for _, c := range []struct {
		fn   any
		want string
	}{
		{fails, "failed, task t was failed: panic: no"},
		{unsavable, "parked durable: can't save"},
	} {
		w := newWorld(t)
		w.r.Close()
		s := &spans{open: map[string]int{}}
		w.r = w.runner(task.Options{Tracer: s})
		run(w, w.newWatchesFrame(c.fn))
		require.NotEmpty(t, s.lines)
		assert.Contains(t, s.lines[len(s.lines)-1], c.want)
		assert.Zero(t, s.open["step"])
	}
}

//greenlet:resumable durable
func fails(t *task.Task, _ int) error { t.Keep(); panic("no") }

//greenlet:resumable durable
func unsavable(t *task.Task, _ int) error {
	var c any = make(chan int)
	t.Sleep(time.Hour)
	return c.(error)
}

//greenlet:resumable
func (w *world) watches(fn any) {
	assert.NoError(w.t, w.r.Start(ctx, "t", fn, 1))
	w.Sleep(time.Minute)
}
