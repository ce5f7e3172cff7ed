package main

import (
	"fmt"
	"slices"
	"strings"
)

// operation is a read or a write, as its client saw it.
type operation struct {
	client string
	key    int
	writes bool
	value  uint32 // that was written, or read
	// When it began and ended, counted in such events; end is 0 if it has not, or nobody knows.
	start, end int
}

// history is what clients have seen.
type history struct {
	operations [keys][]*operation // in the order of their start
	events     int
}

// most is how many operations there may be with a key.
const most = 64

func (h *history) begin(client string, key int, writes bool, value uint32) *operation {
	h.events++
	o := &operation{client: client, key: key, writes: writes, value: value, start: h.events}
	h.operations[key] = append(h.operations[key], o)
	return o
}

func (h *history) end(o *operation) {
	h.events++
	o.end = h.events
}

// forget takes out a read that nobody has answered.
func (h *history) forget(o *operation) {
	h.operations[o.key] = slices.DeleteFunc(h.operations[o.key], func(p *operation) bool { return p == o })
}

// check is an error if the history is not linearizable: each key has to be a register, and those are apart from each other.
func (h *history) check() error {
	for key, ops := range h.operations {
		if !linearizable(ops) {
			return fmt.Errorf("no store shows its clients this of key %d:\n%s", key, draw(ops))
		}
	}
	return nil
}

// linearizable reports whether there is an order of the operations, in which each has its place between its start and
// end, that is the order of a register which does one after the other. It begins with 0. A read that
// has not ended tells nothing; a write that has not may take place any time, or never. It is a search of
// all orders, after Wing and Gong, which comes to no set of operations with one value twice.
func linearizable(ops []*operation) bool {
	type state struct {
		done  uint64 // operations, by number
		value uint32
	}
	been := map[state]bool{}
	var possible func(s state) bool
	possible = func(s state) bool {
		if been[s] {
			return false
		}
		been[s] = true
		first := 0 // end of one that is not done: what starts behind it is not next
		for i, o := range ops {
			if s.done&(1<<i) == 0 && o.end != 0 && (first == 0 || o.end < first) {
				first = o.end
			}
		}
		if first == 0 {
			return true // all that have ended are done
		}
		for i, o := range ops {
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
	return possible(state{})
}

// draw has a line for each operation.
func draw(ops []*operation) string {
	var lines []string
	for _, o := range ops {
		what := "reads"
		if o.writes {
			what = "writes"
		}
		end := fmt.Sprint(o.end)
		if o.end == 0 {
			end = "?"
		}
		lines = append(lines, fmt.Sprintf("  %d-%s %s %s %d", o.start, end, o.client, what, o.value))
	}
	return strings.Join(lines, "\n")
}
