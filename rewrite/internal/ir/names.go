package ir

import (
	"iter"
	"maps"
	"strconv"
)

// Names gives out names that are unique in a function.
type Names struct {
	source map[string]bool // every name that occurs in the source
	outer  map[string]bool // those that mean something declared outside
	given  map[string]bool
	// spelled are names that generated code may need for a type, though the source
	// does not say them; or nil.
	spelled func(name string) bool
}

// NewNames starts with the names that occur in a function, and those of them
// that refer to something declared outside it. Names of types declared outside are
// spelled; that is nil if there are none.
func NewNames(source, outer map[string]bool, spelled func(name string) bool) *Names {
	return &Names{source: source, outer: outer, spelled: spelled, given: map[string]bool{"_": true}}
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

// Fresh is a name that does not occur in the source and hides no type: name, or
// name2, …
func (n *Names) Fresh(name string) string {
	if n.Free(name) {
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
		if n.Free(free) {
			n.given[free] = true
			return free
		}
	}
}

// Free reports whether nothing in the function is called name, nor a type outside.
func (n *Names) Free(name string) bool {
	return !n.given[name] && !n.source[name] && !n.outer[name] && (n.spelled == nil || !n.spelled(name))
}

// Given are the names that were given out, in no order.
func (n *Names) Given() iter.Seq[string] { return maps.Keys(n.given) }
