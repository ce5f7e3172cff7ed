package bench

import (
	"fmt"
	"time"
)

// A Case is one way to do the work of a group.
type Case struct {
	Name string
	Run  func(n int) // does n units of the work, and leaves what it computes for [Sum]
	Ours bool        // with greenlets
}

// A Group is some work and the ways to do it that are to be compared. The
// others are compared to the case Base.
type Group struct {
	Name  string
	Unit  string
	Base  string
	Cases []Case

	Fixed  int  // if not 0, how much of the work is one measurement
	Least  int  // how much it is at least, so that its beginning does not count
	Begins bool // the work is all beginning: it allocates
}

// Size is how many units of the work a case can do in a slice of time, within
// what the group asks for.
func (g Group) Size(c Case, slice time.Duration) int {
	if g.Fixed != 0 {
		return g.Fixed
	}
	for n := max(1000, g.Least); ; n *= 2 {
		start := time.Now()
		c.Run(n)
		if took := time.Since(start); took > slice/4 {
			return max(int(float64(n)*float64(slice)/float64(took)), g.Least, 1)
		}
	}
}

// Sum is what the case that ran last has computed: for the same n the same for
// all cases of a group.
func Sum() int { return sink }

// Groups are all groups that are measured by time.
func Groups() []Group {
	groups := []Group{Generator, Exchange, Switch, Ring, Tree, Deep}
	for _, depth := range Depths {
		groups = append(groups, DeepAt(depth))
	}
	return append(groups, Recursion, Call, Spawn, Create, Batch, Fringe, Walk, Chain, Feed, Section)
}

// Generator: values out of a generator that has one frame.
var Generator = Group{
	Name: "Generator", Unit: "value", Base: "iter.Pull",
	Cases: []Case{
		{"iter.Pull", countIterPull, false},
		{"channel", countChannel, false},
		{"Seq", countSeq, true},
		{"Pull", countPull, true},
		{"push-function", countPushed, false},
		{"by-hand", countByHand, false},
	},
}

// Exchange: a number is handed to a computation, which hands back another.
var Exchange = Group{
	Name: "Exchange", Unit: "round trip", Base: "iter.Pull",
	Cases: []Case{
		{"iter.Pull", exchangeIterPull, false},
		{"channel", exchangeChannel, false},
		{"Exchanger", exchangeExchanger, true},
		{"Switch", exchangeSwitch, true},
		{"by-hand", exchangeByHand, false},
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

// Ring: as value of [Switch], but [RingSize] of them in a ring.
var Ring = Group{
	Name: "Ring", Unit: "switch", Base: "channel", Least: 200 * RingSize,
	Cases: []Case{
		{"channel", ringChannel, false},
		{"value", ringSwitch, true},
		{"by-hand", ringByHand, false},
	},
}

// Tree: values out of a recursive walk of a balanced tree of [TreeSize] nodes,
// in order.
var Tree = Group{
	Name: "Tree", Unit: "value", Base: "iter.Pull",
	Cases: []Case{
		{"iter.Pull", treeIterPull, false},
		{"channel", treeChannel, false},
		{"Seq", treeSeq, true},
		{"Pull", treePull, true},
		{"push-function", treePush, false},
		{"by-hand", treeByHand, false},
	},
}

// Deep: as value of [Switch], each side below some calls.
var Deep = Group{
	Name: "Deep", Unit: "switch", Base: "depth-1",
	Cases: []Case{
		{"depth-1", func(n int) { pingDeep(n, 1) }, true},
		{"depth-10", func(n int) { pingDeep(n, 10) }, true},
		{"depth-100", func(n int) { pingDeep(n, 100) }, true},
		{"depth-1000", func(n int) { pingDeep(n, 1000) }, true},
	},
}

// Depths are those for [DeepAt].
var Depths = []int{1, 10, 100, 1000}

// DeepAt is [Deep] at one depth, and what else one could do there.
func DeepAt(depth int) Group {
	return Group{
		Name: fmt.Sprintf("Deep%d", depth), Unit: "switch", Base: "channel", Least: 20 * depth,
		Cases: []Case{
			{"channel", func(n int) { deepChannel(n, depth) }, false},
			{"value", func(n int) { pingDeep(n, depth) }, true},
		},
	}
}

// Recursion: calls down to a great depth, one suspension there, and back up.
var Recursion = Group{
	Name: "Recursion", Unit: "call", Base: "iter.Pull", Fixed: 1_000_000, Begins: true,
	Cases: []Case{
		{"iter.Pull", descendIterPull, false},
		{"channel", descendChannel, false},
		{"Switch", descendSwitch, true},
		{"plain", descendPlain, false},
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

// Spawn: a greenlet or goroutine is made, gives a number back and is over.
var Spawn = Group{
	Name: "Spawn", Unit: "greenlet", Base: "goroutine", Begins: true,
	Cases: []Case{
		{"goroutine", spawnGoroutine, false},
		{"plain-code", spawnPlain, true},
		{"by-value", spawnByValue, true},
		{"resumable-code", spawnResumable, true},
	},
}

// Create: a generator is made, yields one value and ends, before the next is
// made: its memory can be used again.
var Create = Group{
	Name: "Create", Unit: "generator", Base: "iter.Pull", Begins: true,
	Cases: []Case{
		{"iter.Pull", createIterPull, false},
		{"goroutine", createGoroutine, false},
		{"Pull", createPull, true},
		{"OnStack", createSection, true},
	},
}

// Batch: as [Create], but [BatchSize] are made and asked before the first ends:
// each needs memory of its own.
var Batch = Group{
	Name: "Batch", Unit: "generator", Base: "iter.Pull", Begins: true,
	Cases: []Case{
		{"iter.Pull", batchIterPull, false},
		{"goroutine", batchGoroutine, false},
		{"Pull", batchPull, true},
	},
}

// Section: as [Generator], where the generator is plain code on a stack of its own.
var Section = Group{
	Name: "Section", Unit: "value", Base: "iter.Pull",
	Cases: []Case{
		{"iter.Pull", countIterPull, false},
		{"YieldIn", sectionYieldIn, true},
		{"Yield", sectionYield, true},
		{"kept", sectionAgain, true},
		{"compiled", countPull, true},
	},
}

// Fringe: the leaves of two trees of different shapes are compared one by one.
var Fringe = Group{
	Name: "Fringe", Unit: "leaf", Base: "iter.Pull",
	Cases: []Case{
		{"iter.Pull", fringeIterPull, false},
		{"channel", fringeChannel, false},
		{"Pull", fringePull, true},
		{"PullSeq", fringePullSeq, true},
		{"by-hand", fringeByHand, false},
	},
}

// Walk: the values of a tree are pulled, in order.
var Walk = Group{
	Name: "Walk", Unit: "value", Base: "iter.Pull",
	Cases: []Case{
		{"iter.Pull", walkIterPull, false},
		{"Pull", walkPull, true},
		{"PullSeq", walkPullSeq, true},
	},
}

// Chain: a value goes through [ChainDepth] generators, each of which passes on what
// another one yields.
var Chain = Group{
	Name: "Chain", Unit: "value", Base: "iter.Pull",
	Cases: []Case{
		{"iter.Pull", chainIterPull, false},
		{"Seq", chainSeq, true},
		{"YieldFrom", chainYieldFrom, true},
	},
}

// Feed: a JSON document that arrives in pieces of [PieceSize] bytes is parsed.
var Feed = Group{
	Name: "Feed", Unit: "byte", Base: "encoding/json-pipe", Fixed: DocumentSize, Begins: true,
	Cases: []Case{
		{"encoding/json-pipe", feedPipe, false},
		{"parser-channel", feedChannel, false},
		{"parser-switch", feedSwitch, true},
		{"parser-whole", feedWhole, false},
	},
}
