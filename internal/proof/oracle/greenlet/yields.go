package greenlet

//lint:file-ignore U1000 the methods are there for Go to infer types from

// YieldFrame is a frame of a function that hands out values of type T only.
type YieldFrame[T any] interface {
	Frame
	yields(T)
}

// ExchangeFrame is a YieldFrame of a function that receives answers of type In only.
type ExchangeFrame[In, Out any] interface {
	YieldFrame[Out]
	receives(In)
}

// Yields makes a YieldFrame of a frame.
type Yields[T any] struct{}

func (Yields[T]) yields(T) {}

// Exchanges makes an ExchangeFrame of a frame.
type Exchanges[In, Out any] struct{}

func (Exchanges[In, Out]) yields(Out)  {}
func (Exchanges[In, Out]) receives(In) {}
