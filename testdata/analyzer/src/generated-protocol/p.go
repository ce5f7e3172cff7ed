package p

import (
	"newdep"
	"olddep"
	"transitive"

	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

//greenlet:resumable
func f() {
	greenlet.Yield(1)
	newdep.F()
	olddep.F()
	transitive.F()
}
