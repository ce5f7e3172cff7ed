// Package explain holds what the tool tells about the state machine of a resumable
// function, and shows it: as text, as JSON, as a graph, as a page.
//
// Package rewrite makes an Explanation after the last of its passes. What is in it is
// plain data: a renderer asks no questions about the program.
package explain

import (
	"fmt"
	"slices"
	"strconv"
)

// An Explanation is what is known of the state machine of one function.
type Explanation struct {
	Func      string   `json:"func"` // as messages call it: Tree.Walk, or Tree.Walk.func1 for a literal
	Kind      FuncKind `json:"kind"`
	Package   string   `json:"package"` // import path
	Signature string   `json:"signature"`
	Pos       Position `json:"pos"`
	End       Position `json:"end"` // behind the last character

	// Why are the calls by which the function suspends, each in the callee of the one
	// before. It is empty if nothing in it suspends, and for literals: their states
	// say it.
	Why []Step `json:"why"`
	// Eager says why the function takes its frame at the start of each call; it is ""
	// if only a call that suspends takes one.
	Eager string `json:"eager"`

	Frame       Frame        `json:"frame"`
	States      []State      `json:"states"` // by number
	Graph       Graph        `json:"graph"`
	Allocations []Allocation `json:"allocations"`
	// Literals are the resumable literals in the function, which have state machines
	// of their own. A literal has none: those in it are among the function's.
	Literals []*Explanation `json:"literals"`

	Source Source `json:"-"`
}

// A FuncKind is what in the source has become a state machine.
type FuncKind string

// The kinds of functions.
const (
	Declared FuncKind = "function"
	Literal  FuncKind = "literal"
	Value    FuncKind = "value"     // a resumable function or method that is used as a value
	LoopBody FuncKind = "loop_body" // of a loop over an iterator function
)

// A Position is a place in a source file, as an editor counts.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line"`   // from 1
	Column int    `json:"column"` // from 1, in bytes
}

// String is file:line:column, or "-" for no position.
func (p Position) String() string {
	if p.Line == 0 {
		return "-"
	}
	return p.File + ":" + p.Short()
}

// Short is line:column.
func (p Position) Short() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// A Step is one call of the chain that makes a function resumable.
type Step struct {
	Pos  Position `json:"pos"`
	Text string   `json:"text"` // calls tree.each
}

// Bytes is a size or an offset, or Unknown.
type Bytes int64

// Unknown is the size of what depends on type parameters.
const Unknown Bytes = -1

// String is the number, or "?".
func (b Bytes) String() string {
	if b == Unknown {
		return "?"
	}
	return strconv.FormatInt(int64(b), 10)
}

// Text is the size in words: 1 byte, 24 bytes, an unknown number of bytes.
func (b Bytes) Text() string {
	switch b {
	case Unknown:
		return "a size that depends on type parameters"
	case 1:
		return "1 byte"
	}
	return b.String() + " bytes"
}

// MarshalJSON is the number, or null.
func (b Bytes) MarshalJSON() ([]byte, error) {
	if b == Unknown {
		return []byte("null"), nil
	}
	return []byte(b.String()), nil
}

// A Frame is the layout of one activation that has suspended.
type Frame struct {
	Type string `json:"type"`
	// Bytes is its size, and SizeClass what Go's allocator takes for it.
	Bytes     Bytes   `json:"bytes"`
	SizeClass Bytes   `json:"size_class"`
	Fields    []Field `json:"fields"`
}

// Field is the field called name, or that which the variable of this name shares, or nil.
func (f *Frame) Field(name string) *Field {
	for i := range f.Fields {
		if f.Fields[i].Name == name || slices.Contains(f.Fields[i].Also, name) {
			return &f.Fields[i]
		}
	}
	return nil
}

// A Field is a field of a frame.
type Field struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"`
	Role   Role     `json:"role"`
	Bytes  Bytes    `json:"bytes"`
	Offset Bytes    `json:"offset"`
	Var    string   `json:"var"` // the variable's name in the source; "" for one of ours
	Pos    Position `json:"pos"` // of the variable's declaration
	// Also are the variables that share the field: no two are needed at the same time.
	Also []string `json:"also,omitempty"`
	// Boxed says why the field is a pointer to a variable on the heap, or is "".
	Boxed string `json:"boxed"`
	// Any says why the field is an any, or is "".
	Any string `json:"any"`
}

// A Role is what a field of a frame is for.
type Role string

// The roles of fields.
const (
	Header    Role = "header"    // the state, the calling frame and, if the function defers, its deferred calls
	Captured  Role = "captured"  // of a literal: what it captures
	Deferrer  Role = "deferrer"  // of a function that recovers: the frame that defers its call
	Parameter Role = "parameter" // receivers are parameters
	Local     Role = "local"
	Temporary Role = "temporary" // a value that an expression or loop needs across a suspension
	Result    Role = "result"
)

// A State is one suspension. Its variables are named as their fields in the frame or, if they
// share that of another, by their own names.
type State struct {
	Number int      `json:"state"` // from 1; 0 is the start
	Pos    Position `json:"pos"`   // of the call that suspends
	End    Position `json:"end"`
	Op     Op       `json:"op"`
	Call   string   `json:"call"`   // as it is written in the source, on one line
	Callee string   `json:"callee"` // "" if it is not known before the call
	// Always says that it suspends whenever it is reached. Otherwise it does if what
	// is called suspends.
	Always bool `json:"always"`
	// Resumes is where the function goes on: at what follows the call, maybe in the
	// same statement.
	Resumes Position `json:"resumes"`

	// Live variables are needed later; LiveBytes is what they take in the frame.
	Live      []string `json:"live"`
	LiveBytes Bytes    `json:"live_bytes"`
	// Saved are those of Live that are stored at each suspension here, Clean those
	// that the frame has already, unless it has only just been taken.
	Saved []string `json:"saved"`
	Clean []string `json:"clean"`
	// Cleared are set to zero, for they would keep memory alive that nothing needs.
	Cleared []string `json:"cleared"`
}

// Name is what the graph calls the state.
func (s *State) Name() string { return strconv.Itoa(s.Number) }

// An Op is what a suspension does.
type Op string

// The operations that suspend. The calls do if what they call does.
const (
	Yield         Op = "yield"
	Exchange      Op = "exchange"
	Switch        Op = "switch"
	Throw         Op = "throw"
	Kill          Op = "kill"
	CallFrame     Op = "call_frame"
	Call          Op = "call"
	InterfaceCall Op = "interface_call"
	LiteralCall   Op = "literal_call"
	FunctionValue Op = "function_value"
	RangeFunc     Op = "range_func"
)

var opText = map[Op]string{
	Yield:         "yield",
	Exchange:      "exchange",
	Switch:        "switch",
	Throw:         "throw",
	Kill:          "kill",
	CallFrame:     "call of a frame",
	Call:          "call of a resumable function",
	InterfaceCall: "interface call",
	LiteralCall:   "call of a literal",
	FunctionValue: "call of a function value",
	RangeFunc:     "loop over an iterator function",
}

// Text is the operation in words.
func (o Op) Text() string { return opText[o] }

// A Graph says which states can follow which.
type Graph struct {
	// Edges are sorted by From, then To.
	Edges []Edge `json:"edges"`
	// Omitted says why there are no edges, or is "".
	Omitted string `json:"omitted"`
}

// An Edge says that the suspension To can be the next that control reaches after From.
// A call that returns without suspending goes on as if it had been resumed.
type Edge struct {
	From string `json:"from"` // a state's number, or a name below
	To   string `json:"to"`
}

// Nodes of a graph besides the states.
const (
	Start  = "start"
	Unwind = "unwind" // making deferred calls, which may suspend
	Return = "return"
)

// After are the nodes that can follow the one called name.
func (g *Graph) After(name string) (to []string) {
	for _, e := range g.Edges {
		if e.From == name {
			to = append(to, e.To)
		}
	}
	return to
}

// An Allocation is something that the generated code puts on the heap. What the
// source itself allocates is not among them, nor what gc decides: closures that don't
// suspend, variables that escape.
type Allocation struct {
	Kind  AllocationKind `json:"kind"`
	What  string         `json:"what"`
	Pos   Position       `json:"pos"`
	Bytes Bytes          `json:"bytes"`
	When  string         `json:"when"`
	Why   string         `json:"why"`
}

// An AllocationKind is what is allocated.
type AllocationKind string

// The kinds of allocations.
const (
	AllocFrame    AllocationKind = "frame"
	AllocGreenlet AllocationKind = "greenlet" // with its first frame, by the constructor
	AllocBox      AllocationKind = "box"
	AllocClosure  AllocationKind = "closure" // of a resumable literal
	AllocMapIter  AllocationKind = "map_iterator"
	AllocLoop     AllocationKind = "loop" // the state of a loop over an iterator function
	AllocDefer    AllocationKind = "defer"
	AllocAny      AllocationKind = "any" // a value that is stored in a field of type any
)

// Source is the text that a page shows.
type Source struct {
	First    int      // number of the first line
	Lines    []string // whole lines
	Mentions []Mention
}

// A Mention is a place where the source names a variable that has a field.
type Mention struct {
	Line, Column, Length int // Column from 1, in bytes
	Field                string
}

// All are the explanations with those of their literals.
func All(list []*Explanation) (all []*Explanation) {
	for _, x := range list {
		all = append(all, x)
		all = append(all, x.Literals...)
	}
	return all
}
