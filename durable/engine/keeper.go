package engine

import (
	"context"
	"time"
)

// Keeper is an Engine that can keep what a task's snapshots were before the last one: for who looks at how it has come
// where it is, and for forks of it. How many, an option of the store says; there are none where that is not set.
type Keeper interface {
	Engine
	// Kept are the snapshots of the last commits of a task, the oldest first, and that of its start if it is one
	// of them. The last one is the task's own, unless that has ended: they are there until it is forgotten. It fails with
	// [ErrNoTask].
	Kept(ctx context.Context, id string) ([]Kept, error)
}

// Kept is where a task stood behind a commit.
type Kept struct {
	Seq      uint64 // that the commit has made; 0 is the start
	At       time.Time
	Waits    string // for people: what it waited for
	Snapshot []byte
}

// Keeps is what a store keeps of a change that it has applied; ok is false if that is nothing.
func (c *Change) Keeps(now time.Time) (k Kept, ok bool) {
	return Kept{c.Seq + 1, now, c.Waits, c.Snapshot}, c.Advance && len(c.Snapshot) > 0
}

// KeptOfStart is what a store keeps of a task that it has just made.
func KeptOfStart(t *Task, now time.Time) Kept {
	return Kept{At: now, Waits: t.Waits, Snapshot: t.Snapshot}
}

// AppendKept writes one.
func AppendKept(b []byte, k Kept) []byte {
	w := writer{append(b, version)}
	w.uint(k.Seq)
	w.time(k.At)
	w.string(k.Waits)
	w.bytes(k.Snapshot)
	return w.b
}

// ReadKept reads what AppendKept has written. It refers to b.
func ReadKept(b []byte) (k Kept, err error) {
	if len(b) == 0 || b[0] != version {
		return k, errEncoding
	}
	r := reader{b: b[1:]}
	k = Kept{r.uint(), r.time(), r.string(), r.bytes()}
	return k, r.err()
}
