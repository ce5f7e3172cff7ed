// Package bench holds the programs that greenlets are measured by, each beside
// what one would write without them: iter.Pull, goroutines with channels, and
// the state machine or the stack kept by hand.
//
//	go test -bench . ./generated/bench    single figures
//	go run ./generated/bench/ratios       ratios, from interleaved rounds
//
// The files greenlets.go and greenlets_greenlet.go are the source and what the
// generator makes of it; peers.go is everything else.
package bench

// A Case is one way to do the work of a group.
type Case struct {
	Name string
	Run  func(n int) // does n units of the work
	Ours bool        // with greenlets
}

// A Group is some work and the ways to do it that are to be compared. The
// others are compared to the case Base.
type Group struct {
	Name  string
	Unit  string
	Base  string
	Cases []Case
}

// Groups are all groups that are measured by time.
func Groups() []Group {
	return []Group{Generator, Tree, Switch, Deep, Create, Call}
}

// Generator: values out of a generator that has one frame.
var Generator = Group{
	Name: "Generator", Unit: "value", Base: "iter.Pull",
	Cases: []Case{
		{"iter.Pull", countIterPull, false},
		{"channel", countChannel, false},
		{"Seq", countSeq, true},
		{"Pull", countPull, true},
		{"by-hand", countByHand, false},
	},
}

// Tree: values out of a recursive walk of a balanced tree of [TreeSize] nodes,
// in order.
var Tree = Group{
	Name: "Tree", Unit: "value", Base: "iter.Pull",
	Cases: []Case{
		{"iter.Pull", treeIterPull, false},
		{"Seq", treeSeq, true},
		{"Pull", treePull, true},
		{"push-function", treePush, false},
		{"by-hand", treeByHand, false},
	},
}

// Switch: two that hand control, or a number, to each other.
var Switch = Group{
	Name: "Switch", Unit: "switch", Base: "channel",
	Cases: []Case{
		{"channel", pingChannel, false},
		{"value", pingValue, true},
		{"no-value", pingNone, true},
		{"by-hand", pingByHand, false},
	},
}

// Deep: as value of [Switch], each side below some calls.
var Deep = Group{
	Name: "Deep", Unit: "switch", Base: "depth-1",
	Cases: []Case{
		{"depth-1", func(n int) { pingDeep(n, 1) }, true},
		{"depth-10", func(n int) { pingDeep(n, 10) }, true},
		{"depth-100", func(n int) { pingDeep(n, 100) }, true},
	},
}

// Create: a generator is made, yields one value and ends.
var Create = Group{
	Name: "Create", Unit: "generator", Base: "iter.Pull",
	Cases: []Case{
		{"iter.Pull", createIterPull, false},
		{"goroutine", createGoroutine, false},
		{"Pull", createPull, true},
	},
}

// Call: a call that could suspend and does not.
var Call = Group{
	Name: "Call", Unit: "call", Base: "plain",
	Cases: []Case{
		{"plain", callPlain, false},
		{"resumable", callResumable, true},
	},
}
