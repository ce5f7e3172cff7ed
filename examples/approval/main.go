// Command approval has a document approved by two of three people: reminders each day, a deadline after five, and a look at where it
// stands meanwhile, from what the store has of it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
)

//go:generate go tool greenlet

// Vote is what somebody says.
type Vote struct {
	By string
	OK bool
}

var (
	votes = task.Signal[Vote]("votes")

	out io.Writer = os.Stdout
)

const day = 24 * time.Hour

// approval collects votes until two agree, one declines, or five days are over.
//
//greenlet:resumable durable
func approval(t *task.Task, document string, people []string) (string, error) {
	deadline := t.Now().Add(5 * day)
	agreed := map[string]bool{}
	for len(agreed) < 2 {
		t.SetAttr("agreed", fmt.Sprint(len(agreed)))
		if !t.Now().Before(deadline) {
			return "nobody cared", nil
		}
		v, err := votes.Wait(t, day)
		switch {
		case errors.Is(err, task.ErrTimeout):
			for _, p := range people {
				if !agreed[p] {
					if _, err := task.Do(t, remind, p, task.Retry(3)); err != nil {
						return "", err
					}
				}
			}
		case err != nil:
			return "", err
		case !v.OK:
			return "declined by " + v.By, nil
		default:
			agreed[v.By] = true
		}
	}
	return "approved", nil
}

func remind(_ context.Context, who string) (bool, error) {
	fmt.Fprintln(out, "  a mail to", who)
	return true, nil
}

// office has three documents approved.
//
//greenlet:resumable
func office(r *task.Runner) error {
	ctx, h := context.Background(), r.Hub()
	people := []string{"ann", "bob", "eve"}
	want := map[string]string{"budget": "approved", "plan": "declined by bob", "poem": "nobody cared"}
	for _, id := range []string{"budget", "plan", "poem"} {
		if err := r.Start(ctx, id, approval, id, people); err != nil {
			return err
		}
	}
	h.Sleep(30 * time.Hour)
	for _, v := range []struct {
		id string
		Vote
	}{{"budget", Vote{"ann", true}}, {"budget", Vote{"ann", true}}, {"plan", Vote{"bob", false}}} {
		// The same again is not taken for another.
		if err := votes.SendOnce(ctx, r, v.id, v.By, v.Vote); err != nil && !known(err) {
			return err
		}
	}
	h.Sleep(time.Hour)
	for i, err := range r.Tasks(ctx, engine.Query{Attrs: map[string]string{"agreed": "1"}}) {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s has one vote, and is in %s\n", i.ID, i.Waits)
		if err := variables(ctx, r, i.ID); err != nil {
			return err
		}
	}
	if err := votes.SendOnce(ctx, r, "budget", "eve", Vote{"eve", true}); err != nil && !known(err) {
		return err
	}
	for _, id := range []string{"budget", "plan", "poem"} {
		got, err := task.Result[string](ctx, r, id)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %s\n", id, got)
		if got != want[id] {
			return fmt.Errorf("%s was %s", id, got)
		}
	}
	return nil
}

// variables shows what a task has.
//
//greenlet:resumable
func variables(ctx context.Context, r *task.Runner, id string) error {
	stacks, err := r.Show(ctx, id)
	if err != nil {
		return err
	}
	for _, c := range stacks[0].Calls {
		if strings.HasSuffix(c.Func, ".approval") {
			for _, v := range c.Vars {
				if v.Name == "deadline" || v.Name == "document" {
					fmt.Fprintf(out, "  %s: %s = %s\n", c.Func[strings.LastIndexByte(c.Func, '/')+1:], v.Name, v.Value.Text)
				}
			}
		}
	}
	return nil
}

func known(err error) bool { return errors.Is(err, engine.ErrKnown) || errors.Is(err, engine.ErrEnded) }

//greenlet:resumable
func run(r *task.Runner) {
	defer r.Close()
	if err := office(r); err != nil {
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
