package gen

import (
	"unsafe"

	"github.com/going-green/greenlet/runtime/internal/funcval"
)

// Function values that may suspend.

// Closure is what the types of function literals that suspend have in common. Generated types
// embed it, with what the literal captures.
type Closure = funcval.Closure

// Bind makes fn, a closure that captures c and nothing else, the function value of self, a
// generated type that embeds c and has the method CallResumable.
func Bind[F any](c *Closure, self any, fn F) F {
	funcval.Bind(c, self, fn)
	return fn
}

// Resumable is the resumable form of the function value fn: a value with the
// method CallResumable, whose parameters are a [*Run] and those of fn, and whose
// results are those of fn and a [Status]. It is nil if fn is nil or plain. It panics
// with a [*greenlet.StateError] if fn is of a resumable function that is in [Declare], but not
// registered as this value: called as plain code it would lose what it suspends.
func Resumable(fn any) any { return funcval.Resumable(fn) }

// Register makes fn, a function value that captures nothing, known to resumable code
// that calls it: self has the method CallResumable. Such are declared functions, their
// instances, and method expressions. Generated code calls it, and those below, while package
// variables are initialised: hence the results.
func Register(fn, self any) (_ struct{}) {
	funcval.Register(fn, self)
	return
}

// RegisterMethod makes the method values that plain code makes of a method known:
// fn is one of them, and form makes a value with the method CallResumable of a
// receiver, of type T as the method has it, or the interface has whose method it is.
// Method values of promoted methods are those of what is embedded.
func RegisterMethod[T any](fn any, form func(recv T) any) (_ struct{}) {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return form(*(*T)(recv)) })
}

func registerMethod(fn any, form func(recv unsafe.Pointer) any) (_ struct{}) {
	funcval.RegisterMethod(fn, form)
	return
}

// Declare makes resumable functions of the package that calls it known by name: Read,
// Server.Serve, also of methods of pointers and of generic types:
// those of which there may be values that are not registered.
func Declare(names ...string) (_ struct{}) {
	funcval.Declare(1, names...)
	return
}

// DeclareInterface is Declare for methods of interfaces: Source.Next.
func DeclareInterface(names ...string) (_ struct{}) {
	funcval.DeclareInterface(1, names...)
	return
}

// DeclareClosure makes a value of the function what known that the generic function or
// method called in makes, with its type parameters, at the place, a file's name and a line.
// When that runs as plain code gc makes a closure of it for the value.
func DeclareClosure(place, in, what string) (_ struct{}) {
	funcval.DeclareClosure(place, in, what)
	return
}

// RefMethod is Ref for the operand of a method value, which is evaluated for
// its panic if the operand is a nil interface.
func RefMethod[T, F any](v T, _ F) *T { return &v }

// Ref is a variable with the value v: what a method value captures.
func Ref[T any](v T) *T { return &v }
