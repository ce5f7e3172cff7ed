package main

import (
	"fmt"
	"strings"
)

// operation is a read or a write, as its client saw it.
type operation struct {
	client string
	writes bool
	value  int // that was written, or read
	// When it began and ended, counted in such events; end is 0 if it has not.
	start, end int
}

func (o *operation) String() string {
	if o.writes {
		return fmt.Sprintf("%s writes %d", o.client, o.value)
	}
	return fmt.Sprintf("%s reads %d", o.client, o.value)
}

// history is what clients have seen.
type history struct {
	operations []*operation // in the order of their start
	events     int
}

func (h *history) begin(client string, writes bool, value int) *operation {
	h.events++
	o := &operation{client: client, writes: writes, value: value, start: h.events}
	h.operations = append(h.operations, o)
	return o
}

func (h *history) end(o *operation) {
	h.events++
	o.end = h.events
}

// check is an error if the history is not linearizable: if no order of the operations, in
// which each has its place between its start and end, is that of a register which does
// one after the other. It begins with 0. A read that has not ended tells nothing; a write
// that has not ended may take place any time, or never.
//
// That is a search of all orders that are possible, after Wing and Gong, which does not
// come twice to the same set of operations with the same value. There may be 64 operations.
func (h *history) check() error {
	type state struct {
		done  uint64 // operations, by number
		value int
	}
	been := map[state]bool{}
	var possible func(s state) bool
	possible = func(s state) bool {
		if been[s] {
			return false
		}
		been[s] = true
		first := h.events + 1 // end of one that is not done: what starts behind it is not next
		for i, o := range h.operations {
			if s.done&(1<<i) == 0 && o.end != 0 {
				first = min(first, o.end)
			}
		}
		if first > h.events {
			return true // all that have ended are done
		}
		for i, o := range h.operations {
			if s.done&(1<<i) != 0 || o.start > first {
				continue
			}
			next := state{s.done | 1<<i, s.value}
			if o.writes {
				next.value = o.value
			} else if o.end == 0 || o.value != s.value {
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

// String draws when operations began and ended.
func (h *history) String() string {
	var lines []string
	for _, o := range h.operations {
		end, last := o.end, ">"
		if end == 0 {
			end, last = h.events, "?"
		}
		lines = append(lines, fmt.Sprintf("  %*s%s%s%*s %v", o.start-1, "", "<", strings.Repeat("-", end-o.start-1)+last, h.events-end, "", o))
	}
	return strings.Join(lines, "\n")
}
