package diag

// The codes of what shows only where packages meet.
const (
	// InterfacePlain: a value whose type has a resumable method is given to a
	// resumable function of another package as an interface, or for a type
	// parameter, whose methods that package calls as plain ones: the interface is
	// of a package without resumable functions, such as the standard library, and
	// no resumable method of this kind is seen where it is called. The
	// suspension would be lost.
	//
	// Example:
	//
	//	type line struct{}
	//
	//	//greenlet:resumable
	//	func (line) Write(p []byte) (int, error) { greenlet.Yield(p); return len(p), nil }
	//
	//	//greenlet:resumable
	//	func f() { dep.Copy(line{}) } // func Copy(w io.Writer)
	//
	// Fix: let the other package take an interface of its own, which may be
	// another name for the same: type writer interface{ io.Writer }. Or give it a
	// value whose method is plain.
	InterfacePlain Code = "interface-plain"
)
