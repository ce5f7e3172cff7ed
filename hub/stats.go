package hub

import "time"

// Stats are figures of a hub since it was made.
type Stats struct {
	Started int // tasks
	Ended   int
	Failed  int // of those that have ended: by a panic
	Alive   int
	Ready   int
	Timers  int // that are pending
	Turns   int // of the loop
	Resumes int // of tasks
	Posts   int // that have been called
	Blocked int // calls of Block on their way
	// LongestTurn is how long the loop was away from timers and posts at most. It is
	// measured in real time, since Publish.
	LongestTurn time.Duration
}

// counts are what the loop counts.
type counts struct{ ended, failed, turns, resumes, posts int }

// Stats are the hub's figures. It is for the loop's goroutine; [Hub.Publish] is for others.
func (h *Hub) Stats() Stats {
	h.workers.mu.Lock()
	blocked := h.workers.todo
	h.workers.mu.Unlock()
	s := Stats{
		Started: h.spawned, Ended: h.counts.ended, Failed: h.counts.failed,
		Alive: h.spawned - h.counts.ended, Ready: h.ready.n, Timers: len(h.timers.heap),
		Turns: h.counts.turns, Resumes: h.counts.resumes, Posts: h.counts.posts, Blocked: blocked,
	}
	if o := h.observer; o != nil {
		s.LongestTurn = o.stats.LongestTurn
	}
	return s
}

// Publish makes the hub leave its Stats at the end of each turn, where the function that it
// returns finds them. That may be called by any goroutine, and is fit for [expvar.Func]:
//
//	expvar.Publish("hub", expvar.Func(h.Publish()))
//
// Publish is for the loop's goroutine. There is no way back; it costs a turn some hundred
// nanoseconds.
func (h *Hub) Publish() (stats func() any) {
	o := h.observe()
	if !o.published {
		o.published = true
		o.stats = h.Stats()
	}
	return func() any {
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.stats
	}
}

// publish leaves the figures of the turn that ends now.
func (o *observer) publish(h *Hub) (now time.Time) {
	now = time.Now()
	s := h.Stats()
	if !o.began.IsZero() {
		s.LongestTurn = max(s.LongestTurn, now.Sub(o.began))
	}
	o.mu.Lock()
	o.stats = s
	o.mu.Unlock()
	return now
}
