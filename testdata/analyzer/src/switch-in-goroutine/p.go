package p

import greenlet "github.com/going-green/greenlet/runtime"

//greenlet:resumable
func count() { greenlet.Yield(1) }

var global *greenlet.Greenlet

//greenlet:resumable
func f(g *greenlet.Greenlet, done chan int) {
	greenlet.Yield(0)
	go func() { // want `a goroutine that resumable code starts switches \(count → greenlet.Yield\), but it is plain code of its own; .* .switch-in-goroutine.`
		count()
	}()
	go count()                   // want `starts switches \(count → greenlet.Yield\)`
	go func() { g.Switch() }()   // want `starts switches \(Greenlet.Switch\)`
	go func() { _ = g.Dead() }() // want `holds the greenlet g, which no two goroutines may use at a time`
	go func() {
		done <- 1
		own := greenlet.New(newCountFrame())
		_ = own
	}()
}

func plain(g *greenlet.Greenlet) {
	go func() { g.Switch() }()
}
