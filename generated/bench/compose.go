package bench

import (
	"iter"

	greenlet "github.com/going-green/greenlet/runtime"
)

// ChainDepth is how many generators stand over the one that counts.
const ChainDepth = 100

// chain passes on what a generator yields that passes on what another one yields,
// and so on.
//
//greenlet:resumable
func chain(depth, n int) {
	if depth == 0 {
		for i := range n {
			greenlet.Yield(i)
		}
		return
	}
	for v := range greenlet.Seq(newChainFrame(depth-1, n)) {
		greenlet.Yield(v)
	}
}

// chainFrom is chain by [greenlet.YieldFrom].
//
//greenlet:resumable
func chainFrom(depth, n int) {
	if depth == 0 {
		for i := range n {
			greenlet.Yield(i)
		}
		return
	}
	greenlet.YieldFrom[any](greenlet.New(newChainFromFrame(depth-1, n)))
}

func chainYieldFrom(n int) {
	sum := 0
	for v := range greenlet.SeqOf[int](newChainFromFrame(ChainDepth, n)) {
		sum += v
	}
	sink = sum
}

func chainSeq(n int) {
	sum := 0
	for v := range greenlet.Seq(newChainFrame(ChainDepth, n)) {
		sum += v
	}
	sink = sum
}

// iterChain is chain by [iter.Pull].
func iterChain(depth, n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if depth == 0 {
			for i := range n {
				if !yield(i) {
					return
				}
			}
			return
		}
		next, stop := iter.Pull(iterChain(depth-1, n))
		defer stop()
		for v, ok := next(); ok; v, ok = next() {
			if !yield(v) {
				return
			}
		}
	}
}

func chainIterPull(n int) {
	sum := 0
	next, stop := iter.Pull(iterChain(ChainDepth, n))
	defer stop()
	for v, ok := next(); ok; v, ok = next() {
		sum += v
	}
	sink = sum
}
