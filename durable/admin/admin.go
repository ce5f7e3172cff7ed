package admin

import (
	"net/http"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
)

// Options say how an Admin is. The zero value of each field is what New takes.
type Options struct {
	// Writes lets those who reach the handler send signals, cancel, kill, retry and fork. Who reaches the socket always may.
	Writes bool
	// Hosts are the names of servers by which browsers may ask for the handler where it listens on a loopback address, besides
	// localhost and addresses: a name of somebody else's that leads to this machine is refused.
	Hosts []string
	// Patience is how long a request waits for the hub, where the engine is on it: 10 seconds.
	Patience time.Duration
	// Source is a file of the program's source, or fs.ErrNotExist: file has the import path of its package before its name. Lines of it are
	// shown where tasks stand. See [Files].
	Source func(file string) ([]byte, error)
	// Census is how old the number of tasks in each state may be: 15 seconds. All tasks are looked at for it, so of many it is
	// older: it takes a twentieth of the time at most. With less than 0 there is none.
	Census time.Duration
}

// Admin answers for the tasks of a store. Its methods may be called by any goroutine, but for those of the hub: they
// wait for that.
type Admin struct {
	hub    *hub.Hub
	runner *task.Runner // nil for a store that this process does not work on
	store  access
	known  schemas
	o      Options

	figures *figures
	census  census

	reads  http.Handler
	writes http.Handler
}

// New makes one for a runner's tasks. What the runner does is counted from then on: make it before the hub runs.
func New(r *task.Runner) *Admin { return NewWith(r, Options{}) }

// NewWith is New with options.
func NewWith(r *task.Runner, o Options) *Admin {
	a := NewForStore(r.Hub(), r.Engine(), o)
	a.runner = r
	r.AddObserver(a.figures.observe)
	return a
}

// NewForStore makes one for a store, of which this process need not run any tasks. h may be nil, unless the engine is
// [engine.OnHub].
func NewForStore(h *hub.Hub, e engine.Engine, o Options) *Admin {
	if o.Patience <= 0 {
		o.Patience = 10 * time.Second
	}
	if o.Census == 0 {
		o.Census = 15 * time.Second
	}
	a := &Admin{hub: h, o: o, figures: newFigures()}
	a.store = access{admin: a, engine: e}
	if _, ok := e.(engine.OnHub); ok {
		if h == nil {
			panic("durable: NewForStore wants the hub of an engine that is on one")
		}
		a.store.onHub = true
	}
	a.known.store = &a.store
	a.reads, a.writes = a.handler(o.Writes), a.handler(true)
	return a
}

// ServeHTTP serves the API, below whatever path it is stripped of. It only reads, unless [Options.Writes] is set.
func (a *Admin) ServeHTTP(w http.ResponseWriter, req *http.Request) { a.reads.ServeHTTP(w, req) }
