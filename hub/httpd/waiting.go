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
	c.until = c.server.clock() + l.limit // more than 0
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

// remove ends the wait of c, if it does wait.
func (l *waiting) remove(c *conn) {
	if c.until == 0 {
		return
	}
	c.until = 0
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
		if c := l.first; c.until > now {
			s.stopped.WaitFor(c.until - now)
		} else {
			l.remove(c) // its task may have been killed
			_ = c.sock.Close()
		}
	}
	l.watched = false
}
