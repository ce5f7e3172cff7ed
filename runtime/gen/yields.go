package gen

import "github.com/going-green/greenlet/runtime/internal/yields"

// Yields makes a [greenlet.YieldFrame] of a frame that embeds it. It has no size, and stands
// first: at the end it would be padded.
type Yields[T any] = yields.Yields[T]

// Exchanges makes a [greenlet.ExchangeFrame] of a frame that embeds it, where it stands first.
type Exchanges[In, Out any] = yields.Exchanges[In, Out]
