package ir

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Lit is a function literal that is resumable. It becomes a type of its own, with
// what the literal captures.
type Lit struct {
	Syntax     *ast.FuncLit
	Type       string // the type
	Func       string // the function as Go's tracebacks name it, without the package
	TypeParams *types.TypeParamList
	Captures   []*Capture
	Self       string // the name of the type's receiver

	// Around are the types that functions around the literal declare and that its
	// code or its signature is spelled with. If there are any, its code stands where
	// the literal stood, for there the types have names (see InPlace).
	Around map[*types.TypeName]bool

	// Value is, of a literal that stands for a function that is used as a value,
	// the function's name where it is; Types are made-up identifiers.
	Value *ast.Ident
	Call  *ast.CallExpr // of that function, which is all that the literal does
	Recv  ast.Expr      // of a method value, as it is where the value is made; else nil
	Types map[*ast.Ident]types.Type
	// Range is the loop over an iterator function whose body the literal is, or
	// nil.
	Range *RangeFunc
}

// InPlace reports whether the code of the literal stands where the literal stood.
func (l *Lit) InPlace() bool { return len(l.Around) > 0 }

// RangeFunc is a loop over an iterator function.
type RangeFunc struct {
	Stmt     *ast.RangeStmt
	Outer    *RangeFunc   // the loop whose body this one is in, or nil
	Loop     *types.Var   // its state, a *gen.Loop
	Results  []*types.Var // variables for what a return statement in it returns; shared with Outer
	Exits    []LoopExit   // numbered from 1
	Out      map[*ast.BranchStmt]int
	Suspends bool // its body does

	// Cells are variables for what the iterator hands out, if some of it is of a type without a
	// name in the package: the literal has no parameters then. Seq is the iterator, where it is called.
	Cells []*types.Var
	Seq   ast.Expr

	// What statements in it do, those of loops in it included.
	Defers, Recovers, Returns, HasResults bool

	Named bool // the function's results have names
}

// LoopExit is a branch statement that leads out of the body of a loop, to
// something around the loop.
type LoopExit struct {
	ExitTo
	Stmt *ast.BranchStmt // the first of its kind
}

// ExitTo is where a branch statement leads.
type ExitTo struct {
	Tok   token.Token
	Label types.Object
}

// Capture is a variable that a literal captures, by reference.
type Capture struct {
	Obj   *types.Var
	Field string
	Use   *ast.Ident // where the literal names it; nil for the receiver of a method value

	// ByValue says that the field is a copy: the variable is not assigned again.
	ByValue bool

	// Witness is of the variable's type, if that has no name in the package: the field
	// is an any, and what it holds gets its type from the witness. It names no variables.
	// Set by the pass infer.
	Witness Witness
}

// Fields of the literal that a body has become: the frame of the function around
// it, which its deferred calls are registered with, and the one which defers the
// call of that, for recover.
const (
	AroundField   = "around"
	DeferrerField = "deferrer"
)

// Codes of what leaves a body, besides the numbers of Exits.
const (
	LeaveLoop     = 0 // break
	ReturnFrom    = -1
	ReturnBare    = -2 // with named results
	NextIteration = -3 // continue
)
