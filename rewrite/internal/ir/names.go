package ir

import "strconv"

// Names gives out names that are unique in a function.
type Names struct {
	source map[string]bool // every name that occurs in the source
	outer  map[string]bool // those that mean something declared outside
	given  map[string]bool
}

// NewNames starts with the names that occur in a function, and those of them
// that refer to something declared outside it.
func NewNames(source, outer map[string]bool) *Names {
	return &Names{source: source, outer: outer, given: map[string]bool{"_": true}}
}

// Keep is the name of a variable of the source: its own if no other has it, or
// the next free of name2, name3, …
func (n *Names) Keep(name string) string {
	if !n.given[name] && !n.outer[name] {
		n.given[name] = true
		return name
	}
	return n.number(name, 2)
}

// Fresh is a name that does not occur in the source: name, or name2, …
func (n *Names) Fresh(name string) string {
	if !n.given[name] && !n.source[name] {
		n.given[name] = true
		return name
	}
	return n.number(name, 2)
}

// Temp is t0, t1, …, whichever is free next.
func (n *Names) Temp() string { return n.number("t", 0) }

func (n *Names) number(name string, i int) string {
	for ; ; i++ {
		free := name + strconv.Itoa(i)
		if !n.given[free] && !n.source[free] {
			n.given[free] = true
			return free
		}
	}
}
