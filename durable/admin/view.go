package admin

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/going-green/greenlet/durable/admin/api"
	"github.com/going-green/greenlet/durable/engine"
)

// What the engine has, as the API says it.

func viewOf(t *engine.Info, now time.Time) api.Task {
	return api.Task{
		ID: api.ID(t.ID), Func: t.Func, Parent: api.ID(t.Parent), State: stateOf(t, now), Status: t.Status.String(),
		Priority: int(t.Priority), Seq: t.Seq, Epoch: t.Epoch, Due: t.Due, Waits: t.Waits, Awaits: t.Awaits, Reason: t.Reason,
		Refused: t.Refused, Attrs: t.Attrs, Result: jsonOf(t.Result), Err: t.Err, Created: t.Created, Updated: t.Updated,
		Owner: t.Owner, Until: t.Until, Bytes: t.Bytes,
	}
}

// stateOf says more than the status of an active task. Leases are not held against the clock: that is the store's.
func stateOf(t *engine.Info, now time.Time) string {
	switch {
	case t.Status != engine.Active:
		return t.Status.String()
	case t.Owner != "":
		return api.Running
	case !t.Due.IsZero() && !t.Due.After(now):
		return api.Due
	}
	return api.Waiting
}

// jsonOf is b if that is JSON, else it as a string.
func jsonOf(b []byte) json.RawMessage {
	if len(b) == 0 || json.Valid(b) {
		return b
	}
	text, _ := json.Marshal(string(b)) // strings can be encoded
	return text
}

func inboxOf(list []engine.Message) []api.Message {
	out := []api.Message{}
	for _, m := range list {
		v := api.Message{ID: m.ID, Topic: m.Topic, Body: jsonOf(m.Body)}
		if o, err := engine.ReadOutcome(m.Body); err == nil && strings.HasPrefix(m.Topic, engine.ResultTopic("")) {
			v.Body, _ = json.Marshal(map[string]any{"status": o.Status.String(), "result": jsonOf(o.Result), "err": o.Err})
		}
		out = append(out, v)
	}
	return out
}

func keptOf(k *engine.Kept) api.Kept {
	return api.Kept{Seq: k.Seq, At: k.At, Waits: k.Waits, Bytes: len(k.Snapshot)}
}
