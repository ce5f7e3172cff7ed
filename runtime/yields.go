package greenlet

import "github.com/going-green/greenlet/runtime/internal/yields"

// YieldFrame is a [Frame] of a function that hands out values of type T only: by [Yield] and
// [Exchange], its own and those of the functions that it calls by name. Generated frames are
// one where the generator is certain of that: not if the function calls a function value or a
// method of an interface that may suspend, or switches to a greenlet by name.
type YieldFrame[T any] interface {
	Frame
	yields.Value[T]
}

// ExchangeFrame is a [YieldFrame] of a function that receives answers of type In only, by
// [Exchange].
type ExchangeFrame[In, Out any] interface {
	YieldFrame[Out]
	yields.Answer[In]
}
