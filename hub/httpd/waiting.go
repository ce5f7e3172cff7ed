package httpd

import "time"

// waiting are connections that wait for a request, the longest first. All may wait for
// equally long: so there is one timer for them, not one for each.
type waiting struct {
	limit       time.Duration // 0 is for ever
	first, last *conn
	watched     bool // there is a task that closes those that are late
}

// add begins the wait of c.
func (l *waiting) add(c *conn) {
	if l.limit <= 0 {
		return
	}
	c.until = c.server.clock() + l.limit
	if c.before = l.last; l.last == nil {
		l.first = c
	} else {
		l.last.after = c
	}
	l.last = c
	if !l.watched {
		l.watched = true
		c.server.hub().Go(c.server.newWatchFrame(l))
	}
}

// remove ends the wait of c.
func (l *waiting) remove(c *conn) {
	if l.limit <= 0 {
		return
	}
	if c.before == nil {
		l.first = c.after
	} else {
		c.before.after = c.after
	}
	if c.after == nil {
		l.last = c.before
	} else {
		c.after.before = c.before
	}
	c.before, c.after = nil, nil
}

// watch closes connections that are late, as long as there are some that wait.
//
//greenlet:resumable
func (s *Server) watch(l *waiting) {
	for l.first != nil && !s.stopping {
		now := s.clock()
		c := l.first
		for ; c != nil && c.until <= now; c = c.after {
			_ = c.sock.Close() // its task takes it out
		}
		if c == nil {
			break
		}
		s.stopped.WaitFor(c.until - now)
	}
	l.watched = false
}
