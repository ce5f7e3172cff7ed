package diag

// A Code names a kind of diagnostic. It never changes its meaning and is not
// used again once withdrawn, so that it can be searched for.
//
// The codes of this file are those of the front end. Each says what it means,
// has an Example that draws exactly this code, and the Fix. A test holds the
// examples to that, and each code to a text in testdata/errors.
type Code string

// Directives.
const (
	// DirectiveUnknown: a comment starts with //greenlet: but what follows is no
	// directive that this version knows. It is never ignored, for a misspelt
	// directive would leave a function silently unrewritten.
	//
	// Example:
	//
	//	//greenlet:resumeable
	//	func f() {}
	//
	// Fix: correct the spelling. The directives are //greenlet:resumable and, for
	// greenletvet, //greenlet:allow code reason.
	DirectiveUnknown Code = "directive-unknown"

	// DirectiveArgs: the directive takes no argument but durable; or it is //greenlet:allow, which
	// takes the code of a report of greenletvet and a reason.
	//
	// Example:
	//
	//	//greenlet:resumable always
	//	func f() {}
	//
	// Fix: remove what follows the directive. A remark goes on a line of its own.
	DirectiveArgs Code = "directive-args"

	// DirectiveMisplaced: the directive marks nothing, as it is not part of the
	// comment directly above a function declaration, or above a declaration of package
	// variables with function literals.
	//
	// Example:
	//
	//	//greenlet:resumable
	//
	//	func f() {}
	//
	// Fix: put it on the line above func, or above var: there it is for all literals of
	// the declaration. A type, a literal in a function or a method of an interface cannot
	// have one.
	DirectiveMisplaced Code = "directive-misplaced"

	// DirectiveTwice: a function, or a declaration of variables, has the directive more than once.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	//greenlet:resumable
	//	func f() {}
	//
	// Fix: remove one.
	DirectiveTwice Code = "directive-twice"

	// DirectiveSpace: a comment says what the directive says but is not a
	// directive, which is a line comment without a space after the slashes.
	//
	// Example:
	//
	//	// greenlet:resumable
	//	func f() {}
	//
	// Fix: remove the space.
	DirectiveSpace Code = "directive-space"

	// DirectiveNoBody: the function is declared without a body, so it is written
	// in assembly or linked to another one, and there is nothing to rewrite.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func f()
	//
	// Fix: remove the directive, or write the function in Go.
	DirectiveNoBody Code = "directive-no-body"

	// DirectiveInit: an init function is run by the Go runtime before main and
	// cannot be called, so no greenlet can run it.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func init() {}
	//
	// Fix: move the body to a function with another name.
	DirectiveInit Code = "directive-init"

	// DirectiveBlank: a function named _ cannot be called, and what is generated
	// for it could not be named.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func _() {}
	//
	// Fix: name the function, or remove the directive.
	DirectiveBlank Code = "directive-blank"

	// DirectiveUintptr: the function is marked //go:uintptrescapes or
	// //go:uintptrkeepalive: its callers convert pointers to uintptr, and the compiler
	// keeps alive what these point to until the call returns. What resumable code
	// calls may return before, when it suspends, and then the uintptr is all that is
	// left.
	//
	// Example:
	//
	//	//go:uintptrescapes
	//	//greenlet:resumable
	//	func f(p uintptr) { greenlet.Yield(p) }
	//
	// Fix: give it an unsafe.Pointer, or remove one of the directives. A function that
	// is not resumable may have such parameters, and be called or deferred by
	// resumable ones.
	DirectiveUintptr Code = "directive-uintptr"

	// DirectiveCgo: the file imports "C". What the compiler sees of such a file is
	// written by cgo, so it cannot be rewritten from its source.
	//
	// Example:
	//
	//	import "C"
	//
	//	//greenlet:resumable
	//	func f() {}
	//
	// Fix: move the function to a file of the package that does not import "C".
	DirectiveCgo Code = "directive-cgo"
)

// What resumable functions can't do, or can't do yet.
const (
	// UniverseRedeclared: a package with resumable functions declares nil or panic.
	// Generated code is in that package, and has no other words for these.
	//
	// Example:
	//
	//	func panic() int { return 1 }
	//
	//	//greenlet:resumable
	//	func f() { greenlet.Yield(panic()) }
	//
	// Fix: rename it, or move the resumable functions to a package of their own.
	UniverseRedeclared Code = "universe-redeclared"

	// LiteralLocalType: a function literal that suspends, the body of a loop over an
	// iterator function, or a function as a value has values of a type of the function
	// around it, and something else has the name of a type that it needs where it
	// stands: its code is put there, and could not say the type.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func f() {
	//		type item struct{ n int }
	//		if list := []item{{1}}; len(list) > 0 {
	//			item := list[0]
	//			show := func() { greenlet.Yield(item.n) }
	//			_ = show
	//		}
	//	}
	//
	// Fix: rename what hides the type.
	LiteralLocalType Code = "literal-local-type"

	// InterfaceEmbedded: a struct type embeds an interface, one of whose methods may be
	// resumable. Through another interface that is found by a method which is generated for
	// the struct: so it must be a type of the package, with a name, and the package must be
	// able to write the types of the method. A struct type of another package must be of one that
	// has resumable functions.
	//
	// Example:
	//
	//	type source interface{ Next() int }
	//
	//	//greenlet:resumable
	//	func f(s source) any {
	//		return struct{ source }{s}
	//	}
	//
	// Fix: declare the struct as a type of the package; embed one of another package in it.
	InterfaceEmbedded Code = "interface-embedded"

	// ValueInGeneric: a plain function with type parameters makes a value of a resumable
	// function or method that depends on these. The compiler makes a closure of it, by
	// which resumable code that calls it can't tell what it is: what it suspends would be
	// lost.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func each[T any](list []T) {
	//		for _, v := range list {
	//			greenlet.Yield(v)
	//		}
	//	}
	//
	//	func walker[T any]() func([]T) { return each[T] }
	//
	// Fix: annotate the function around, and call it from resumable code, or make the
	// value where the types are known.
	ValueInGeneric Code = "value-in-generic"

	// LiteralPlain: a function literal of a package variable suspends, but it is plain code
	// whoever calls it.
	//
	// Example:
	//
	//	var handlers = map[string]func(){
	//		"one": func() { greenlet.Yield(1) },
	//	}
	//
	//	//greenlet:resumable
	//	func f(name string) {
	//		handlers[name]()
	//	}
	//
	// Fix: put the directive above the declaration of the variable: resumable code runs the
	// literal on a stack of its own then. Or make it a function of its own.
	LiteralPlain Code = "literal-plain"

	// StartPlain: what a call starts by value is no resumable function: a plain function, or a
	// function literal of plain code, which can't be compiled where it stands.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func f() {
	//		greenlet.New(plain)
	//	}
	//
	//	func plain() {}
	//
	// Fix: annotate the function; make a literal a function of its own, or start it in a
	// function that is annotated.
	StartPlain Code = "start-plain"

	// StartArguments: the arguments of a start by value don't fit the function's parameters.
	// To the compiler they are any number of anything; the start would panic.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func count(n int) {
	//		greenlet.Yield(n)
	//	}
	//
	//	func start() {
	//		greenlet.New(count, "5")
	//	}
	//
	// Fix: as for a call of the function.
	StartArguments Code = "start-arguments"

	// SwitchInPlain: a function without the directive switches, or calls a
	// resumable function, and resumable code calls it. It runs on the stack of a
	// greenlet that it can't suspend.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func f(g *greenlet.Greenlet) {
	//		helper(g)
	//	}
	//
	//	func helper(g *greenlet.Greenlet) {
	//		g.Switch()
	//	}
	//
	// Fix: annotate it, and the functions on the way to it; or call it on a stack of its
	// own, in greenlet.OnStack.
	SwitchInPlain Code = "switch-in-plain"
)

// Declarations that can't be generated.
const (
	// NameClash: the package has a declaration named as one that is generated for
	// a resumable function: of fib, they are fibFrame, newFibFrame, fibResumable
	// and, if it calls recover, fibDeferred; of a method serve of server, the type
	// serverServeFrame and the methods newServeFrame, serveResumable and
	// serveDeferred, which may be fields as well.
	//
	// Example:
	//
	//	type fFrame struct{}
	//
	//	//greenlet:resumable
	//	func f() {}
	//
	// Fix: rename one of them.
	NameClash Code = "name-clash"

	// NameClashGenerated: the same name is generated for two resumable functions.
	// (Frames of methods get another name instead.)
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func conn() {}
	//
	//	//greenlet:resumable
	//	func newConn() {}
	//
	// Fix: rename one of them.
	NameClashGenerated Code = "name-clash-generated"

	// CompanionHidden: a call goes to a method promoted from an embedded type, but
	// where it is promoted to, the name of the method's resumable form stands for
	// something else.
	//
	// Example:
	//
	//	type conn struct{}
	//
	//	//greenlet:resumable
	//	func (conn) read() {}
	//
	//	type session struct {
	//		conn
	//		readResumable bool
	//	}
	//
	//	//greenlet:resumable
	//	func f(s session) { s.read() }
	//
	// Fix: call the method of the embedded field (s.conn.read), or rename what
	// hides its resumable form.
	CompanionHidden Code = "companion-hidden"

	// CompanionExposed: a struct type has a plain method from a type that it
	// embeds, and, from another that it embeds further down, a resumable method of
	// the same name, which the plain one hides. Nothing hides its resumable form,
	// which resumable code would call in place of the plain method where it calls
	// that through an interface. For types declared outside functions, something
	// is generated that does.
	//
	// Example:
	//
	//	type base struct{}
	//
	//	//greenlet:resumable
	//	func (base) String() string { return "base" }
	//
	//	type deep struct{ base }
	//
	//	type plain struct{}
	//
	//	func (plain) String() string { return "plain" }
	//
	//	var v any = struct {
	//		deep
	//		plain
	//	}{}
	//
	// Fix: declare the type outside the function and give it a name.
	CompanionExposed Code = "companion-exposed"

	// LocalTypeShadow: a resumable function declares a type in a block that
	// suspends, and its name is that of a function, a variable, a constant or a
	// generic type of the package that the function uses elsewhere, or is
	// predeclared. The type is declared at the top of the generated function,
	// where it would hide that.
	//
	// Example:
	//
	//	func pair() int { return 1 }
	//
	//	//greenlet:resumable
	//	func f() {
	//		n := pair()
	//		type pair struct{ a, b int }
	//		p := pair{n, 2}
	//		greenlet.Yield(p.a)
	//		greenlet.Yield(p.b)
	//	}
	//
	// Fix: rename the type, or declare it outside the function.
	LocalTypeShadow Code = "local-type-shadow"
)
