package rewrite

import (
	"sync"
	"time"
)

// stopwatch adds up how long each pass takes, over all packages and functions, of
// which several are worked on at a time. The nil *stopwatch does nothing.
type stopwatch struct {
	mu    sync.Mutex
	order []string // of passes, as they first ended
	took  map[string]time.Duration
}

// start starts a pass; the function it returns ends it.
func (s *stopwatch) start(pass string) (end func()) {
	if s == nil {
		return func() {}
	}
	start := time.Now()
	return func() {
		took := time.Since(start)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.took == nil {
			s.took = map[string]time.Duration{}
		}
		if _, ok := s.took[pass]; !ok {
			s.order = append(s.order, pass)
		}
		s.took[pass] += took
	}
}

// report reports the passes.
func (s *stopwatch) report(progress func(Event)) {
	for _, pass := range s.order {
		progress(Event{Stage: StagePass, Subject: pass, Took: s.took[pass]})
	}
}
