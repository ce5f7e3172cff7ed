package main

import (
	"fmt"

	"github.com/going-green/greenlet/examples/replication/register"
	"github.com/going-green/greenlet/hub/sim"
)

// history is what clients have seen, by key. Operations are those of a register.
type history [keys]sim.History

// most is how many operations there may be with a key, not counting reads that nobody has answered.
const most = 64

// check is an error if the history is not linearizable: each key has to be a register, and those are apart from each other.
func (h *history) check() error {
	for key := range h {
		if register.Check(&h[key]) != nil {
			return fmt.Errorf("no store shows its clients this of key %d:\n%v", key, &h[key])
		}
	}
	return nil
}
