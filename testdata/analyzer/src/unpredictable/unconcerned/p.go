// Package unconcerned has greenlets, and is in no simulation.
package unconcerned

import (
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func f(m map[string]int) {
	for name := range m {
		greenlet.Yield(name)
	}
	greenlet.Yield(time.Now())
}
