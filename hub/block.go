package hub

import "sync"

// Block calls f on a goroutine and waits for it, while other tasks run: for what blocks,
// such as reading a file or looking up a name. It panics as f does. A task that is
// interrupted meanwhile leaves f to itself.
//
// The goroutines are the hub's: up to [Hub.SetWorkers] of them, started as they are
// needed and ended when there is nothing to do. A hub with a seed calls f in the loop: see
// [NewSeeded].
//
//greenlet:resumable
func Block[T any](h *Hub, f func() T) T {
	var got T
	var failed any
	returned := h.NewEvent()
	h.workers.do(h, func() {
		v, thrown := call(f)
		h.Post(func() {
			got, failed = v, thrown
			returned.Set()
		})
	})
	returned.Wait()
	if failed != nil {
		panic(failed)
	}
	return got
}

// call is f with what it panics with.
func call[T any](f func() T) (v T, thrown any) {
	defer func() { thrown = recover() }()
	return f(), nil
}

// SetWorkers says how many calls of [Block] may run at a time: 10 unless it is called.
// Others wait for their turn. It panics if n is less than 1.
func (h *Hub) SetWorkers(n int) {
	if n < 1 {
		panic("hub: SetWorkers of less than 1")
	}
	h.workers.mu.Lock()
	h.workers.limit = n
	h.workers.mu.Unlock()
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
	if w.n < w.limit {
		w.n++
		go w.work()
	}
}

func (w *workers) work() {
	w.mu.Lock()
	for len(w.jobs) > 0 && w.n <= w.limit {
		job := w.jobs[0]
		w.jobs = w.jobs[1:]
		w.mu.Unlock()
		job()
		w.mu.Lock()
		w.todo--
	}
	w.n--
	w.mu.Unlock()
}
