package admin

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/admin/api"
	"github.com/going-green/greenlet/durable/engine"
)

// One task: what it is, and where it stands.

// stand is a snapshot of a task: that which it has, or an earlier one.
type stand struct {
	engine.Kept
	earlier bool
}

// seqOf is which snapshot a request is about, or nil.
func seqOf(req *http.Request) (*uint64, error) {
	text := req.URL.Query().Get("seq")
	if text == "" {
		return nil, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "seq=%s is no number of a commit", text)
	}
	return &n, nil
}

// asked is the task that a request is about, its earlier snapshots, and which one of its snapshots is meant. Of a task that has
// ended there may be none.
func (a *Admin) asked(req *http.Request) (t engine.Task, kept []engine.Kept, s *stand, err error) {
	id, err := idOf(req)
	if err != nil {
		return t, nil, nil, err
	}
	seq, err := seqOf(req)
	if err != nil {
		return t, nil, nil, err
	}
	if t, err = a.store.get(req.Context(), id); err != nil {
		return t, nil, nil, err
	}
	if kept, err = a.store.kept(req.Context(), id); err != nil {
		return t, nil, nil, err
	}
	if seq == nil || *seq == t.Seq && len(t.Snapshot) > 0 {
		if len(t.Snapshot) > 0 {
			s = &stand{Kept: engine.Kept{Seq: t.Seq, At: t.Updated, Waits: t.Waits, Snapshot: t.Snapshot}}
		}
		return t, kept, s, nil
	}
	for i := range kept {
		if kept[i].Seq == *seq {
			return t, kept, &stand{kept[i], true}, nil
		}
	}
	if len(kept) == 0 {
		return t, kept, nil, refuse(http.StatusNotFound, "the store has kept no snapshot of task %s behind commit %d: an option of the store, such as bolt.Options.Keep, says how many it keeps", id, *seq)
	}
	return t, kept, nil, refuse(http.StatusNotFound, "the store has no snapshot of task %s behind commit %d, but from %d to %d", id, *seq, kept[0].Seq, kept[len(kept)-1].Seq)
}

func (a *Admin) show(req *http.Request) (any, error) {
	t, kept, at, err := a.asked(req)
	if err != nil {
		return nil, err
	}
	now, err := a.store.now(req.Context())
	if err != nil {
		return nil, err
	}
	d := api.Detail{Task: viewOf(&t.Info, now), Stacks: []durable.StackText{}, Inbox: inboxOf(t.Inbox), Kept: []api.Kept{}, Sources: []api.Source{}, Children: []api.Task{}, Now: now}
	for i := range kept {
		d.Kept = append(d.Kept, keptOf(&kept[i]))
	}
	if at != nil {
		if at.earlier {
			k := keptOf(&at.Kept)
			d.At = &k
		}
		stacks, err := durable.Show(at.Snapshot, &a.known)
		if err != nil {
			d.Unshown = err.Error()
		}
		d.Sources = a.sources(stacks)
		for _, st := range stacks {
			d.Stacks = append(d.Stacks, st.Text())
		}
	}
	children, err := a.children(req.Context(), t.ID, 100)
	for i := range children {
		d.Children = append(d.Children, viewOf(&children[i], now))
	}
	return d, err
}

// children are the first ones of a task.
func (a *Admin) children(ctx context.Context, id string, most int) ([]engine.Info, error) {
	return a.store.tasks(ctx, engine.Query{Parent: id, Limit: most})
}

func (a *Admin) history(req *http.Request) (any, error) {
	id, err := idOf(req)
	if err != nil {
		return nil, err
	}
	list, err := a.store.history(req.Context(), id)
	if err != nil {
		return nil, err
	}
	out := []api.Event{}
	for _, e := range list {
		out = append(out, api.Event{Seq: e.Seq, At: e.At, Note: e.Note})
	}
	return out, nil
}

// snapshot is one with its descriptions, as greenlet durable show and check take it.
func (a *Admin) snapshot(req *http.Request) (any, error) {
	t, _, at, err := a.asked(req)
	if err != nil {
		return nil, err
	}
	if at == nil {
		return nil, refuse(http.StatusConflict, "task %s has ended (%v): there is no snapshot of it", t.ID, t.Status)
	}
	return durable.Inline(at.Snapshot, &a.known)
}

func (a *Admin) about(req *http.Request, writes bool) (any, error) {
	now, err := a.store.now(req.Context())
	if err != nil && !errors.Is(err, errAway) {
		return nil, err
	}
	b := api.About{Writes: writes, Now: now}
	if path, err := os.Executable(); err == nil {
		b.Program = filepath.Base(path)
	}
	if a.runner != nil {
		b.Build, b.Owner = a.runner.Build(), a.runner.Owner()
	}
	late, cancel := context.WithTimeout(req.Context(), 50*time.Millisecond) // the page is not to wait
	defer cancel()
	if n, _ := a.count(late); n != nil {
		b.States, b.Counted = n.states, n.at
	}
	_, b.Keeps = a.store.engine.(engine.Keeper)
	return b, nil
}
