package greenlet

// Section is plain code that is on a stack of its own. Here all code is.
type Section struct{}

// OnStack calls fn.
func OnStack(fn func(s Section)) { fn(Section{}) }

// Current is the greenlet that runs the section.
func (Section) Current() *Greenlet { return Current() }

// Switch is to.Switch.
func (Section) Switch(to *Greenlet, args ...any) any { return to.Switch(args...) }

// Throw is to.Throw.
func (Section) Throw(to *Greenlet, v any) any { return to.Throw(v) }

// YieldIn is Yield.
func YieldIn[T any](_ Section, v T) { Yield(v) }

// ExchangeIn is Exchange.
func ExchangeIn[R, T any](_ Section, v T) R { return Exchange[R](v) }

// SwitchIn is Switch.
func SwitchIn[R, T any](_ Section, to *Greenlet, v T) R { return Switch[R](to, v) }

// CallIn is Call.
func CallIn[F Frame](_ Section, f F) F { return Call(f) }
