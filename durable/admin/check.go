package admin

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/admin/api"
	"github.com/going-green/greenlet/durable/engine"
)

// Whether a build goes on with the tasks that there are: this one, which is asked for each; or another, which is given one
// snapshot of each shape.

const (
	mostChecked = 2000 // snapshots that a request reads
	mostNamed   = 5    // tasks that are named of those that are alike
)

// live calls f for tasks with a snapshot, of those that s asks for.
func (a *Admin) live(ctx context.Context, s search, f func(*engine.Task) error) (looked int, next string, err error) {
	if len(s.Status) == 0 {
		s.Status = []engine.Status{engine.Active, engine.Parked, engine.Failed}
	}
	read := 0
	return a.each(ctx, s, func(i *engine.Info) (bool, error) {
		t, err := a.store.get(ctx, i.ID)
		if errors.Is(err, engine.ErrNoTask) || err == nil && len(t.Snapshot) == 0 {
			return true, nil // it has ended meanwhile
		}
		if err == nil {
			read++
			err = f(&t)
		}
		return read < mostChecked, err
	})
}

func (a *Admin) check(req *http.Request) (any, error) {
	s, err := searchOf(req.URL.Query())
	if err != nil {
		return nil, err
	}
	out := api.Checked{Findings: []api.Finding{}}
	index := map[string]int{}
	out.Looked, out.Next, err = a.live(req.Context(), s, func(t *engine.Task) error {
		f := a.finding(t)
		if f.Err == "" && len(f.Changes) == 0 {
			return nil
		}
		key := f.Alike()
		i, ok := index[key]
		if !ok {
			i = len(out.Findings)
			index[key] = i
			out.Findings = append(out.Findings, f)
		}
		add(&out.Findings[i].Tasks, &out.Findings[i].IDs, t.ID)
		return nil
	})
	return out, err
}

func add(n *int, ids *[]api.ID, id string) {
	if *n++; len(*ids) < mostNamed {
		*ids = append(*ids, api.ID(id))
	}
}

// finding is what this program has to say to a task's snapshot.
func (a *Admin) finding(t *engine.Task) api.Finding {
	f := api.Finding{Func: t.Func}
	changes, err := durable.CheckSnapshot(t.ID, t.Snapshot, &a.known)
	if err != nil {
		f.Err, f.Refuses = err.Error(), true
	}
	for _, ch := range changes {
		ch.Snapshot = ""
		f.Changes = append(f.Changes, ch)
		f.Refuses = f.Refuses || ch.Kind != durable.Loses
	}
	if a.runner != nil && f.Err == "" && !f.Refuses && slices.Contains(t.Refused, a.runner.Build()) {
		f.Err, f.Refuses = t.Reason, true // what is known only when it is restored: codecs, migrations
	}
	return f
}

func (a *Admin) shapes(req *http.Request) (any, error) {
	s, err := searchOf(req.URL.Query())
	if err != nil {
		return nil, err
	}
	out := api.Shapes{Shapes: []api.Shape{}}
	index := map[string]int{}
	out.Looked, out.Next, err = a.live(req.Context(), s, func(t *engine.Task) error {
		key := a.shapeOf(t)
		i, ok := index[key]
		if !ok {
			whole, err := durable.Inline(t.Snapshot, &a.known)
			if err != nil {
				whole = t.Snapshot // who reads it finds out why
			}
			i = len(out.Shapes)
			index[key] = i
			out.Shapes = append(out.Shapes, api.Shape{Key: key, Func: t.Func, Snapshot: whole})
		}
		add(&out.Shapes[i].Tasks, &out.Shapes[i].IDs, t.ID)
		return nil
	})
	return out, err
}

// shapeOf is the same for snapshots that a program goes on with all or none of: those of the same functions and types, that stand at
// the same calls. What can't be read is like nothing else.
func (a *Admin) shapeOf(t *engine.Task) string {
	sum := sha256.New()
	hashes, err := durable.Descriptions(t.Snapshot)
	if err != nil {
		sum.Write(t.Snapshot)
	}
	fmt.Fprint(sum, hashes)
	stacks, err := durable.Show(t.Snapshot, &a.known)
	if err != nil {
		sum.Write(t.Snapshot)
	}
	for _, st := range stacks {
		for _, c := range st.Calls {
			fmt.Fprintf(sum, "%q %q\n", c.Func, c.Point)
		}
		sum.Write([]byte{'\n'})
	}
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:12])
}
