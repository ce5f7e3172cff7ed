// Package api is what a process that serves package admin says, as JSON, and a client for it. It is for programs that have no
// engine, such as the command greenlet durable.
package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/going-green/greenlet/durable"
)

// ID is a task's. As JSON it is a string or, as that could not have it if it is not UTF-8, {"base64": "…"}.
type ID string

type rawID struct {
	Base64 string `json:"base64"`
}

// MarshalJSON writes it.
func (id ID) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(id)) {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false) // who encodes the whole says
		err := e.Encode(string(id))
		return b.Bytes(), err
	}
	return json.Marshal(rawID{base64.StdEncoding.EncodeToString([]byte(id))})
}

// UnmarshalJSON reads it.
func (id *ID) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '{' {
		return json.Unmarshal(b, (*string)(id))
	}
	var raw rawID
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	text, err := base64.StdEncoding.DecodeString(raw.Base64)
	*id = ID(text)
	return err
}

// States of a task, which say more than its status.
const (
	Running  = "running" // a worker has it
	Due      = "due"     // no worker has it yet, and it is time
	Waiting  = "waiting"
	Parked   = "parked"
	Done     = "done"
	Failed   = "failed"
	Canceled = "canceled"
)

// Task is what is known of a task without its snapshot.
type Task struct {
	ID       ID                `json:"id"`
	Func     string            `json:"func"`
	Parent   ID                `json:"parent,omitempty"`
	State    string            `json:"state"`
	Status   string            `json:"status"` // as the store has it: active is running, due or waiting
	Priority int               `json:"priority,omitempty"`
	Seq      uint64            `json:"seq"`             // number of commits
	Epoch    uint64            `json:"epoch"`           // of claims
	Due      time.Time         `json:"due,omitzero"`    // when it is to run; none if it waits for messages only
	Waits    string            `json:"waits,omitempty"` // what it waits for
	Awaits   []string          `json:"awaits,omitempty"`
	Reason   string            `json:"reason,omitempty"`  // why it is parked, or has failed
	Refused  []string          `json:"refused,omitempty"` // builds that can't go on with it
	Attrs    map[string]string `json:"attrs,omitempty"`
	Result   json.RawMessage   `json:"result,omitempty"`
	Err      string            `json:"err,omitempty"`
	Created  time.Time         `json:"created"`
	Updated  time.Time         `json:"updated"`
	Owner    string            `json:"owner,omitempty"`
	Until    time.Time         `json:"until,omitzero"` // by when the owner has to renew its lease
	Bytes    int               `json:"bytes"`          // of the snapshot
}

// Tasks is a page of a list.
type Tasks struct {
	Tasks []Task `json:"tasks"`
	// Next is the cursor of the next page; "" if this is the last one. There may be fewer tasks than were asked for, or none, and
	// a next page nevertheless: a request looks at so many tasks at most.
	Next   string    `json:"next,omitempty"`
	Looked int       `json:"looked"` // at how many tasks
	Now    time.Time `json:"now"`
}

// Detail is a task with all that there is of it.
type Detail struct {
	Task
	Stacks   []durable.StackText `json:"stacks"`
	Sources  []Source            `json:"sources"`           // lines at which the calls stand, if the program has its source
	Unshown  string              `json:"unshown,omitempty"` // why there are no stacks, though there is a snapshot
	At       *Kept               `json:"at,omitempty"`      // whose stacks these are, if they are of an earlier snapshot
	Inbox    []Message           `json:"inbox"`             // that was not taken
	Kept     []Kept              `json:"kept"`              // earlier snapshots
	Children []Task              `json:"children"`          // the first hundred
	Now      time.Time           `json:"now"`
}

// Source are some lines of a file.
type Source struct {
	File  string   `json:"file"`
	Line  int      `json:"line"` // at which a call stands
	From  int      `json:"from"` // the first one's number
	Lines []string `json:"lines,omitempty"`
	Err   string   `json:"err,omitempty"` // why there are none
}

// Message is one that a task has not taken yet.
type Message struct {
	ID    string          `json:"id"`
	Topic string          `json:"topic"`
	Body  json.RawMessage `json:"body,omitempty"` // a string if it is no JSON
}

// Kept is a snapshot that the store has kept.
type Kept struct {
	Seq   uint64    `json:"seq"`
	At    time.Time `json:"at"`
	Waits string    `json:"waits,omitempty"`
	Bytes int       `json:"bytes"`
}

// Event is an entry in a task's history.
type Event struct {
	Seq  uint64    `json:"seq"`
	At   time.Time `json:"at"`
	Note string    `json:"note"`
}

// Sent is the answer to a signal and the like.
type Sent struct {
	Known bool   `json:"known,omitempty"` // the task had it already
	Note  string `json:"note,omitempty"`  // what may be amiss
}

// Forked is the answer to a fork.
type Forked struct {
	ID       ID       `json:"id"`
	Seq      uint64   `json:"seq"` // behind which commit of the original it stands
	Warnings []string `json:"warnings,omitempty"`
}

// Checked is a page of what the running program can't go on with, or not wholly.
type Checked struct {
	Findings []Finding `json:"findings"`
	Looked   int       `json:"looked"`
	Next     string    `json:"next,omitempty"`
}

// Finding is what some tasks have in common.
type Finding struct {
	Tasks   int              `json:"tasks"`
	IDs     []ID             `json:"ids"`     // the first ones
	Refuses bool             `json:"refuses"` // it would be parked; else it loses something
	Func    string           `json:"func"`
	Changes []durable.Change `json:"changes,omitempty"`
	Err     string           `json:"err,omitempty"` // why the snapshot can't be read at all
}

// Alike is the same for findings that are told as one.
func (f *Finding) Alike() string { return fmt.Sprint(f.Func, f.Err, f.Changes) }

// Shapes is a page of snapshots, one of each shape: those that stand at the same calls and hold the same types.
type Shapes struct {
	Shapes []Shape `json:"shapes"`
	Looked int     `json:"looked"`
	Next   string  `json:"next,omitempty"`
}

// Shape is a snapshot for all of its kind.
type Shape struct {
	Key      string `json:"key"` // by which it is known in other pages
	Tasks    int    `json:"tasks"`
	IDs      []ID   `json:"ids"` // the first ones
	Func     string `json:"func"`
	Snapshot []byte `json:"snapshot"` // with its descriptions
}

// About says who serves.
type About struct {
	Program string         `json:"program"`
	Build   string         `json:"build,omitempty"`
	Owner   string         `json:"owner,omitempty"`
	Writes  bool           `json:"writes"` // whether signals and the like may be sent this way
	Keeps   bool           `json:"keeps"`  // whether the store can keep earlier snapshots
	Now     time.Time      `json:"now"`
	States  map[string]int `json:"states,omitempty"` // how many tasks there are in each
	Counted time.Time      `json:"counted,omitzero"` // when that was
}
