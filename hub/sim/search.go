package sim

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// again is of how many seeds that pass one is run twice, to see whether it does the same.
const again = 100

// Search runs the simulation with n seeds, the first and those that follow, several at a time,
// and returns the lowest that fails; nil if none does. Of a hundred that pass it runs
// one twice more, and that fails if it does not do the same: see [Failure.Other]. It
// returns the same however many processors there are.
func (s Simulation) Search(first uint64, n int) *Failure {
	f, _ := s.search(first, n, time.Time{})
	return f
}

// search is Search until a time, unless that is zero, and tells how many seeds were run.
func (s Simulation) search(first uint64, n int, until time.Time) (*Failure, int) {
	workers := s.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var (
		mu    sync.Mutex
		next  int
		found = n // the lowest that fails
		worst error
		wait  sync.WaitGroup
	)
	take := func() (i int, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		if next >= found || !until.IsZero() && next > 0 && !time.Now().Before(until) {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range min(workers, n) {
		wait.Go(func() {
			for {
				i, ok := take()
				if !ok {
					return
				}
				err := s.try(first+uint64(i), i%again == 0)
				if err == nil {
					continue
				}
				mu.Lock()
				if i < found {
					found, worst = i, err
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if worst == nil {
		return nil, next
	}
	return s.replay(first+uint64(found), found+1, worst), found + 1
}

// errDiffers is what a seed fails by that passes, but does not do the same again.
var errDiffers = errors.New("it passes, but does not do the same each time")

// try runs a seed, and if it passes twice more, if it is to be compared.
func (s Simulation) try(seed uint64, compare bool) error {
	_, err := s.guarded(seed, nil)
	if err == nil && compare && !s.same(seed) {
		return errDiffers
	}
	return err
}

// guarded is Run for what must not panic, and not end its goroutine: Start and check may fail
// a test, which does.
func (s Simulation) guarded(seed uint64, r *recorder) (happened []Fault, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		whole := false
		defer func() {
			if v := recover(); v != nil {
				err = &startError{v, debug.Stack()}
			} else if !whole {
				err = errGoexit
			}
		}()
		happened, err = s.run(seed, s.Choice, r)
		whole = true
	}()
	<-done
	return happened, err
}

// errGoexit is what a run fails by that has ended its goroutine.
var errGoexit = errors.New("a task, Start or the check has called runtime.Goexit, as FailNow of a test does: return an error from the check")

// startError is a panic of Start or of the check.
type startError struct {
	value any
	stack []byte
}

func (e *startError) Error() string {
	return fmt.Sprintf("Start or the check has panicked: %v\n%s", e.value, e.stack)
}

func (e *startError) Unwrap() error {
	err, _ := e.value.(error)
	return err
}
