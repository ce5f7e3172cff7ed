package register

import (
	"fmt"
	"slices"

	"github.com/going-green/greenlet/hub/sim"
)

// Write is the input of an operation that writes a value.
type Write int

func (w Write) String() string { return fmt.Sprint("writes ", int(w)) }

// Read is the input of an operation that reads: its output is the value.
type Read struct{}

func (Read) String() string { return "reads" }

// Check is an error if the history is not linearizable: if no order of the operations, in
// which each has its place between its start and end, is that of a register which does
// one after the other. It begins with 0. A read that has not ended tells nothing; a write
// that has not ended may take place any time, or never.
//
// That is a search of all orders that are possible, after Wing and Gong, which does not
// come twice to the same set of operations with the same value. There may be 64 operations, not
// counting reads that have not ended.
func Check(h *sim.History) error {
	type state struct {
		done  uint64 // operations, by number
		value int
	}
	operations := slices.DeleteFunc(h.Operations(), func(o *sim.Operation) bool { return o.Input == Read{} && o.End == 0 })
	been := map[state]bool{}
	var possible func(s state) bool
	possible = func(s state) bool {
		if been[s] {
			return false
		}
		been[s] = true
		first := h.Events() + 1 // end of one that is not done: what starts behind it is not next
		for i, o := range operations {
			if s.done&(1<<i) == 0 && o.End != 0 {
				first = min(first, o.End)
			}
		}
		if first > h.Events() {
			return true // all that have ended are done
		}
		for i, o := range operations {
			if s.done&(1<<i) != 0 || o.Start > first {
				continue
			}
			next := state{s.done | 1<<i, s.value}
			if v, writes := o.Input.(Write); writes {
				next.value = int(v)
			} else if o.Output != s.value {
				continue
			}
			if possible(next) {
				return true
			}
		}
		return false
	}
	if possible(state{}) {
		return nil
	}
	return fmt.Errorf("no register shows its clients this:\n%s", h)
}
