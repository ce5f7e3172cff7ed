package p

import (
	"dep"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func root(g *greenlet.Greenlet) {
	first(g)
	dep.Emit() // want `dep.Emit yields \(dep.Emit → greenlet.Yield\) but is not resumable, and resumable code calls it; annotate it .*switch-in-plain`
	dep.Drive(g)
	dep.Count()
	greenlet.Yield(1)
}

// first is on the way.
func first(g *greenlet.Greenlet) { second(g) }

func second(g *greenlet.Greenlet) {
	g.Switch() // want `second calls Greenlet.Switch but is not resumable, and resumable code calls it; annotate first and second with //greenlet:resumable; or call first on a stack of its own, in greenlet.OnStack.* .switch-in-plain.`
}

// drive is plain, and in order: no resumable code calls it.
func drive(g *greenlet.Greenlet) { g.Switch() }
