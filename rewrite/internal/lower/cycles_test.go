package lower

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// TestCycles compares with the definition: a block is in a cycle if a search that
// begins behind it comes back to it.
func TestCycles(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		fn := &ir.Func{}
		n := 1 + rnd.IntN(9)
		for i := range n {
			fn.Blocks = append(fn.Blocks, &ir.Block{Index: i})
		}
		some := func() *ir.Block { return fn.Blocks[rnd.IntN(n)] }
		for _, b := range fn.Blocks {
			switch rnd.IntN(3) {
			case 0:
				b.Term = &ir.Jump{To: some()}
			case 1:
				b.Term = &ir.CondJump{Then: some(), Else: some()}
			default:
				b.Term = &ir.Never{}
			}
		}
		got := cycles(fn)
		for _, b := range fn.Blocks {
			assert.Equal(t, comesBack(fn, b), got[b])
		}
	}
}

func comesBack(fn *ir.Func, b *ir.Block) bool {
	seen := map[*ir.Block]bool{}
	for work := fn.Succs(b); len(work) > 0; {
		s := work[len(work)-1]
		work = work[:len(work)-1]
		if !seen[s] {
			seen[s] = true
			work = append(work, fn.Succs(s)...)
		}
	}
	return seen[b]
}
