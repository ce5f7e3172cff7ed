package socket

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// ErrStopping is the error of [Conn.WaitReadable] when the server of the connection
// stops.
var ErrStopping = errors.New("socket: the server stops")

// Server has a task for each connection of a listener. As many hubs as there are
// processors may have one each for the same port: see [System].
type Server struct {
	Listener *Listener
	// OnConn is what the task of each connection runs, with the connection: a resumable
	// function or a method value of one. See [greenlet.FrameOf].
	OnConn func(*Conn)
	// Handler, if there is no OnConn, makes what the task of a connection runs. The connection is closed
	// when that has ended, however it does. A panic of it is its task's: the hub's
	// OnError is told. If Handler returns nil the connection is closed at once. Handler
	// itself may not panic: that would be a panic of Serve.
	Handler func(*Conn) greenlet.Frame
	// Limit is how many connections there are at a time: 0 is any number. As long as
	// there are so many, others wait in the system's queue.
	Limit int
	// OnError, unless it is nil, is told what went wrong where a connection was to be
	// accepted, and the server tries again. It must not wait.
	OnError func(error)

	conns    []serving
	stopping bool
	changed  *hub.Event // a connection has ended, or it is to stop
}

type serving struct {
	conn *Conn
	task *hub.Task
}

const (
	// acceptAtOnce is how many connections are accepted before other tasks have
	// their turn. gevent: max_accept.
	acceptAtOnce = 100
	// If the system has no more descriptors, or memory, the server tries again after
	// firstDelay, and after twice as long each time, up to lastDelay; and when a
	// connection has ended. gevent: min_delay and max_delay.
	firstDelay = 10 * time.Millisecond
	lastDelay  = time.Second
)

func (s *Server) hub() *hub.Hub { return s.Listener.ready.Hub() }

func (s *Server) init() {
	if s.changed == nil {
		s.changed = s.hub().NewEvent()
	}
}

// startable says what is wrong with OnConn, if it can't be started.
func (s *Server) startable() (err error) {
	defer func() {
		if v := recover(); v != nil {
			e, ok := v.(*greenlet.StateError)
			if !ok {
				panic(v)
			}
			err = fmt.Errorf("socket: OnConn: %w", e)
		}
	}()
	if s.OnConn != nil {
		greenlet.FrameOf(s.OnConn, (*Conn)(nil))
	}
	return nil
}

// Len is the number of connections.
func (s *Server) Len() int { return len(s.conns) }

// Serve accepts connections until the server is stopped; then it returns nil, and the
// tasks of the connections may be at work still. Its error is one that will not go
// away: the listener is closed otherwise, or has a deadline, or OnConn can't be run as a
// task.
//
//greenlet:resumable
func (s *Server) Serve() error {
	s.init()
	if err := s.startable(); err != nil {
		return err
	}
	delay := firstDelay
	for n := 1; ; n++ {
		for s.full() {
			s.changed.Clear()
			s.changed.Wait()
		}
		c, err := s.Listener.TryAccept()
		if err == ErrWouldBlock {
			n = 0
			if err = s.Listener.ready.Wait(hub.In); err == nil {
				continue
			}
			err = s.Listener.failed("accept", err)
		}
		switch {
		case err == nil:
			s.start(c)
			delay = firstDelay
		case s.stopping:
			return nil
		case lasting(err):
			return err
		default:
			s.failed(err)
			s.changed.Clear()
			s.changed.WaitFor(delay)
			delay = min(2*delay, lastDelay)
		}
		if n == acceptAtOnce {
			n = 0
			s.hub().Yield()
		}
	}
}

func (s *Server) full() bool { return s.Limit > 0 && len(s.conns) >= s.Limit && !s.stopping }

// lasting reports whether there is no point in trying again.
func lasting(err error) bool {
	for _, l := range []error{net.ErrClosed, os.ErrDeadlineExceeded, syscall.EBADF, syscall.EINVAL, syscall.ENOTSOCK} {
		if errors.Is(err, l) {
			return true
		}
	}
	return errors.As(err, new(*hub.Conflict))
}

func (s *Server) failed(err error) {
	if s.OnError != nil {
		s.OnError(err)
	}
}

// start starts the task of a connection.
func (s *Server) start(c *Conn) {
	frame := s.frame(c)
	if frame == nil {
		return
	}
	c.server, c.place = s, int32(len(s.conns))
	s.conns = append(s.conns, serving{c, s.hub().GoFor((*served)(c), frame)})
}

// frame is what a connection's task runs. If that is nothing, or there is a panic, the connection is closed.
func (s *Server) frame(c *Conn) (f greenlet.Frame) {
	defer func() {
		if f == nil {
			_ = c.Close()
		}
	}()
	if s.OnConn != nil {
		return greenlet.FrameOf(s.OnConn, c)
	}
	return s.Handler(c)
}

// served is a connection as the owner of its task.
type served Conn

func (v *served) TaskEnded(*hub.Task) {
	c := (*Conn)(v)
	_ = c.Close() // it may be already
	c.server.ended(c)
}

// ended takes c out of the connections.
func (s *Server) ended(c *Conn) {
	last := len(s.conns) - 1
	s.conns[c.place] = s.conns[last]
	s.conns[c.place].conn.place = c.place
	s.conns[last] = serving{}
	s.conns = s.conns[:last]
	s.changed.Set()
}

// Stop stops accepting, has the tasks that are in [Conn.WaitReadable] go on with
// [ErrStopping], and waits until all tasks of the connections have ended. After d it kills
// those that are left, waits for them, and returns how many they were. No task of a
// connection may call it.
//
//greenlet:resumable
func (s *Server) Stop(d time.Duration) (killed int) {
	s.init()
	until := s.hub().Now().Add(d)
	s.stop()
	for len(s.conns) > 0 && killed == 0 {
		s.changed.Clear()
		if !s.changed.WaitFor(until.Sub(s.hub().Now())) {
			killed = s.kill()
		}
	}
	for len(s.conns) > 0 {
		s.changed.Clear()
		s.changed.Wait()
	}
	return killed
}

func (s *Server) stop() {
	s.stopping = true
	_ = s.Listener.Close() // it may be already
	s.changed.Set()
	for _, c := range s.conns {
		if c.conn.idle {
			c.conn.ready.Signal(hub.In) // to look again
		}
	}
}

func (s *Server) kill() int {
	left := slices.Clone(s.conns) // of which those that have not begun end at once
	for _, c := range left {
		c.task.Interrupt(greenlet.Exit)
	}
	return len(left)
}
