package hub

import (
	"sync"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Block calls f on a goroutine and waits for it, while other tasks run: for what blocks,
// such as reading a file or looking up a name. It panics as f does, and if f calls
// [runtime.Goexit]. A task that is interrupted meanwhile leaves f to itself.
//
// The goroutines are the hub's: up to [Hub.SetWorkers] of them, started as they are
// needed and ended when there is nothing to do. A hub with a seed calls f in the loop: see
// [NewSeeded]. While the hub does not run, Block just calls f: there is nobody else who could
// run meanwhile.
//
//greenlet:resumable
func Block[T any](h *Hub, f func() T) T {
	if h.goroutine.Load() == 0 {
		return f()
	}
	h.mayWait(greenlet.Current(), forResult)
	var got T
	var failed any
	returned := h.NewEvent()
	h.workers.do(h, func() {
		call(f, func(v T, thrown any) {
			h.Post(func() {
				got, failed = v, thrown
				returned.Set()
			})
		})
	})
	returned.Wait()
	if failed != nil {
		panic(failed)
	}
	return got
}

// errGoexit is what Block panics with where there is no panic, and no result.
const errGoexit = "hub: Block of a function that has ended its goroutine by runtime.Goexit"

// call has told told of what f returns, or panics with.
func call[T any](f func() T, told func(v T, thrown any)) {
	var v T
	returned := false
	defer func() {
		thrown := recover()
		if thrown == nil && !returned {
			thrown = errGoexit
		}
		told(v, thrown)
	}()
	v = f()
	returned = true
}

// SetWorkers says how many calls of [Block] may run at a time: 10 unless it is called.
// Others wait for their turn. It panics if n is less than 1.
func (h *Hub) SetWorkers(n int) {
	if n < 1 {
		panic("hub: SetWorkers of less than 1")
	}
	w := &h.workers
	w.mu.Lock()
	defer w.mu.Unlock()
	w.limit = n
	for range w.jobs {
		w.hire()
	}
}

// workers are goroutines that do jobs.
type workers struct {
	mu    sync.Mutex
	jobs  []func()
	n     int // that run
	limit int
	todo  int // jobs that have not ended
}

// do has a worker do job, and keeps h running until then.
func (w *workers) do(h *Hub, job func()) {
	if h.chance != nil {
		h.doLater(job)
		return
	}
	done := h.Promise()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.todo++
	w.jobs = append(w.jobs, func() {
		defer done()
		job()
	})
	w.hire()
}

// hire starts a worker if there may be one more. The caller holds the mutex.
func (w *workers) hire() {
	if w.n < w.limit {
		w.n++
		go w.work()
	}
}

func (w *workers) work() {
	for w.job() {
	}
}

// job does a job, and reports whether it has: if not the worker is to end. A job may end
// its goroutine; then another takes its place.
func (w *workers) job() (done bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.jobs) == 0 || w.n > w.limit {
		w.n--
		return false
	}
	job := w.jobs[0]
	w.jobs = w.jobs[1:]
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		if w.todo--; !done {
			w.n--
			w.hire()
		}
	}()
	job()
	return true
}
