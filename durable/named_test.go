package durable

import (
	"fmt"
	"strconv"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable durable
func performs[A, R any](fn func(A) R, a A) R {
	greenlet.Yield("performs")
	return fn(a)
}

type topic[T any] string

//greenlet:resumable durable
func (name topic[T]) wait() T { return greenlet.Exchange[T, string](string(name)) }

func twice(n int) int { return 2 * n }

//greenlet:resumable durable
func says(n int) string {
	greenlet.Yield("says")
	return fmt.Sprint("said ", n)
}

//greenlet:resumable durable
func namesOthers() string {
	next := says
	n := performs(twice, 4)
	text := performs(strconv.Itoa, n)
	return text + topic[string]("name").wait() + next(1)
}

// Trap: who restores a snapshot has never come by the line that names a function, or an instance of a
// generic one: nothing but generated code can have told it.
func TestFunctionsAndInstancesThatDurableFunctionsNameAreKnown(t *testing.T) {
	g := greenlet.New(namesOthers)
	for _, step := range []struct {
		with []any
		want any
	}{{nil, "performs"}, {nil, "performs"}, {nil, "name"}, {[]any{" x "}, "says"}, {nil, "8 x said 1"}} {
		assert.Equal(t, step.want, g.Switch(step.with...))
		b, err := Snapshot(g)
		require.NoError(t, err)
		gs, err := Restore(b)
		require.NoError(t, err)
		g = gs[0]
	}
	assert.True(t, g.Dead())
}
