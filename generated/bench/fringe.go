package bench

import greenlet "github.com/going-green/greenlet/runtime"

// fork is a leaf, or two subtrees.
type fork struct {
	leaf        int
	left, right *fork
}

// newFork is a tree with the leaves from low up to high; a share of so many
// eighths goes to the left: four make it balanced, seven as deep as it gets at the
// start of the walk.
func newFork(low, high, eighths int) *fork {
	if high-low == 1 {
		return &fork{leaf: low}
	}
	middle := min(high-1, max(low+1, low+(high-low)*eighths/8))
	return &fork{left: newFork(low, middle, eighths), right: newFork(middle, high, eighths)}
}

var balanced, leaning = newFork(0, TreeSize, 4), newFork(0, TreeSize, 7)

//greenlet:resumable
func (f *fork) fringe() {
	if f.left == nil {
		greenlet.Yield(f.leaf)
		return
	}
	f.left.fringe()
	f.right.fringe()
}

// All is the fringe as an iterator.
//
//greenlet:resumable
func (f *fork) All(yield func(int) bool) { f.push(yield) }

//greenlet:resumable
func (f *fork) push(yield func(int) bool) bool {
	if f.left == nil {
		return yield(f.leaf)
	}
	return f.left.push(yield) && f.right.push(yield)
}

// pull begins to pull from the fringe of a tree.
type pull func(f *fork) (next func() (int, bool), stop func())

// compare compares n leaves of the two trees, again from the start as often as
// it takes, and adds up those that are the same.
func compare(n int, pull pull) {
	sum := 0
	for n > 0 {
		nextA, stopA := pull(balanced)
		nextB, stopB := pull(leaning)
		for n > 0 {
			a, okA := nextA()
			b, okB := nextB()
			if !okA || !okB || a != b {
				break
			}
			sum += a
			n--
		}
		stopA()
		stopB()
	}
	sink = sum
}

func fringePull(n int) {
	compare(n, func(f *fork) (func() (int, bool), func()) { return greenlet.Pull(f.newFringeFrame()) })
}

func fringePullSeq(n int) {
	compare(n, func(f *fork) (func() (int, bool), func()) { return greenlet.PullSeq(f.resumableAll()) })
}

//greenlet:resumable
func (f *fork) iterator() func(func(int) bool) { return f.All }

// resumableAll is f.All as a value that can be suspended: only resumable code
// makes such values of methods.
func (f *fork) resumableAll() func(func(int) bool) {
	return greenlet.Call(f.newIteratorFrame()).Results()
}
