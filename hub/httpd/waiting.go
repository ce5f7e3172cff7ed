package httpd

import "time"

// waiting are connections that wait for a request, the longest first. All may wait for
// equally long: so there is one timer for them, not one for each.
type waiting struct {
	limit       time.Duration // 0 is for ever
	first, last *wait
	watched     bool // there is a task that closes those that are late
}

// wait is the wait of a connection.
type wait struct {
	conn   *conn
	list   *waiting
	until  time.Duration // on the server's clock; 0 while it does not wait
	before *wait
	after  *wait
}

// begin begins a wait. That of nil may last for ever.
func (w *wait) begin() {
	if w == nil || w.list.limit <= 0 {
		return
	}
	l, s := w.list, w.conn.server
	w.until = s.clock() + l.limit // more than 0
	if w.before = l.last; l.last == nil {
		l.first = w
	} else {
		l.last.after = w
	}
	l.last = w
	if !l.watched {
		l.watched = true
		s.hub().Go(s.newWatchFrame(l))
	}
}

// end ends the wait, if it has not ended.
func (w *wait) end() {
	if w == nil || w.until == 0 {
		return
	}
	l := w.list
	if w.before == nil {
		l.first = w.after
	} else {
		w.before.after = w.after
	}
	if w.after == nil {
		l.last = w.before
	} else {
		w.after.before = w.before
	}
	w.before, w.after, w.until = nil, nil, 0
}

// watch closes connections that are late, as long as there are some that wait.
//
//greenlet:resumable
func (s *Server) watch(l *waiting) {
	for l.first != nil && !s.stopping {
		now := s.clock()
		if w := l.first; w.until > now {
			s.stopped.WaitFor(w.until - now)
		} else {
			w.end() // its task may have been killed
			_ = w.conn.sock.Close()
		}
	}
	l.watched = false
}
