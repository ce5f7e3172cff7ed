// Command agent answers questions by a model, which is slow, and by tools that it asks for, within a budget of tokens: each call is a
// step that is not repeated when the process ends. The model is a stand-in.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
)

//go:generate go tool greenlet

// Turn is a line of the conversation.
type Turn struct{ Who, Text string }

// Reply is what the model says: that a tool is to be called, or the answer.
type Reply struct {
	Tool, Input, Answer string
	Tokens              int
}

var (
	errBudget = errors.New("the budget is spent")
	perMinute = task.NewLimit("model", 30, time.Minute)
	tools     = map[string]func(context.Context, string) (string, error){"search": search, "add": add}

	out io.Writer = os.Stdout
)

// agent is a conversation.
//
//greenlet:resumable durable
func agent(t *task.Task, question string, budget int) (string, error) {
	talk := []Turn{{"user", question}}
	for {
		t.SetAttr("tokens left", strconv.Itoa(budget))
		reply, err := task.Do(t, model, talk, task.Retry(5), task.Timeout(5*time.Minute), task.Heartbeat(40*time.Second), task.Limited(perMinute))
		if err != nil {
			return "", err
		}
		if budget -= reply.Tokens; budget < 0 {
			return "", errBudget
		}
		if reply.Tool == "" {
			return reply.Answer, nil
		}
		result, err := task.Do(t, use, Turn{reply.Tool, reply.Input}, task.Retry(2), task.Timeout(time.Minute))
		if err != nil {
			result = "error: " + err.Error() // the model may do better
		}
		talk = append(talk, Turn{"model", reply.Tool + " " + reply.Input}, Turn{reply.Tool, result})
	}
}

// model takes half a minute, tells that it goes on, and fails now and then.
//
//greenlet:resumable
func model(ctx context.Context, talk []Turn) (Reply, error) {
	for range 3 {
		task.Sleep(ctx, 10*time.Second)
		task.Beat(ctx)
	}
	tokens := 0
	for _, turn := range talk {
		tokens += 10 + len(turn.Text)
	}
	switch last := talk[len(talk)-1]; {
	case len(talk) == 1 && strings.Contains(last.Text, "people"):
		return Reply{Tool: "search", Input: "people in rome and oslo", Tokens: tokens}, nil
	case last.Who == "search":
		return Reply{Tool: "add", Input: last.Text, Tokens: tokens}, nil
	case last.Who == "add":
		return Reply{Answer: last.Text + " people", Tokens: tokens}, nil
	}
	return Reply{Tool: "dream", Input: "on", Tokens: tokens}, nil
}

// use calls a tool. A tool of that name may be gone in a later version: the task has its name only.
func use(ctx context.Context, call Turn) (string, error) {
	tool := tools[call.Who]
	if tool == nil {
		return "", task.Permanent(fmt.Errorf("there is no tool %s", call.Who))
	}
	fmt.Fprintf(out, "  %s: %s %s\n", task.Key(ctx), call.Who, call.Text)
	return tool(ctx, call.Text)
}

func search(context.Context, string) (string, error) { return "2755000 717000", nil }

func add(_ context.Context, numbers string) (string, error) {
	sum := 0
	for _, s := range strings.Fields(numbers) {
		n, err := strconv.Atoi(s)
		if err != nil {
			return "", task.Permanent(err)
		}
		sum += n
	}
	return strconv.Itoa(sum), nil
}

// asks asks two questions.
//
//greenlet:resumable
func asks(r *task.Runner) error {
	ctx, h := context.Background(), r.Hub()
	begun := h.Now()
	for _, q := range []struct{ id, question, answer, err string }{
		{"rome", "how many people live in rome and oslo?", "3472000 people", ""},
		{"dream", "what is the meaning of it all?", "", "task dream: the budget is spent"},
	} {
		if err := r.Start(ctx, q.id, agent, q.question, 400); err != nil {
			return err
		}
		answer, err := task.Result[string](ctx, r, q.id)
		var ended *task.EndedError
		if err != nil && !errors.As(err, &ended) {
			return err
		}
		if answer != q.answer || err == nil != (q.err == "") || err != nil && err.Error() != q.err {
			return fmt.Errorf("%s: %q %w", q.id, answer, err)
		}
		fmt.Fprintf(out, "%s %q %v, after %v\n", q.question, answer, err, h.Now().Sub(begun).Truncate(time.Second))
	}
	return nil
}

//greenlet:resumable
func run(r *task.Runner) {
	defer r.Close()
	if err := asks(r); err != nil {
		fmt.Fprintln(out, err)
	}
}

func main() {
	h := hub.NewSimulated(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	h.Go(run, task.New(h, memory.New(h)))
	if err := h.Run(context.Background()); err != nil {
		fmt.Fprintln(out, err)
	}
}
