// Package yields has what generated frames say of the values that their functions hand out:
// methods that no other package can declare or call, for the compiler to infer types from.
package yields

// Value is a frame whose function hands out values of type T only.
type Value[T any] interface{ yields(T) }

// Answer is a frame whose function receives answers of type T only.
type Answer[T any] interface{ receives(T) }

// Yields is embedded in frames, to make a Value of them. It has no size.
type Yields[T any] struct{}

func (Yields[T]) yields(T) {}

// Exchanges is embedded in frames, to make a Value and an Answer of them.
type Exchanges[In, Out any] struct{}

func (Exchanges[In, Out]) yields(Out)  {}
func (Exchanges[In, Out]) receives(In) {}
