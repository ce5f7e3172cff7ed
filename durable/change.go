package durable

import "fmt"

// A Change is a difference between what snapshots have and this build.
type Change struct {
	Func   string // by import path; or a type
	Point  string `json:",omitempty"` // the suspension, or several with commas between
	Var    string `json:",omitempty"` // a variable live there, or a field, with the way to it
	Kind   Kind
	Reason string
	Remedy string `json:",omitempty"` // what to do
	// File and Line are where this build has the function, or the suspension; or the line of the
	// lock file if it has not.
	File string `json:",omitempty"`
	Line int    `json:",omitempty"`
	// Snapshot is the one that is refused, of CheckSnapshot.
	Snapshot string `json:",omitempty"`
}

// Kind is what a change does to snapshots.
type Kind string

const (
	Breaks   Kind = "breaks"    // snapshots that stand there, or hold such a value, are refused
	MayBreak Kind = "may break" // those are that hold a value which snapshots may hold
	Loses    Kind = "loses"     // they are restored without what they have there
)

// String is the change with its place, as compilers write it.
func (c Change) String() string {
	s := c.Func
	if c.Point != "" {
		s += " at " + c.Point
	}
	if c.Var != "" {
		s += ": " + c.Var
	}
	s += ": " + c.Reason
	if c.Snapshot != "" {
		s = c.Snapshot + ": " + s
	}
	if c.File != "" {
		s = fmt.Sprintf("%s:%d: %s", c.File, c.Line, s)
	}
	s += fmt.Sprintf(" [%s]", c.Kind)
	if c.Remedy != "" {
		s += "\n\t" + c.Remedy
	}
	return s
}
