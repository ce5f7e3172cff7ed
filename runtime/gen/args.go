package gen

import (
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/internal/argument"
)

// SetArgs stores list, the arguments of the first switch, in the parameters of f that to
// points to, one for each; a nil is for a blank one. It stores all of them or, when it
// panics with a [*greenlet.ArgumentError], none.
func SetArgs(f Frame, list []any, to ...any) { fit(f, argument.Set(list, to)) }

// SetVariadic is SetArgs for a function whose last parameter takes all that is left.
func SetVariadic(f Frame, list []any, to ...any) { fit(f, argument.SetVariadic(list, to)) }

func fit(f Frame, m *argument.Mismatch) {
	if m != nil {
		panic(&greenlet.ArgumentError{Func: f.Func(), Index: m.Index, Want: m.Want, Got: m.Got, WantCount: m.WantCount, GotCount: m.GotCount})
	}
}
