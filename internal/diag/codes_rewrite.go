package diag

// The codes of rewriting: what shows only when a function is taken apart.
const (
	// TypeUnnameable: a variable must be declared in the generated code, but its
	// type can't be written there, as it is private to another package, and the
	// generator has found no expression without effect that it could be
	// inferred from. There is one for nearly all variables, such as the function
	// whose result they are.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func f() {
	//		x := dep.New().Next // promoted from an embedded pointer to a hidden type
	//		greenlet.Yield(1)
	//		x.Use()
	//	}
	//
	// Fix: give the variable a type that has a name, such as an interface: var x
	// interface{ Use() } = ….
	TypeUnnameable Code = "type-unnameable"

	// CompanionExposed: a struct type without a name in the package embeds a type with
	// a resumable method, and has another method by its name, from something that is
	// embedded less deep. It has the resumable form all the same, which a call through
	// an interface would take for the other's.
	//
	// Example:
	//
	//	type base struct{}
	//
	//	//greenlet:resumable
	//	func (base) close() {}
	//
	//	type deep struct{ base }
	//
	//	type file struct{}
	//
	//	func (file) close() {}
	//
	//	var x = struct {
	//		deep
	//		file
	//	}{}
	//
	// Fix: declare the type in the package by a name.
	CompanionExposed Code = "companion-exposed"
)
