package engine

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// The rules of tasks, which are the same whatever they are kept in. All work on one row; what is known of message
// IDs, and where the inbox is, is the store's matter. Now is the store's clock, rounded by [Round], as all times are that
// they leave in a row.

// New is the task that a start makes.
func New(m Message, now time.Time) *Task {
	s := m.Start
	due := Round(s.Due)
	if due.IsZero() || due.Before(now) {
		due = now
	}
	return &Task{
		Info: Info{
			ID: m.To, Func: s.Func, Parent: s.Parent, Priority: s.Priority, Status: Active, Due: due, Waits: "start",
			Attrs: maps.Clone(s.Attrs), Created: now, Updated: now, Bytes: len(s.Snapshot),
		},
		Snapshot: s.Snapshot,
	}
}

// Apart has what a store has refused together be tried one by one, so that what it can't take is alone in that. errs are
// those of a transaction.
func Apart(errs []error, alone func(i int) error) []error {
	if len(errs) > 1 && errors.Is(errs[0], ErrRefused) {
		for i := range errs {
			errs[i] = alone(i)
		}
	}
	return errs
}

// Deliver is what a message that is no start, and not known, does to a task; t is nil if there is none. keep
// says that it is to be put into the inbox. tell are messages to others, which are to be delivered together with it.
func Deliver(t *Task, m Message, now time.Time) (keep bool, tell []Message, err error) {
	switch {
	case t == nil:
		return false, nil, ErrNoTask
	case m.Topic == Retry:
		if len(t.Snapshot) == 0 || t.Status != Parked && t.Status != Failed {
			return false, nil, ErrEnded
		}
		t.Status, t.Refused, t.Reason, t.Due, t.Updated = Active, nil, "", now, now
		return false, nil, nil
	case t.Status.Ended():
		return false, nil, ErrEnded
	case m.Topic == Kill:
		t.Epoch++ // the owner, if there is one, is fenced off
		t.ended(Canceled, now)
		t.Err = "killed"
		if t.Parent != "" {
			tell = []Message{ResultOf(&t.Info)}
		}
		return false, tell, nil
	}
	if Wakes(t.Awaits, m.Topic) && (t.Due.IsZero() || t.Due.After(now)) {
		t.Due = now
	}
	return true, nil, nil
}

// Wakes reports whether a message of the topic wakes a task that awaits some.
func Wakes(awaits []string, topic string) bool {
	return topic == Cancel || slices.Contains(awaits, topic)
}

// ResultTopic is the topic of the message that tells a parent of a child's end.
func ResultTopic(child string) string { return "result:" + child }

// ResultOf is that message. Its body is that of [Outcome.Encode].
func ResultOf(t *Info) Message {
	o := Outcome{Status: t.Status, Result: t.Result, Err: t.Err}
	return Message{ID: ResultTopic(t.ID), To: t.Parent, Topic: ResultTopic(t.ID), Body: o.Encode()}
}

// Taken is what the starter of a child is told if t has the ID already, and is not its child: else it would wait for ever, as t
// tells its result to another one, or to nobody. It is the result, if t has ended, or else that it will not get it. ok is false if
// there is nobody to be told.
func Taken(t *Task, m Message) (tell Message, ok bool) {
	if m.Start.Parent == "" || m.Start.Parent == t.Parent {
		return tell, false
	}
	tell = ResultOf(&t.Info)
	if tell.To = m.Start.Parent; !t.Status.Ended() {
		whose := "nobody's child"
		if t.Parent != "" {
			whose = "the child of task " + t.Parent
		}
		tell.Body = Outcome{Status: Failed, Err: fmt.Sprintf("it was there already, as %s: give children IDs with their parent's in them", whose)}.Encode()
	}
	return tell, true
}

// ended makes t one that has ended.
func (t *Task) ended(s Status, now time.Time) {
	t.Status, t.Due, t.Awaits, t.Waits, t.Owner, t.Until, t.Updated = s, time.Time{}, nil, "", "", time.Time{}, now
	if s != Failed {
		t.Snapshot, t.Bytes, t.Inbox = nil, 0, nil
	}
}

// Apply makes a change of a task; t is nil if there is none. awaited says whether a message is in the inbox, of those that are not consumed, that
// wakes the task, if it is released.
func Apply(t *Task, c *Change, now time.Time, awaited func() bool) error {
	if t == nil || t.Status.Ended() || t.Epoch != c.Epoch || t.Seq != c.Seq || t.Owner == "" {
		return ErrFenced
	}
	t.Updated = now
	if c.Advance {
		t.Seq++
		t.Refused, t.Reason = nil, ""
		if c.Snapshot != nil {
			t.Snapshot, t.Bytes = c.Snapshot, len(c.Snapshot)
		}
		t.Result, t.Err = c.Result, c.Err
	}
	if c.Attrs != nil {
		t.Attrs = maps.Clone(c.Attrs)
	}
	if c.Reason != "" {
		t.Reason = c.Reason
	}
	if c.Status.Ended() {
		t.ended(c.Status, now)
		return nil
	}
	t.Status, t.Awaits, t.Waits = c.Status, c.Awaits, c.Waits
	if t.Due.IsZero() || t.Due.After(now) { // else it stays, which saves stores a new place in their order
		t.Due = now
	}
	if c.Refuse != "" && !slices.Contains(t.Refused, c.Refuse) {
		t.Refused = append(t.Refused, c.Refuse)
	}
	if c.Release {
		t.Owner, t.Until, t.Due = "", time.Time{}, Round(c.Due)
		if awaited() && (t.Due.IsZero() || t.Due.After(now)) {
			t.Due = now
		}
	}
	return nil
}

// Claimable reports whether a claim may have the task.
func Claimable(t *Info, r Request, now time.Time) bool {
	return !t.Status.Ended() && !t.Due.IsZero() && !t.Due.After(now) && (t.Owner == "" || t.Until.Before(now)) && !slices.Contains(t.Refused, r.Build)
}

// Matches reports whether the query asks for the task. Limit is the store's matter.
func (q *Query) Matches(t *Info) bool {
	if !strings.HasPrefix(t.ID, q.Prefix) || t.ID <= q.After && q.After != "" || q.Func != "" && t.Func != q.Func || q.Parent != "" && t.Parent != q.Parent ||
		len(q.Status) > 0 && !slices.Contains(q.Status, t.Status) {
		return false
	}
	for k, v := range q.Attrs {
		if got, ok := t.Attrs[k]; !ok || got != v {
			return false
		}
	}
	return true
}

// Copy is the task with nothing that the original could change.
func (t *Task) Copy() Task {
	c := *t
	c.Info = t.Info.Copy()
	c.Snapshot, c.Inbox = bytes.Clone(t.Snapshot), slices.Clone(t.Inbox)
	return c
}

// Copy is the info with nothing that the original could change.
func (t *Info) Copy() Info {
	c := *t
	c.Awaits, c.Refused, c.Attrs, c.Result = slices.Clone(t.Awaits), slices.Clone(t.Refused), maps.Clone(t.Attrs), bytes.Clone(t.Result)
	return c
}

// List ranges over list, or yields err.
func List(list []Info, err error) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		if err != nil {
			yield(Info{}, err)
			return
		}
		for _, t := range list {
			if !yield(t, nil) {
				return
			}
		}
	}
}
