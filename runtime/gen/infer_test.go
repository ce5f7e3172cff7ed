package gen

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
)

type (
	named     int
	pointers  *named
	lists     []named
	maps      map[string]named
	receivers <-chan named
	senders   chan named
)

func isZero[T comparable](t *testing.T, v, want T) {
	t.Helper()
	assert.Equal(t, want, v)
}

// The types are inferred, named ones too; the arguments are not evaluated
// further.
func TestInfer(t *testing.T) {
	isZero(t, Zero[named](), 0)
	isZero(t, ZeroLike(named(3)), 0)
	isZero(t, PointerLike(named(3)), nil)
	assert.Equal(t, []named(nil), SliceLike(named(3)))
	assert.Equal(t, (*MapIter[string, named])(nil), IterLike(maps{"a": 1}))
	isZero(t, Pointee(pointers(nil)), 0)
	isZero(t, Pointee((*named)(nil)), 0)
	isZero(t, Elem(lists(nil)), 0)
	isZero(t, MapKey(maps(nil)), "")
	isZero(t, MapValue(maps{"": 3}), 0)
	isZero(t, ChanElem(receivers(nil)), 0)
	isZero(t, ChanElem(senders(nil)), 0)
	n := named(3)
	isZero(t, *NewLike(&n), 0)
}

func inferFromParameters[P ~*E, S ~[]E, E comparable](t *testing.T, p P, s S) {
	var zero E
	isZero(t, Pointee(p), zero)
	isZero(t, Elem(s), zero)
}

func TestInferFromParameters(t *testing.T) {
	inferFromParameters(t, pointers(nil), lists(nil))
}

func TestLoad(t *testing.T) {
	var field any = named(3)
	isZero(t, Load(field, named(0)), 3)

	var r io.Reader
	field = r
	isZero(t, Load(field, r), nil)
	field = io.Reader(io.MultiReader())
	assert.Equal(t, field, Load(field, r))
}
