package admin

import (
	"context"
	"encoding/base64"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/going-green/greenlet/durable/admin/api"
	"github.com/going-green/greenlet/durable/engine"
)

// Lists: what the engine does not search by is looked for here, in the tasks that it gives.

const (
	mostTasks  = 1000  // of a page
	mostLooked = 20000 // tasks that a request looks at
)

// part is how many tasks the engine is asked for at a time. One that is on the hub lists them in one go: it sorts all of them each
// time.
func (a *Admin) part() int {
	if a.store.onHub {
		return 100 * mostLooked
	}
	return 1000
}

// search is what a list is asked for.
type search struct {
	engine.Query
	state []string
	fn    string // a function without its import path, or a part of that
	text  string
	limit int
}

// statuses are those that there are, by their names.
var statuses = func() map[string]engine.Status {
	m := map[string]engine.Status{}
	for s := engine.Active; s <= engine.Canceled; s++ {
		m[s.String()] = s
	}
	return m
}()

// states are those of tasks, by their status.
var states = map[string]engine.Status{
	api.Running: engine.Active, api.Due: engine.Active, api.Waiting: engine.Active,
	api.Parked: engine.Parked, api.Done: engine.Done, api.Failed: engine.Failed, api.Canceled: engine.Canceled,
}

func searchOf(v url.Values) (s search, err error) {
	s.Prefix, s.Parent, s.text, s.limit = v.Get("prefix"), v.Get("parent"), strings.ToLower(v.Get("text")), 100
	if s.fn = v.Get("func"); strings.Contains(s.fn, "/") {
		s.Func, s.fn = s.fn, ""
	}
	if n := v.Get("limit"); n != "" {
		if s.limit, err = strconv.Atoi(n); err != nil || s.limit < 1 {
			return s, refuse(http.StatusBadRequest, "limit=%s is no number of tasks", n)
		}
		s.limit = min(s.limit, mostTasks)
	}
	if s.After, err = fromCursor(v.Get("after")); err != nil {
		return s, err
	}
	for _, pair := range v["attr"] {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return s, refuse(http.StatusBadRequest, "attr=%s is no name=value", pair)
		}
		if s.Attrs == nil {
			s.Attrs = map[string]string{}
		}
		s.Attrs[name] = value
	}
	for _, name := range words(v["status"]) {
		st, ok := statuses[name]
		if !ok {
			return s, refuse(http.StatusBadRequest, "there is no status %s; there are active, parked, done, failed and canceled", name)
		}
		s.Status = append(s.Status, st)
	}
	s.state = words(v["state"])
	given := len(s.Status) > 0
	for _, name := range s.state {
		st, ok := states[name]
		if !ok {
			return s, refuse(http.StatusBadRequest, "there is no state %s; there are running, due, waiting, parked, done, failed and canceled", name)
		}
		if !given {
			s.Status = append(s.Status, st)
		}
	}
	return s, nil
}

// words are those of a list, which may have commas.
func words(list []string) (out []string) {
	for _, s := range list {
		for w := range strings.SplitSeq(s, ",") {
			if w != "" {
				out = append(out, w)
			}
		}
	}
	return out
}

// matches looks at what the engine has not.
func (s *search) matches(t *engine.Info, now time.Time) bool {
	if len(s.state) > 0 && !slices.Contains(s.state, stateOf(t, now)) {
		return false
	}
	if s.fn != "" && t.Func != s.fn && !strings.HasSuffix(t.Func, "/"+s.fn) && !strings.HasSuffix(t.Func, "."+s.fn) {
		return false
	}
	if s.text == "" {
		return true
	}
	has := func(text string) bool { return strings.Contains(strings.ToLower(text), s.text) }
	if has(t.ID) || has(t.Func) || has(t.Waits) || has(t.Reason) || has(t.Err) {
		return true
	}
	for name, value := range t.Attrs {
		if has(name) || has(value) {
			return true
		}
	}
	return false
}

func cursor(id string) string { return base64.RawURLEncoding.EncodeToString([]byte(id)) }

func fromCursor(c string) (string, error) {
	id, err := base64.RawURLEncoding.DecodeString(c)
	if err != nil {
		return "", refuse(http.StatusBadRequest, "after=%s is no cursor of a page before", c)
	}
	return string(id), nil
}

// each calls f for tasks that s asks for, until it wants no more, or as many were looked at as a request may: then there is a
// cursor of the next page.
func (a *Admin) each(ctx context.Context, s search, f func(*engine.Info) (more bool, err error)) (looked int, next string, err error) {
	now, err := a.store.now(ctx)
	if err != nil {
		return 0, "", err
	}
	s.Limit = min(a.part(), mostLooked)
	for t, err := range a.all(ctx, s.Query) {
		if err != nil {
			return looked, "", err
		}
		looked++
		more := true
		if s.matches(t, now) {
			if more, err = f(t); err != nil {
				return looked, "", err
			}
		}
		if !more || looked >= mostLooked {
			return looked, cursor(t.ID), nil
		}
	}
	return looked, "", nil
}

// all are the tasks that q asks for, of which the store is asked for q.Limit at a time.
func (a *Admin) all(ctx context.Context, q engine.Query) iter.Seq2[*engine.Info, error] {
	return func(yield func(*engine.Info, error) bool) {
		for {
			list, err := a.store.tasks(ctx, q)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range list {
				if !yield(&list[i], nil) {
					return
				}
			}
			if len(list) < q.Limit {
				return
			}
			q.After = list[len(list)-1].ID
		}
	}
}

func (a *Admin) list(req *http.Request) (any, error) {
	s, err := searchOf(req.URL.Query())
	if err != nil {
		return nil, err
	}
	page := api.Tasks{Tasks: []api.Task{}}
	if page.Now, err = a.store.now(req.Context()); err != nil {
		return nil, err
	}
	page.Looked, page.Next, err = a.each(req.Context(), s, func(t *engine.Info) (bool, error) {
		page.Tasks = append(page.Tasks, viewOf(t, page.Now))
		return len(page.Tasks) < s.limit, nil
	})
	return page, err
}
