package durable

import (
	"errors"
	"fmt"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable durable
func holds(v any) string {
	greenlet.Yield("holds")
	return fmt.Sprint(v)
}

// cons is a list without pointers: each value is in an interface of the one before.
type cons struct{ next any }

func init() {
	Type[cons]()
	Type[[3]int]()
	Type[struct{ X, Y int }]()
}

// held is what a holder of v returns after it was written and made again.
func held(v any) (string, error) {
	g := greenlet.New(holds, v)
	g.Switch()
	b, err := Snapshot(g)
	if err != nil {
		return "", err
	}
	gs, err := Restore(b)
	if err != nil {
		return "", err
	}
	return gs[0].Switch().(string), nil
}

func TestTypesWithoutNameInInterfaces(t *testing.T) {
	for _, v := range []any{[3]int{1, 2, 3}, struct{ X, Y int }{1, 2}, []string{"a"}, map[string][]int{"a": {1}}, [][]any{{1, "x", nil}}, map[string]any{"a": []int{1}}} {
		got, err := held(v)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprint(v), got)
	}
	_, err := held([5]int{})
	var refused *RefusedError
	require.True(t, errors.As(err, &refused))
	assert.Contains(t, err.Error(), "durable.Type[[5]int]()")

	type cell struct{ n int } // no init function can name it
	_, err = held(&cell{1})
	require.True(t, errors.As(err, &refused))
	assert.Contains(t, err.Error(), "durable.Type[*durable.cell]()")
	assert.Contains(t, err.Error(), "declare it in the package first if it is declared in a function")
}

// What is so deep that it can't be restored is not written.
func TestDeepInterfaces(t *testing.T) {
	list := func(n int) (v any) {
		for range n {
			v = cons{v}
		}
		return v
	}
	got, err := held(list(deepestAny - 1))
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprint(list(deepestAny-1)), got)
	_, err = held(list(deepestAny + 1))
	var refused *RefusedError
	require.True(t, errors.As(err, &refused), "%v", err)
	assert.Contains(t, err.Error(), "use pointers")
}
