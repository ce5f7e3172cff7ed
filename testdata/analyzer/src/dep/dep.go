// Package dep has resumable functions, for others to import.
package dep

import greenlet "github.com/going-green/greenlet/runtime"

//greenlet:resumable
func Count() { // want Count:"resumable, suspends: greenlet.Yield, yields int"
	greenlet.Yield(1)
}

//greenlet:resumable
func Word() { // want Word:"resumable, suspends: greenlet.Yield, yields int, yields string"
	Count()
	greenlet.Yield("word")
}

// Emit yields, although it is plain.
func Emit() { // want Emit:"yields: greenlet.Yield"
	greenlet.Yield(1) // want "yield-without-parent"
}

// Drive is plain and in order: it drives a greenlet from outside.
func Drive(g *greenlet.Greenlet) { g.Switch() }

type Base struct{}

//greenlet:resumable
func (Base) Next() int { return greenlet.Exchange[int]("next") } // want Next:"resumable, suspends: greenlet.Exchange, yields string"

// Handler is called by resumable code.
type Handler func(n int)

// Handle keeps f for who knows whom to call.
func Handle(f func(n int)) {}

// Server is called by resumable code, on a stack of its own.
type Server func(path string)

func (s Server) onStack(path string) func(greenlet.Section) {
	return func(greenlet.Section) { s(path) }
}

// Serve keeps f as a Server.
func Serve(f func(path string)) {}
