package hub

import (
	"fmt"
	"os"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Direction is one of the two in which data flows.
type Direction uint8

const (
	In  Direction = iota // to be read
	Out                  // to be written
)

func (d Direction) String() string {
	return d.reason().String()
}

func (d Direction) reason() reason {
	if d == Out {
		return forWrite
	}
	return forRead
}

// Readiness is where tasks wait until a transport can be read or written: one task in each
// direction. It is for who makes a transport; [Hub.MakeReadiness] makes one.
//
// Who reads tries first. If there is nothing, the transport calls Exhausted, and the task
// Wait, which returns when the transport has called Signal: then it is worth trying
// again. As long as Ready is false it isn't.
type Readiness struct {
	hub   *Hub
	tasks [2]*Task // that wait, by Direction
	due   *deadlines
	fd    int32 // of a Descriptor, which takes no more memory so
	is    condition
	went  [2]uint8 // how often a task went on without a wait
}

// patience is how often a task may read from one transport, or write, before others have
// their turn: with a peer that is fast enough it never waits. Of 64 KiB each, that is some
// hundred microseconds.
const patience = 32

// There are as many as there are connections: hence bits.
type condition uint8

const (
	readyIn  condition = 1 << In
	readyOut condition = 1 << Out
	closed   condition = 1 << iota
	ended              // of a Descriptor: there is an end or an error behind what can be read
	outside            // the hub does not know what will happen to it
	telling            // the poller tells when it can be written, too
)

type deadlines [2]time.Time

// MakeReadiness is that of a transport of which nothing is known yet: to read and to
// write is worth trying.
func (h *Hub) MakeReadiness() Readiness { return Readiness{hub: h, is: readyIn | readyOut} }

// Hub is the hub whose tasks may wait.
func (r *Readiness) Hub() *Hub { return r.hub }

// Ready reports whether it is worth trying.
func (r *Readiness) Ready(dir Direction) bool { return r.is&(1<<dir) != 0 }

// Signal makes r ready and wakes who waits for it.
func (r *Readiness) Signal(dir Direction) {
	r.is |= 1 << dir
	r.retry(dir)
}

// retry has who waits look again.
func (r *Readiness) retry(dir Direction) {
	if t := r.tasks[dir]; t != nil {
		t.grant()
	}
}

// Exhausted says that there is no more to read, or no room to write.
func (r *Readiness) Exhausted(dir Direction) { r.is &^= 1 << dir }

// Close has those who wait return [os.ErrClosed], and those who come.
func (r *Readiness) Close() {
	r.is |= closed
	r.retry(In)
	r.retry(Out)
}

// SetDeadline has those who wait in the direction return [os.ErrDeadlineExceeded] at a
// time, those who wait already and those who come, until it is set to another; the
// zero time is none.
func (r *Readiness) SetDeadline(dir Direction, at time.Time) {
	if r.due == nil {
		if at.IsZero() {
			return
		}
		r.due = new(deadlines)
	}
	if !at.IsZero() { // it may have no monotonic clock, by which timers go
		at = r.hub.in(at.Sub(r.hub.Now()))
	}
	r.due[dir] = at
	r.retry(dir)
}

// Check is the error of who would read or write now: [os.ErrClosed],
// [os.ErrDeadlineExceeded], or a [*Conflict] with another task that waits.
func (r *Readiness) Check(dir Direction) error {
	switch {
	case r.is&closed != 0:
		return os.ErrClosed
	case r.tasks[dir] != nil:
		return r.conflict(dir)
	case r.due != nil && r.late(r.due[dir]):
		return os.ErrDeadlineExceeded
	}
	return nil
}

func (r *Readiness) late(at time.Time) bool { return !at.IsZero() && !at.After(r.hub.clock.Now()) }

// Wait waits until r is ready. Its errors are those of Check. It panics if it has to wait
// outside of the hub's tasks.
//
//greenlet:resumable
func (r *Readiness) Wait(dir Direction) error {
	for {
		loop, err := r.Park(greenlet.Current(), dir)
		if loop == nil {
			return err
		}
		loop.Switch()
	}
}

// WaitFor is Wait that gives up after d, with [os.ErrDeadlineExceeded].
//
//greenlet:resumable
func (r *Readiness) WaitFor(dir Direction, d time.Duration) error {
	until := r.hub.in(d)
	for {
		loop, err := r.park(greenlet.Current(), dir, until)
		if loop == nil {
			return err
		}
		loop.Switch()
	}
}

// GiveWay is called by who is about to read or write. It lets others have their turn first
// if that has gone on for long with no wait.
//
//greenlet:resumable
func (r *Readiness) GiveWay(dir Direction) {
	if r.greedy(dir) && greenlet.Current() != greenlet.Main() {
		r.hub.Yield()
	}
}

// greedy reports whether others should have their turn. The current greenlet is asked for
// behind it only: on a stack of its own plain code has to look for it.
func (r *Readiness) greedy(dir Direction) bool {
	if r.went[dir]++; r.went[dir] <= patience {
		return false
	}
	r.went[dir] = 0
	return true
}

// Park is a part of Wait, for who is called by many thousands of tasks at a time: they
// can do without the frame of Wait. It has the running task wait, of which g is the
// current greenlet, unless it need not: then loop is nil, and err what Wait returns.
// Else the task has to switch to loop at once, and then to call Park again.
func (r *Readiness) Park(g *greenlet.Greenlet, dir Direction) (loop *greenlet.Greenlet, err error) {
	return r.park(g, dir, time.Time{})
}

func (r *Readiness) park(g *greenlet.Greenlet, dir Direction, until time.Time) (loop *greenlet.Greenlet, err error) {
	if err := r.Check(dir); err != nil || r.Ready(dir) {
		return nil, err
	}
	if r.late(until) {
		return nil, os.ErrDeadlineExceeded
	}
	t := r.hub.waits(g, parked, dir.reason())
	if r.due != nil {
		if at := r.due[dir]; until.IsZero() || !at.IsZero() && at.Before(until) {
			until = at
		}
	}
	if !until.IsZero() {
		t.startTimer(until)
	}
	if r.is&outside != 0 {
		r.hub.outside++
	}
	r.tasks[dir], r.went[dir], t.io = t, 0, r
	return r.hub.self, nil
}

// left is called for a task that no longer waits.
func (r *Readiness) left(t *Task) {
	t.waiter.io = nil
	if r.is&outside != 0 {
		r.hub.outside--
	}
	if r.tasks[In] == t {
		r.tasks[In] = nil
	} else {
		r.tasks[Out] = nil
	}
}

// Conflict is the error of a task that would read or write where another one waits to do
// the same: which of them would get what, nobody could tell.
type Conflict struct {
	Task  *Task // who comes second; nil if it is none of the hub's
	First TaskState
}

func (c *Conflict) Error() string {
	who := "other code"
	if c.Task != nil {
		who = c.Task.String()
	}
	return fmt.Sprintf("hub: %s comes where another waits already: %v", who, c.First)
}

func (r *Readiness) conflict(dir Direction) error {
	return &Conflict{r.hub.running, r.tasks[dir].look()}
}
