package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/durable/admin/api"
)

// What a running process is asked about its durable tasks, and told to do with them.

func (c *command) durableVerb(verb string) (run func(context.Context, *asking) (int, error), ok bool) {
	switch verb {
	case "ls":
		return c.listTasks, true
	case "history":
		return c.taskHistory, true
	case "signal":
		return c.signalTask, true
	case "fork":
		return c.forkTask, true
	case "cancel":
		return c.tellTasks((*api.Client).Cancel), true
	case "kill":
		return c.tellTasks((*api.Client).Kill), true
	case "retry":
		return c.tellTasks((*api.Client).Retry), true
	}
	return nil, false
}

// queryFlags are those that tell which tasks are meant.
func (f *askFlags) queryFlags(set *flag.FlagSet) {
	q := &f.q
	set.Func("state", "", func(s string) error {
		q.State = append(q.State, strings.Split(s, ",")...)
		return nil
	})
	set.StringVar(&q.Func, "func", "", "")
	set.StringVar(&q.Parent, "parent", "", "")
	set.StringVar(&q.Prefix, "prefix", "", "")
	set.StringVar(&q.Text, "text", "", "")
	set.Func("attr", "", func(s string) error {
		name, value, ok := strings.Cut(s, "=")
		if !ok {
			return errors.New("it wants name=value")
		}
		if q.Attrs == nil {
			q.Attrs = map[string]string{}
		}
		q.Attrs[name] = value
		return nil
	})
}

func (f *askFlags) setSeq(s string) error {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return errors.New("it wants the number of a commit")
	}
	f.seq = &n
	return nil
}

// printJSON prints v for scripts.
func (c *command) printJSON(v any) error {
	e := json.NewEncoder(c.stdout)
	e.SetIndent("", "\t")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func (c *command) listTasks(ctx context.Context, a *asking) (int, error) {
	if len(a.args) != 0 {
		return 0, usagef("durable ls wants flags only, such as -prefix %s", a.args[0])
	}
	if a.f.n < 0 {
		return 0, usagef("durable ls: -n %d is no number of tasks; 0 is all", a.f.n)
	}
	if err := c.connect(a); err != nil {
		return 0, err
	}
	all := api.Tasks{Tasks: []api.Task{}}
	for q := a.f.q; ; {
		q.Limit = 1000
		if a.f.n > 0 {
			q.Limit = min(q.Limit, a.f.n-len(all.Tasks))
		}
		page, err := a.client.Tasks(ctx, q)
		if err != nil {
			return 0, err
		}
		all.Tasks, all.Now = append(all.Tasks, page.Tasks...), page.Now
		q.After, all.Next = page.Next, page.Next
		if page.Next == "" || a.f.n > 0 && len(all.Tasks) >= a.f.n {
			break
		}
	}
	switch {
	case a.f.ids:
		for _, t := range all.Tasks {
			fmt.Fprintln(c.stdout, t.ID) // as it is: scripts read it
		}
	case a.f.json:
		if err := c.printJSON(all.Tasks); err != nil {
			return 0, err
		}
	default:
		c.printTasks(all)
	}
	if all.Next != "" {
		fmt.Fprintf(c.stderr, "greenlet: these are the first %d; -n 0 lists all\n", len(all.Tasks))
	}
	return exitOK, nil
}

// one is the ID of the only task that is named.
func (c *command) one(a *asking, verb string) (api.ID, error) {
	if len(a.args) != 1 {
		return "", usagef("durable %s wants the ID of one task", verb)
	}
	return api.ID(a.args[0]), c.connect(a)
}

func (c *command) showTask(ctx context.Context, a *asking) (int, error) {
	id, err := c.one(a, "show")
	if err != nil {
		return 0, err
	}
	d, err := a.client.Task(ctx, id, a.f.seq)
	if err != nil {
		return 0, err
	}
	if a.f.json {
		return exitOK, c.printJSON(d)
	}
	c.printTask(d)
	return exitOK, nil
}

func (c *command) taskHistory(ctx context.Context, a *asking) (int, error) {
	id, err := c.one(a, "history")
	if err != nil {
		return 0, err
	}
	list, err := a.client.History(ctx, id)
	if err != nil {
		return 0, err
	}
	if a.f.json {
		return exitOK, c.printJSON(list)
	}
	c.printHistory(list)
	return exitOK, nil
}

func (c *command) signalTask(ctx context.Context, a *asking) (int, error) {
	if len(a.args) < 2 || len(a.args) > 3 {
		return 0, usagef("durable signal wants a task's ID, the name of a signal, and its value")
	}
	value := json.RawMessage("null")
	if len(a.args) == 3 {
		if value = json.RawMessage(a.args[2]); !json.Valid(value) {
			return 0, usagef("durable signal: the value %s is no JSON; a string has quotes: '\"%s\"'", value, value)
		}
	}
	if err := c.connect(a); err != nil {
		return 0, err
	}
	s, err := a.client.Signal(ctx, api.ID(a.args[0]), a.args[1], value, a.f.message)
	if err != nil {
		return 0, err
	}
	return exitOK, c.printSent(a, []told{{ID: api.ID(a.args[0]), Sent: s}})
}

// told is what became of what a task was told.
type told struct {
	ID api.ID `json:"id"`
	api.Sent
	Err string `json:"err,omitempty"`
}

// tellTasks tells tasks something, each of those that are named.
func (c *command) tellTasks(tell func(*api.Client, context.Context, api.ID) (api.Sent, error)) func(context.Context, *asking) (int, error) {
	return func(ctx context.Context, a *asking) (int, error) {
		if len(a.args) == 0 {
			return 0, usagef("durable cancel, kill and retry want IDs of tasks")
		}
		if err := c.connect(a); err != nil {
			return 0, err
		}
		code, list := exitOK, []told{}
		for _, id := range a.args {
			t := told{ID: api.ID(id)}
			var err error
			t.Sent, err = tell(a.client, ctx, t.ID)
			var refused *api.Error
			switch {
			case errors.As(err, &refused):
				code, t.Err = exitDiagnose, err.Error()
				fmt.Fprintf(c.stderr, "greenlet: %s: %s\n", shown(id), shown(t.Err))
			case err != nil:
				return 0, err
			}
			list = append(list, t)
		}
		return code, c.printSent(a, list)
	}
}

// printSent says nothing to people if all is well, but that it was told before.
func (c *command) printSent(a *asking, list []told) error {
	if a.f.json {
		return c.printJSON(list)
	}
	for _, t := range list {
		if t.Note != "" {
			fmt.Fprintf(c.stderr, "greenlet: task %s: %s\n", shown(string(t.ID)), shown(t.Note))
		}
		if t.Known {
			fmt.Fprintf(c.stdout, "task %s knew that already\n", shown(string(t.ID)))
		}
	}
	return nil
}

func (c *command) forkTask(ctx context.Context, a *asking) (int, error) {
	if len(a.args) != 2 {
		return 0, usagef("durable fork wants a task's ID, and that of the new task")
	}
	if err := c.connect(a); err != nil {
		return 0, err
	}
	f, err := a.client.Fork(ctx, api.ID(a.args[0]), api.ID(a.args[1]), a.f.seq)
	if err != nil {
		return 0, err
	}
	if a.f.json {
		return exitOK, c.printJSON(f)
	}
	for _, w := range f.Warnings {
		fmt.Fprintf(c.stderr, "greenlet: %s\n", shown(w))
	}
	fmt.Fprintf(c.stdout, "task %s stands where %s stood behind commit %d\n", shown(string(f.ID)), shown(a.args[0]), f.Seq)
	return exitOK, nil
}
