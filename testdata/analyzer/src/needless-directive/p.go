package p

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

// add adds.
//
//greenlet:resumable
func add(a, b int) int { return a + b }

//greenlet:resumable
func twice(a int) int { return add(a, a) }

//greenlet:resumable
func byValue(f func()) { f() }

//greenlet:resumable
func byInterface(s fmt.Stringer) { _ = s.String() }

//greenlet:resumable
func count() { greenlet.Yield(1) }

//greenlet:resumable
func deferred() { defer count() }

//greenlet:resumable
func literal() { func() { greenlet.Yield(1) }() }

//greenlet:resumable
func who() *greenlet.Greenlet { return greenlet.Current() }

// atOnce has a frame, and is a greenlet that ends at once.
//
//greenlet:resumable
func atOnce() {}

//greenlet:resumable
func callsAtOnce() { atOnce() }

//greenlet:resumable
func Exported() {}

var _ = greenlet.New(newAtOnceFrame())
