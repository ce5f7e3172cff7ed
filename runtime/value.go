package greenlet

import (
	"errors"
	"reflect"

	"github.com/going-green/greenlet/runtime/internal/argument"
)

// Values is several values in one switch: what Switch(a, b) delivers, and the
// results of a function that has more than one.
type Values []any

// Exit ends the greenlet it is thrown into. A greenlet that it, or an error
// that wraps it, leaves as a panic ends silently, and its parent receives the
// panic's value. Python's GreenletExit.
var Exit error = exit{}

type exit struct{}

func (exit) Error() string { return "greenlet: exit" }

func isExit(v any) bool {
	err, ok := v.(error)
	return ok && errors.Is(err, Exit)
}

// pack maps the arguments of a switch to the value it delivers.
func pack(args []any) (v any, some bool) {
	switch len(args) {
	case 0:
		return nil, false
	case 1:
		return args[0], true
	}
	return Values(args), true
}

// store puts v in the variable that slot points to, or its zero value if
// there is no v. The types of the usual switches have been served before, by
// a type assertion in Send; here come the mixed ones.
func store(slot, v any, some bool) *TypeError {
	switch p := slot.(type) {
	case nil: // the receiver wants nothing
		return nil
	case *any:
		*p = v
		return nil
	}
	to := reflect.ValueOf(slot).Elem()
	if !some {
		to.SetZero()
		return nil
	}
	x, ok := argument.Assignable(to.Type(), v)
	if !ok {
		return &TypeError{Sent: argument.TypeName(v), Want: to.Type().String(), From: caller()}
	}
	to.Set(x)
	return nil
}
