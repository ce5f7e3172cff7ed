package conformance

import (
	"runtime"
	"sync/atomic"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

type node struct {
	left, right *node
	value       int
}

//greenlet:resumable
func (n *node) all(yield func(int) bool) { n.push(yield) }

//greenlet:resumable
func (n *node) push(yield func(int) bool) bool {
	return n == nil || n.left.push(yield) && yield(n.value) && n.right.push(yield)
}

func full(depth int, next *int) *node {
	if depth == 0 {
		return nil
	}
	n := new(node)
	n.left = full(depth-1, next)
	n.value = *next
	*next++
	n.right = full(depth-1, next)
	return n
}

// A resumable push iterator is pulled from without a goroutine, and a value
// allocates nothing.
func TestPullSeqAlone(t *testing.T) {
	before, count := runtime.NumGoroutine(), 0
	next, stop := greenlet.PullSeq(full(10, &count).all)
	defer stop()
	for i := range 100 {
		v, ok := next()
		assert.Equal(t, i, v)
		assert.True(t, ok)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before) // one of an earlier test may end meanwhile
	assert.Zero(t, testing.AllocsPerRun(500, func() { _, _ = next() }))
}

// each is a function value that is called at the end of a deep recursion.
//
//greenlet:resumable
func each(depth int, do func(int)) {
	if depth == 0 {
		do(depth)
		return
	}
	each(depth-1, do)
	do(depth)
}

//greenlet:resumable
func through(n int) (sum int) {
	each(n, func(i int) {
		sum += i
		greenlet.Yield(sum)
	})
	return sum
}

// A switch in a literal goes back to where it was called, at any depth.
func TestLiteralDeep(t *testing.T) {
	want, n := 0, 0
	for v := range greenlet.SeqOf[int](newThroughFrame(100)) {
		want += n
		assert.Equal(t, want, v)
		n++
	}
	assert.Equal(t, 101, n)
}

// ending is a plain iterator that says when it has ended.
func ending(ended *atomic.Bool) func(func(int) bool) {
	return func(yield func(int) bool) {
		defer ended.Store(true)
		for i := 0; yield(i); i++ {
		}
	}
}

//greenlet:resumable
func overPlain(ended *atomic.Bool) {
	for i := range ending(ended) { //greenlet:allow plain-iterator it is what becomes of one that is tested
		greenlet.Yield(i)
	}
}

// A greenlet that is dropped in a loop over a plain iterator leaves no goroutine,
// and the iterator ends.
func TestPlainIteratorDropped(t *testing.T) {
	before := runtime.NumGoroutine()
	var ended atomic.Bool
	func() {
		g := greenlet.New(newOverPlainFrame(&ended))
		assert.Equal(t, 0, g.Switch())
		assert.Equal(t, 1, g.Switch())
	}()
	assert.False(t, ended.Load())
	eventually(t, func() bool { return ended.Load() && runtime.NumGoroutine() <= before })
}
