package diag

// The codes of rewriting: what shows only when a function is taken apart.
const (
	// TypeUnnameable: a variable must be declared in the generated code, but its
	// type can't be written there, as it is private to another package, and the
	// generator has found no expression without effect that it could be
	// inferred from. There is one for nearly all variables, such as the function
	// whose result they are; also where a literal that suspends captures them, or the body of
	// a loop over an iterator function. Nor can it be written for a parameter or result of a
	// function that is generated, for a method value, or for a constant of a function in a literal.
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
)
