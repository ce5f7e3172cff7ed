package gen

import "github.com/going-green/greenlet/runtime/internal/funcval"

// DurableFunc is what generated code says of a durable function.
type DurableFunc struct {
	Frame Frame  // a nil of its frame type; nil if the function is generic
	Table string // see rewrite/doc_durable.go
}

// ClosureType is what generated code says of a function literal of a durable function.
type ClosureType struct {
	Name string
	// Self is a nil of the type that has what the literal captures, and Value makes a function
	// of one that is not nil.
	Self  any
	Value func(self any) any
	// Refs are the fields that point to captured variables, with space between; the others
	// are copies.
	Refs string
}

var (
	durableFuncs []DurableFunc
	closureTypes []ClosureType

	durableErrors    []NamedError
	durableNamed     []NamedFunc
	durableInstances []Frame
)

// Durable makes a durable function known, while package variables are initialised.
func Durable(frame Frame, table string) (_ struct{}) {
	durableFuncs = append(durableFuncs, DurableFunc{frame, table})
	return
}

// DurableClosure makes the type T of a function literal known, while package variables are
// initialised.
func DurableClosure[T, F any](name string, value func(*T) F, refs string) (_ struct{}) {
	closureTypes = append(closureTypes, ClosureType{name, (*T)(nil), func(self any) any { return value(self.(*T)) }, refs})
	return
}

// DurableError makes a package variable known, by name, whose value durable functions may hold,
// and compare with others.
func DurableError(name string, v *error) (_ struct{}) {
	durableErrors = append(durableErrors, NamedError{name, v})
	return
}

// NamedError is a package variable of type error.
type NamedError struct {
	Name string
	Var  *error
}

// DurableNamed makes a declared function known by a name, which a durable function of the package names
// without a call: one of its variables may hold it.
func DurableNamed(name string, fn any) (_ struct{}) {
	durableNamed = append(durableNamed, NamedFunc{name, fn})
	return
}

// NamedFunc is a declared function.
type NamedFunc struct {
	Name string
	Func any
}

// DurableNameds are all that are known.
func DurableNameds() []NamedFunc { return durableNamed }

// DurableInstance makes the frame type of an instance of a generic function known that a durable function
// of the package calls: a nil of it. The generic function may be one that is not durable.
func DurableInstance(frame Frame) (_ struct{}) {
	durableInstances = append(durableInstances, frame)
	return
}

// DurableInstances are all that are known.
func DurableInstances() []Frame { return durableInstances }

// DurableErrors are all that are known.
func DurableErrors() []NamedError { return durableErrors }

// DurableFuncs are all that are known.
func DurableFuncs() []DurableFunc { return durableFuncs }

// ClosureTypes are all that are known.
func ClosureTypes() []ClosureType { return closureTypes }

// SelfOf is what the function value fn captures, if that was made of a type with [Bind]; else
// nil.
func SelfOf(fn any) any { return funcval.Self(fn) }
