package ir

import (
	"go/ast"
	"go/types"
)

// A Witness is an expression that is wanted for its type only: it declares, by
// :=, a variable whose type has no name in the package.
//
// Evaluating it has no effect, reads no memory that another goroutine may
// write, and cannot panic. Its value is of no interest: most are zero.
type Witness interface{ witness() }

// Zero is the zero value of a type that has a name: Type or, if that is nil,
// the one that Expr spells in the source.
type Zero struct {
	Type types.Type
	Expr ast.Expr
}

// Named is a constant or a function, by its name in the source. Types, if there
// are any, instantiate it.
type Named struct {
	Expr  ast.Expr
	Types []types.Type
}

// Global is the zero value of the type of a package variable.
type Global struct{ Expr ast.Expr }

// Same is a variable that is declared before.
type Same struct{ Var *Var }

// Derived is what a helper of the runtime makes of the type of another
// witness: Pointee, Elem, …
type Derived struct {
	Helper string
	Of     Witness
}

// Member is a field of a struct.
type Member struct {
	Of   Witness
	Name string
}

// First is the first element of an array, which has one.
type First struct{ Of Witness }

// Outcome is the zero value of a result of a function whose signature has the
// form of Sig. If Args are not nil they are witnesses of its parameters, of
// which those of a generic function that is not instantiated are inferred; of
// a variadic one they have its elements.
type Outcome struct {
	Fun   Witness
	Sig   *types.Signature
	Index int
	Args  []Witness
}

// MethodOutcome is the zero value of a result of a method that Recv has in its
// method set or, if Index is negative, of the method as a function.
type MethodOutcome struct {
	Recv   Witness
	Method string
	Sig    *types.Signature
	Index  int
}

func (*Zero) witness()          {}
func (*Named) witness()         {}
func (*Global) witness()        {}
func (*Same) witness()          {}
func (*Derived) witness()       {}
func (*Member) witness()        {}
func (*First) witness()         {}
func (*Outcome) witness()       {}
func (*MethodOutcome) witness() {}

// Replace is w with the variables that it names replaced.
func Replace(w Witness, by func(*Same) Witness) Witness {
	switch w := w.(type) {
	case *Same:
		return by(w)
	case *Derived:
		return &Derived{w.Helper, Replace(w.Of, by)}
	case *Member:
		return &Member{Replace(w.Of, by), w.Name}
	case *First:
		return &First{Replace(w.Of, by)}
	case *MethodOutcome:
		return &MethodOutcome{Replace(w.Recv, by), w.Method, w.Sig, w.Index}
	case *Outcome:
		o := &Outcome{Fun: Replace(w.Fun, by), Sig: w.Sig, Index: w.Index}
		if w.Args != nil {
			o.Args = []Witness{}
		}
		for _, a := range w.Args {
			o.Args = append(o.Args, Replace(a, by))
		}
		return o
	}
	return w
}

// Needs are the variables that a witness names.
func Needs(w Witness) []*Var {
	var list []*Var
	Replace(w, func(s *Same) Witness {
		list = append(list, s.Var)
		return s
	})
	return list
}
