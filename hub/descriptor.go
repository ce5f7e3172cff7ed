package hub

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
)

// Descriptor is a file descriptor that tasks wait for. It belongs to the hub's goroutine.
// [Hub.Watch] makes it.
type Descriptor struct{ readiness Readiness }

// Watch has the hub ask the operating system about a descriptor, which should be non-blocking:
// a socket, pipe, terminal, or whatever else can be polled. A descriptor keeps no hub
// running; a task that waits for it does.
//
// It is an error if the system can't poll the descriptor, or tasks can't wait for any: on
// Windows, or if the hub's clock is simulated, as it would not know when to jump.
func (h *Hub) Watch(fd int) (*Descriptor, error) {
	d := new(Descriptor)
	if err := d.Init(h, fd); err != nil {
		return nil, err
	}
	return d, nil
}

// Init is [Hub.Watch] for a Descriptor that is part of something else.
func (d *Descriptor) Init(h *Hub, fd int) error {
	if fd < 0 {
		return fmt.Errorf("hub: there is no descriptor %d", fd)
	}
	if h.poller == nil {
		if err := h.openPoller(); err != nil {
			return err
		}
	}
	if err := h.poller.add(fd); err != nil {
		h.closePoller()
		return err
	}
	if fd >= len(h.watched) {
		h.watched = append(h.watched, make([]*Descriptor, fd+1-len(h.watched))...)
	}
	h.open++
	if old := h.watched[fd]; old != nil { // its file has been closed, or it could not be added again
		old.leave()
	}
	d.readiness = h.MakeReadiness()
	d.readiness.fd = int32(fd)
	d.readiness.is |= outside
	h.watched[fd] = d
	return nil
}

// Readiness is where tasks wait for d that have tried: it tells of changes only.
func (d *Descriptor) Readiness() *Readiness { return &d.readiness }

// Fd is the number of the descriptor.
func (d *Descriptor) Fd() int { return int(d.readiness.fd) }

// happened is called by the loop.
func (d *Descriptor) happened(what happening) {
	if what&hasEnded != 0 {
		d.readiness.is |= ended
	}
	if what&canRead != 0 {
		d.readiness.Signal(In)
	}
	if what&canWrite != 0 {
		d.readiness.Signal(Out)
	}
}

// Ended reports whether the system has told of an end or an error: a read that gets less
// than it asked for has not got all then.
func (d *Descriptor) Ended() bool { return d.readiness.is&ended != 0 }

// Exhausted says that there is nothing to read, or no room to write: that the system has
// said EAGAIN, or had less than it was asked for, with no end behind it.
func (d *Descriptor) Exhausted(dir Direction) error {
	if dir == Out && d.readiness.is&(telling|closed) == 0 {
		// Few ever wait to write. Who reads would be woken whenever there is room.
		if err := d.readiness.hub.poller.addOut(d.Fd()); err != nil {
			return err
		}
		d.readiness.is |= telling
	}
	d.readiness.Exhausted(dir)
	return nil
}

// now asks the system whether d can be read or written at this moment.
func (d *Descriptor) now(dir Direction) (bool, error) {
	if err := d.readiness.Check(dir); err != nil {
		return false, err
	}
	ready, err := pollOne(d.Fd(), dir)
	if ready || err != nil {
		return ready, err
	}
	return false, d.Exhausted(dir)
}

// WaitRead waits until something can be read, or there is an end or an error to find by
// reading. Its errors are [os.ErrClosed], if d is closed, and a [*Conflict], if another
// task waits to read.
//
//greenlet:resumable
func (d *Descriptor) WaitRead() error {
	if ready, err := d.now(In); ready || err != nil {
		return err
	}
	return d.readiness.Wait(In)
}

// WaitReadFor is WaitRead that gives up after t, with [os.ErrDeadlineExceeded].
//
//greenlet:resumable
func (d *Descriptor) WaitReadFor(t time.Duration) error {
	if ready, err := d.now(In); ready || err != nil {
		return err
	}
	return d.readiness.WaitFor(In, t)
}

// WaitWrite waits until something can be written. Its errors are those of WaitRead.
//
//greenlet:resumable
func (d *Descriptor) WaitWrite() error {
	if ready, err := d.now(Out); ready || err != nil {
		return err
	}
	return d.readiness.Wait(Out)
}

// WaitWriteFor is WaitWrite that gives up after t, with [os.ErrDeadlineExceeded].
//
//greenlet:resumable
func (d *Descriptor) WaitWriteFor(t time.Duration) error {
	if ready, err := d.now(Out); ready || err != nil {
		return err
	}
	return d.readiness.WaitFor(Out, t)
}

// Close ends the watch; the descriptor itself stays open. Tasks that wait get
// [os.ErrClosed]. To close it again does nothing.
func (d *Descriptor) Close() {
	if h := d.readiness.hub; d.current() {
		h.poller.remove(d.Fd())
		d.leave()
	}
}

// CloseFile is Close that closes the descriptor itself as well. Another time it does
// nothing but return [os.ErrClosed].
func (d *Descriptor) CloseFile() error {
	if !d.current() {
		return os.ErrClosed
	}
	// The system forgets about a file that is closed, unless it is open elsewhere: in a
	// process that has just been forked. What it tells then is of no descriptor that is
	// watched, or wakes one for nothing.
	d.leave()
	return os.NewSyscallError("close", closeFile(d.Fd()))
}

// Closed reports whether d has been closed.
func (d *Descriptor) Closed() bool { return !d.current() }

// current reports whether d is watched: it may be closed, or its number another's.
func (d *Descriptor) current() bool {
	h := d.readiness.hub
	return d.readiness.is&closed == 0 && h.watched[d.Fd()] == d
}

// leave takes d out of those that are watched.
func (d *Descriptor) leave() {
	h := d.readiness.hub
	d.readiness.Close()
	h.watched[d.Fd()] = nil
	if h.open--; h.goroutine.Load() == 0 {
		h.closePoller()
	}
}

var errSimulated = errors.New("hub: in simulated time tasks can't wait for descriptors")

func (h *Hub) openPoller() error {
	if _, ok := h.clock.(systemClock); !ok {
		return errSimulated
	}
	p, err := newPoller()
	if err != nil {
		return err
	}
	h.poller = p
	h.cleanup = runtime.AddCleanup(h, poller.close, p)
	return nil
}

// closePoller closes the poller if it has nothing to poll.
func (h *Hub) closePoller() {
	if h.poller == nil || h.open > 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cleanup.Stop()
	h.poller.close()
	h.poller, h.watched, h.pace = nil, nil, pace{}
}
