package conformance

import (
	"iter"
	"slices"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

//greenlet:resumable
func squares(n int, seen *[]int) {
	for i := range n {
		*seen = append(*seen, i)
		greenlet.Yield(i * i)
	}
}

func TestGeneratorTests_test_generator(t *testing.T) {
	row(t, "`Seq`")
	for range 3 {
		var seen []int
		got := slices.Collect(greenlet.Seq(newSquaresFrame(5, &seen)))
		assert.Equal(t, []int{0, 1, 4, 9, 16}, got)
		assert.Equal(t, []int{0, 1, 2, 3, 4}, seen)
	}
}

// A genlet is a generator that goes on where it left, be it in a generator
// below it.
type genlet struct {
	g    *greenlet.Greenlet
	left *greenlet.Greenlet
}

func (o *genlet) next() (v any, ok bool) {
	g := o.g
	if o.left != nil {
		g, o.left = o.left, nil
	}
	v = g.Switch()
	return v, !o.g.Dead()
}

//greenlet:resumable
func layer1(n int, outer *genlet) {
	for i := 1; i <= n; i++ {
		greenlet.Yield(i)
		me := greenlet.Current()
		outer.left = me
		me.Parent().Parent().Switch(i * i)
	}
}

//greenlet:resumable
func layer2(n int, outer *genlet, seen *[]int) {
	g := greenlet.New(newLayer1Frame(n, outer))
	for {
		v := g.Switch()
		if g.Dead() {
			return
		}
		*seen = append(*seen, v.(int))
	}
}

func TestNestedGeneratorTests_test_layered_genlets(t *testing.T) {
	row(t, "a switch to the parent's parent")
	var seen []int
	o := new(genlet)
	o.g = greenlet.New(newLayer2Frame(5, o, &seen))
	for v, ok := o.next(); ok; v, ok = o.next() {
		seen = append(seen, v.(int))
	}
	assert.Equal(t, []int{1, 1, 2, 4, 3, 9, 4, 16, 5, 25}, seen)
}

//greenlet:resumable
func permute(list []string, n int) {
	if n == 1 {
		greenlet.Yield(slices.Clone(list))
		return
	}
	for i := range n {
		permute(list, n-1)
		j := 0
		if n%2 == 0 {
			j = i
		}
		list[j], list[n-1] = list[n-1], list[j]
	}
}

func permutations(s ...string) iter.Seq[[]string] {
	return greenlet.Seq(newPermuteFrame(s, len(s)))
}

func TestNestedGeneratorTests_test_permutations(t *testing.T) {
	row(t, "`Yield` at any depth of calls; two generators at a time with `Pull`")
	got := slices.Collect(permutations("a", "b", "c"))
	slices.SortFunc(got, slices.Compare)
	assert.Len(t, got, 6)
	assert.Len(t, slices.CompactFunc(got, slices.Equal), 6)
	next1, stop1 := greenlet.Pull(newPermuteFrame([]string{"a", "b", "c"}, 3))
	next2, stop2 := greenlet.Pull(newPermuteFrame([]string{"a", "b", "c"}, 3))
	defer stop1()
	defer stop2()
	n := 0
	for {
		a, ok := next1()
		b, ok2 := next2()
		assert.Equal(t, a, b)
		if !ok || !ok2 {
			break
		}
		n++
	}
	assert.Equal(t, 6, n)
}

//greenlet:resumable
func yieldsTwice() {
	greenlet.Yield(1)
	yieldHelper(2)
}

//greenlet:resumable
func yieldHelper(v int) { greenlet.Yield(v) }

func TestNestedGeneratorTests_test_genlet_simple(t *testing.T) {
	row(t, "`Seq`")
	assert.Equal(t, []int{1, 2}, slices.Collect(greenlet.Seq(newYieldsTwiceFrame())))
}

func TestNestedGeneratorTests_test_genlet_bad(t *testing.T) {
	row(t, "`Yield` in plain code panics with a `*StateError`")
	assert.NotEmpty(t, reason(func() { greenlet.Yield(1) }))
	assert.NotEmpty(t, reason(func() { yieldHelper(1) }))
}

//greenlet:resumable
func nest(n int) {
	for i := range n {
		greenlet.Yield(i)
		nest(i)
	}
}

func TestNestedGeneratorTests_test_nested_genlets(t *testing.T) {
	row(t, "recursion in one generator")
	n := 0
	for range greenlet.Seq(newNestFrame(5)) {
		n++
	}
	assert.Equal(t, 31, n)
}
