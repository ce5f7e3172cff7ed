// Package engine is what package task asks of a store of durable tasks, and what stores are written by:
// the types that go between them, and the rules that hold for all of them.
//
// A task is a row: a snapshot of a greenlet, what it waits for, and when it is to run. Workers claim rows,
// run them up to the next suspension, and commit what has become of them:
//
//  1. [Engine.Claim] raises a task's epoch. A worker that had it before, and only seemed dead, is fenced
//     off by that: what it commits is refused.
//  2. The worker runs the task to its next suspension. Nothing has left the process then.
//  3. [Engine.Commit] takes the snapshot, the messages that were consumed and those that are sent, and when
//     and by what it is to be woken, if epoch and sequence are those of the row: all of it, or nothing.
//  4. Only then the worker does what the task has asked for, under the key that the row's sequence gives.
//  5. Its result is in memory, and in the next commit's snapshot.
//
// So state advances once, an effect happens at least once and under one key, and what was acknowledged is
// committed. Due times and leases go by the store's clock.
package engine

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Engine is a store of tasks. All methods may be called by several goroutines at once. They block, and are
// called where that is no matter, unless the engine is [OnHub].
type Engine interface {
	// Claim gives the owner up to r.Max tasks that are due, nobody's, and not refused by its build: those of higher
	// priority first, then those that have been due for longer. They are its own until r.TTL has passed, or longer
	// if it calls Renew, or until a Change releases them. Their epochs are raised.
	Claim(ctx context.Context, r Request) ([]Task, error)
	// Renew has those of the tasks that are the owner's still be its own for ttl from now, and returns the messages of
	// topic [Cancel] that are in their inboxes.
	Renew(ctx context.Context, owner string, ttl time.Duration, ids []string) ([]Message, error)
	// Commit applies changes, and delivers their outboxes: each change as a whole or not at all, with an error at
	// its index, which is [ErrFenced] if the task is not the owner's any more, and [ErrRefused] for one that can't be
	// stored. What it returns nil for is durable.
	// An error for all, such as that of a connection that broke, leaves open which were applied.
	Commit(ctx context.Context, changes []Change) []error
	// Send delivers messages, with an error for each at its index, as [Deliver] has them. What it returns nil
	// or [ErrKnown] for is durable.
	Send(ctx context.Context, messages ...Message) []error
	// Wait returns when Claim, so called, may have a task to give, when atMost has passed, unless that is negative, or
	// with ctx's error. It may return early.
	Wait(ctx context.Context, r Request, atMost time.Duration) error
	// Get is a task with its inbox. It fails with [ErrNoTask].
	Get(ctx context.Context, id string) (Task, error)
	// Tasks are those that q asks for, by ID.
	Tasks(ctx context.Context, q Query) iter.Seq2[Info, error]
	// History are the last events of a task, the oldest first.
	History(ctx context.Context, id string) ([]Event, error)
	// Forget drops tasks that have ended, with all that is known of them: a start with such an ID is a new one.
	// Others it leaves.
	Forget(ctx context.Context, ids ...string) error
	// Schema is a description that a Change or a Start has had. It fails with [ErrNoSchema].
	Schema(ctx context.Context, hash uint64) ([]byte, error)
}

// OnHub is an Engine whose methods wait as a hub's tasks do, and block nothing: they are for that hub's tasks
// only, and for the goroutine that runs the hub while it does not.
type OnHub interface {
	Engine
	OnHub()
}

var (
	// ErrFenced is the error for a change of a task that is another's by now, or has ended.
	ErrFenced = errors.New("durable: the task has another owner by now; what this one did since its last commit is dropped")
	// ErrKnown is the error for a message whose receiver knows its ID, and a start of a task that is there:
	// they are dropped.
	ErrKnown = errors.New("durable: it is known already")
	// ErrRefused is the error for a change or message that the store can't take for what is in it, such as a text too
	// long for an index: it would be refused again.
	ErrRefused = errors.New("durable: the store refuses what is in it")
	// ErrNoTask is the error for a message to, or a question for, a task that is not there.
	ErrNoTask = errors.New("durable: there is no such task")
	// ErrEnded is the error for a message to a task that has ended.
	ErrEnded = errors.New("durable: the task has ended")
	// ErrNoSchema is the error for a description that the store has not.
	ErrNoSchema = errors.New("durable: the store has no such description")
)

// Request says who claims what.
type Request struct {
	Owner string // a name that no other process has, nor has had
	Build string // of the program: tasks that it has refused are not given to it
	Max   int
	TTL   time.Duration
}

// Status is what has become of a task.
type Status uint8

const (
	Active   Status = iota + 1 // it runs, waits, or is due
	Parked                     // there is a build that can't go on with it: Reason says why
	Done                       // its function has returned, with an error or without
	Failed                     // it has panicked
	Canceled                   // it has ended by a [Cancel] or a [Kill]
)

var statusNames = [...]string{Active: "active", Parked: "parked", Done: "done", Failed: "failed", Canceled: "canceled"}

func (s Status) String() string {
	if int(s) < len(statusNames) && statusNames[s] != "" {
		return statusNames[s]
	}
	return "unknown"
}

// Ended reports whether it is one of a task that will not run again, unless it is told to [Retry].
func (s Status) Ended() bool { return s >= Done }

// Info is what is known of a task without its snapshot.
type Info struct {
	ID       string
	Func     string // that it was made of, with the import path
	Parent   string // the task that has started it and wants its result, or ""
	Priority int8   // higher ones are claimed first
	Status   Status
	Epoch    uint64            // raised by each claim
	Seq      uint64            // number of commits
	Due      time.Time         // when it is to run; zero for one that waits for messages only
	Awaits   []string          // topics of messages that it is woken by
	Waits    string            // for people: what it waits for
	Reason   string            // why it is parked, or has failed
	Refused  []string          // builds that can't go on with it
	Attrs    map[string]string // to be searched by
	Result   []byte            // of one that is Done: JSON
	Err      string            // what it has returned besides, or ""
	Created  time.Time
	Updated  time.Time
	Owner    string    // who has it, or ""
	Until    time.Time // by when it has to renew that
	Bytes    int       // of the snapshot
}

// Task is all that is kept of a task.
type Task struct {
	Info
	Snapshot []byte
	Inbox    []Message // that were not consumed, in the order in which they came
}

// Topics that engines know, and act by. Those of signals begin with "signal:", those of results with
// "result:".
const (
	// Cancel wakes the task, whatever it waits for.
	Cancel = "cancel"
	// Retry makes a task active again that is parked, or has failed: it goes on with its last snapshot.
	Retry = "retry"
	// Kill ends a task at once: nothing that it has deferred runs.
	Kill = "kill"
)

// Message is what is sent to a task.
type Message struct {
	ID    string // a receiver drops those that it knows
	To    string // a task's ID
	Topic string // "" for a start
	Body  []byte // JSON
	Start *Start // what the task To is made of; nil if it is to be there
}

// Start is a new task.
type Start struct {
	Func     string
	Parent   string
	Priority int8
	Due      time.Time // zero is at once
	Attrs    map[string]string
	Snapshot []byte
	Schemas  []Schema
}

// Schema is a description of functions and types that snapshots refer to.
type Schema struct {
	Hash uint64
	Text []byte
}

// Change is what has become of a task.
type Change struct {
	ID      string
	Epoch   uint64 // that Claim has given
	Seq     uint64 // that the task has
	Advance bool   // whether that is raised; if not, the snapshot stays as well
	// Status may be Parked, for the build Refuse, which stays the owner's no longer.
	Status   Status
	Refuse   string
	Reason   string
	Snapshot []byte // empty for one that has ended, but if it has failed: then nil leaves the last one
	Schemas  []Schema
	Consumed []string // IDs of messages in the inbox
	Outbox   []Message
	// Release gives the task back, to be claimed when it is due, or there is a message of a topic in Awaits. Then
	// Due may be zero. A task that is not released stays its owner's.
	Release bool
	Due     time.Time
	Awaits  []string
	Waits   string
	Attrs   map[string]string // nil leaves them
	Result  []byte
	Err     string
	Note    string // of the event in the history
}

// Event is an entry in a task's history.
type Event struct {
	Seq  uint64
	At   time.Time
	Note string
}

// Query asks for tasks. Zero fields ask for any.
type Query struct {
	Prefix string // of the ID
	After  string // IDs behind it only
	Func   string
	Parent string
	Status []Status
	Attrs  map[string]string
	Limit  int
}
