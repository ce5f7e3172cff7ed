package admin

import (
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/going-green/greenlet/durable/admin/api"
	"github.com/going-green/greenlet/durable/engine"
)

// Forks: a new task of another's snapshot. It is nobody's child, and has the messages that the original has not taken. A call
// under way in it keeps the original's key, so that a service which knows that does nothing twice; those that follow have the
// fork's. The original's children are not the fork's: results that there are already it is told.

// mostChildren are those whose results a fork is told.
const mostChildren = 1000

// forkedFrom is an attribute of forks.
const forkedFrom = "forked-from"

func (a *Admin) fork(req *http.Request) (any, error) {
	t, _, at, err := a.asked(req)
	if err != nil {
		return nil, err
	}
	var to struct{ To api.ID }
	if err := read(req, &to); err != nil {
		return nil, err
	}
	switch {
	case to.To == "":
		return nil, refuse(http.StatusBadRequest, "the fork of %s has no ID", t.ID)
	case at == nil:
		return nil, refuse(http.StatusConflict, "task %s has ended (%v), and has no snapshot: name an earlier one by seq (-seq n), if the store has kept some", t.ID, t.Status)
	}
	s := &engine.Start{Func: t.Func, Priority: t.Priority, Attrs: maps.Clone(t.Attrs), Snapshot: at.Snapshot}
	if s.Attrs == nil {
		s.Attrs = map[string]string{}
	}
	s.Attrs[forkedFrom] = t.ID
	var messages []engine.Message
	if !at.earlier {
		for _, m := range t.Inbox {
			if m.Topic != engine.Cancel {
				m.To = string(to.To)
				messages = append(messages, m)
			}
		}
	}
	children, err := a.children(req.Context(), t.ID, mostChildren)
	if err != nil {
		return nil, err
	}
	forked := api.Forked{ID: to.To, Seq: at.Seq}
	for i := range children {
		c := &children[i]
		if !c.Status.Ended() {
			forked.Warnings = append(forked.Warnings, fmt.Sprintf("task %s has not ended: it is %s's child, and tells its result to that only", c.ID, t.ID))
			continue
		}
		m := engine.ResultOf(c)
		m.To = string(to.To)
		messages = append(messages, m)
	}
	// By itself: what is for the fork must not go to a task that has the ID already.
	err = a.store.tell(req.Context(), engine.Message{To: string(to.To), Start: s})
	if errors.Is(err, engine.ErrKnown) {
		return nil, refuse(http.StatusConflict, "there is a task %s already", to.To)
	}
	if err != nil || len(messages) == 0 {
		return forked, err
	}
	errs, err := a.store.send(req.Context(), messages...)
	if err != nil {
		errs = []error{err}
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, engine.ErrKnown) && !errors.Is(err, engine.ErrEnded) { // it may have been fast
			forked.Warnings = append(forked.Warnings, "a message could not be given to it: "+err.Error())
		}
	}
	return forked, nil
}
