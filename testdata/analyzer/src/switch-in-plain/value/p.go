package p

import (
	"dep"

	greenlet "github.com/going-green/greenlet/runtime"
)

type server struct{}

func (s server) serve(n int) { load() }

func load() { dep.Count() }

func quiet(int) {}

//greenlet:resumable
func fine(int) { dep.Count() }

func setUp(s server) {
	dep.Handle(s.serve)      // want `server.serve suspends \(load → dep.Count\) but is not resumable, and dep.Handle gets it to call; annotate server.serve and load with //greenlet:resumable, or give a function .* in greenlet.OnStack.*; if it is plain code .*switch-in-plain`
	_ = dep.Handler(s.serve) // want `and dep.Handler gets it to call; annotate server.serve and load with`
	dep.Handle(func(n int) { // want `this literal suspends \(load → dep.Count\) but is not resumable, and dep.Handle gets it to call; give a function annotated`
		load()
	})
	dep.Handle(quiet)
	dep.Handle(fine)
	dep.Handle(func(int) { greenlet.OnStack(func(greenlet.Section) { below(1) }) })
}

func below(int) { dep.Count() }

//greenlet:resumable
func onStack() {
	greenlet.OnStack(func(greenlet.Section) { below(1); dep.Count() })
	greenlet.OnStack(section)
	greenlet.Yield(1)
}

func section(s greenlet.Section) { dep.Count() }

//greenlet:resumable
func start() {
	dep.Handle(func(n int) { dep.Count() })
	greenlet.Yield(1)
}

func page(path string) { load(); greenlet.Yield(path) }

func pages() {
	dep.Serve(page)
	_ = dep.Server(page)
	dep.Serve(func(string) { load(); greenlet.Yield(2) })
	_ = dep.Server(func(string) { dep.Count() })
	dep.Serve((page))
}

var home = dep.Server(func(string) { load(); greenlet.Yield(3) })
