package admin

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/going-green/greenlet/durable/admin/api"
	"github.com/going-green/greenlet/durable/engine"
)

// What tasks are told.

// tell sends a message.
func (a *Admin) tell(ctx context.Context, m engine.Message) (api.Sent, error) {
	return sent(a.store.tell(ctx, m))
}

func sent(err error) (api.Sent, error) {
	if errors.Is(err, engine.ErrKnown) {
		return api.Sent{Known: true}, nil
	}
	return api.Sent{}, err
}

func (a *Admin) signal(req *http.Request) (any, error) {
	id, err := idOf(req)
	if err != nil {
		return nil, err
	}
	var s struct {
		Name, Message string
		Value         json.RawMessage
	}
	if err := read(req, &s); err != nil {
		return nil, err
	}
	if s.Name == "" {
		return nil, refuse(http.StatusBadRequest, "the signal has no name")
	}
	if s.Message == "" {
		s.Message = rand.Text()
	}
	if len(s.Value) == 0 {
		s.Value = json.RawMessage("null")
	}
	topic := "signal:" + s.Name
	before, err := a.store.get(req.Context(), id)
	if err != nil {
		return nil, err
	}
	sent, err := a.tell(req.Context(), engine.Message{ID: "signal:" + s.Message, To: id, Topic: topic, Body: s.Value})
	// A name that is misspelt is kept like one that is waited for later, and who has sent it would not hear of it.
	if err == nil && !sent.Known && len(before.Awaits) > 0 && !slices.Contains(before.Awaits, topic) {
		sent.Note = "it does not wait for that now, but for: " + before.Waits
	}
	return sent, err
}

func (a *Admin) cancel(req *http.Request) (any, error) {
	id, err := idOf(req)
	if err != nil {
		return nil, err
	}
	return sent(a.store.cancel(req.Context(), id))
}

// command is a kill or a retry.
func (a *Admin) command(req *http.Request, topic string) (any, error) {
	id, err := idOf(req)
	if err != nil {
		return nil, err
	}
	got, err := a.tell(req.Context(), engine.Message{ID: topic + ":" + rand.Text(), To: id, Topic: topic})
	if !errors.Is(err, engine.ErrEnded) || topic != engine.Retry {
		return got, err
	}
	t, gerr := a.store.get(req.Context(), id)
	if gerr != nil {
		return nil, gerr
	}
	return nil, refuse(http.StatusConflict, "task %s is %v: one that is parked or has failed can be told to go on", id, t.Status)
}
