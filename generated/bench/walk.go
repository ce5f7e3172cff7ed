package bench

import (
	"iter"

	greenlet "github.com/going-green/greenlet/runtime"
)

// bush is a binary tree with a value in each node.
type bush struct {
	left, right *bush
	value       int
}

// newBush is a tree of the values from low up to high.
func newBush(low, high int) *bush {
	if low == high {
		return nil
	}
	middle := (low + high) / 2
	return &bush{left: newBush(low, middle), right: newBush(middle+1, high), value: middle}
}

var walked = newBush(0, TreeSize)

// walk yields the values in order.
//
//greenlet:resumable
func (t *bush) walk() {
	if t == nil {
		return
	}
	t.left.walk()
	greenlet.Yield(t.value)
	t.right.walk()
}

// Each calls yield with the values in order: walk as one writes it for range.
//
//greenlet:resumable
func (t *bush) Each(yield func(int) bool) { t.push(yield) }

//greenlet:resumable
func (t *bush) push(yield func(int) bool) bool {
	return t == nil || t.left.push(yield) && yield(t.value) && t.right.push(yield)
}

// pulled adds up n values of trees.
func pulled(n int, pull func() (next func() (int, bool), stop func())) {
	sum := 0
	for n > 0 {
		next, stop := pull()
		for ; n > 0; n-- {
			v, ok := next()
			if !ok {
				break
			}
			sum += v
		}
		stop()
	}
	sink = sum
}

func walkPull(n int) {
	pulled(n, func() (func() (int, bool), func()) { return greenlet.Pull(walked.newWalkFrame()) })
}

func walkPullSeq(n int) {
	pulled(n, func() (func() (int, bool), func()) { return greenlet.PullSeq(walked.Each) })
}

func walkIterPull(n int) {
	pulled(n, func() (func() (int, bool), func()) { return iter.Pull(walked.Each) })
}
