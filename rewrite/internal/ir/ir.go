// Package ir is what the passes between syntax and emission work on.
//
// A function is first a Tree: statements of the source, in which every
// suspension has become a statement of its own (package lower, normalize),
// then a list of Blocks: straight-line code with one terminator (flatten).
// The leaves of both are go/ast, never changed; where a part had to be
// replaced, the path to it is copied, and a replacement that stands for a
// variable is an identifier listed in Func.Refs.
package ir

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// Func is one resumable function on its way through the passes.
type Func struct {
	Decl *ast.FuncDecl
	Obj  *types.Func
	Info *types.Info // of the package, with the copied syntax added

	Params  []*Var // receiver first; nil for a blank or unnamed one
	Results []*Var // nil if unnamed
	Vars    []*Var // all of them, in order of declaration, temps included

	Refs    map[*ast.Ident]*Var       // identifiers made by normalize
	Types   map[*ast.Ident]types.Type // identifiers that stand for a type
	Runtime map[*ast.Ident]string     // identifiers that stand for a name of our runtime
	ByObj   map[types.Object]*Var     // variables of the source that code at function level declares
	Consts  []ast.Stmt                // const and type declarations, hoisted to the top

	// Renamed are hoisted constants that could not keep their names.
	Renamed map[types.Object]string
	// Aliases are the names by which the code knows hoisted types that share
	// one, and types of the package that a hoisted one hides. The types keep
	// their names, which %T shows.
	Aliases map[*types.TypeName]string

	// Lit is the literal that the function is, or nil for a declared one. Its
	// Decl and Obj are made up, of the literal's own syntax and signature.
	Lit *Lit
	// Lits are the resumable literals of the declared function that this is, or
	// that the literal is in.
	Lits map[*ast.FuncLit]*Lit
	// Bodies are the literals that the bodies of loops over functions have become.
	Bodies map[*ast.RangeStmt]*Lit
	// Values are the literals that stand for functions used as values, by the
	// functions' names there.
	Values map[*ast.Ident]*Lit

	// Deferred are the calls of defer statements that normalize made, with those
	// of the source.
	Deferred map[*ast.CallExpr]*ast.CallExpr

	// Defers says that the function has defer statements: its frame is taken
	// at the start, and holds the results.
	Defers bool
	// Recovers says that the function has a Deferred form, and its frame a field
	// for the frame of the function that defers it.
	Recovers bool
	// LocalTypes says that the function declares types.
	LocalTypes bool
	// Durable says that what the function suspends can be forked, stored and restored.
	Durable bool
	// KeepsVariables says that variables of the source live to the ends of their scopes, for a debugger.
	KeepsVariables bool
	// Long says that what a hot copy of the code would save at its suspensions is out of
	// proportion to the code; set by the pass spill.
	Long bool

	Tree   *Seq     // after normalize
	Blocks []*Block // after flatten; the first is the entry
	// Targets are the blocks that branch statements inside leaves lead to.
	Targets map[*ast.BranchStmt]*Block

	Names *Names // taken in this function

	// Inferred are the variables with a witness, in an order to declare them
	// in.
	Inferred []*Var
	// Refused are the types that can't be written in the generated code; if
	// there are any it must not be emitted. Set by the pass infer.
	Refused diag.List

	Frame *Frame // after frame
}

// KeepsResults reports whether a return must set the named results: deferred
// calls, or literals that outlive the function, may read them.
func (f *Func) KeepsResults() bool {
	if f.Defers {
		return true
	}
	for _, v := range f.Results {
		if v != nil && v.Aliased {
			return true
		}
	}
	return false
}

// Eager reports whether the function takes its frame at the start, and has one
// variant of its code only: because it defers; because it recovers, and is
// called in two ways; because it declares a type, which would be two types in
// two variants; because it is a literal whose code is a value; or because it is long.
func (f *Func) Eager() bool {
	return f.Defers || f.Recovers || f.LocalTypes || f.Long || f.Lit != nil && f.Lit.InPlace()
}

// Frame is the layout of the function's frame.
type Frame struct {
	Fields  []Field
	Params  []string // field of each parameter, receiver first; "" for a blank one
	Results []string // field of each result
	Self    string   // of a literal: the field for what it captures

	Deferrer string // field of the frame that defers the call; "" unless Recovers
}

// Returns reports whether the frames of functions with n results have them, and the methods
// for them, from a type of package gen.
func Returns(n int) bool { return 0 < n && n <= 4 }

// Embeds reports whether a field is one of such a type, which the frame embeds.
func (f *Frame) Embeds(field Field) bool { return field.Var == nil && Returns(len(f.Results)) }

// Field is a field of the frame.
type Field struct {
	Name     string
	Type     types.Type
	Var      *Var   // nil for a result
	Also     []*Var // those that share it: they are never live where another is
	Box      bool   // the field is a pointer to Type
	Pointers bool   // the field may hold on to memory
	Any      bool   // the field is an any, for Type has no name outside the function, or none in the package
}

// Vars are the variables that live in the field.
func (f *Field) Vars() []*Var {
	if f.Var == nil {
		return nil
	}
	return append([]*Var{f.Var}, f.Also...)
}

// Var is a variable of the function or a temporary of ours.
type Var struct {
	Name    string // unique in the function
	Type    types.Type
	Obj     types.Object // nil for a temporary
	Kind    Kind
	Index   int // in Func.Vars, unless it is captured
	Pos     token.Pos
	Aliased bool // its address is taken, or a literal captures it, or it is large
	Alias   Alias
	// Assigned says of a parameter that the function assigns to it, or to a part of it.
	Assigned bool

	// Decided by the pass frame.
	Place Place
	Box   bool   // lives on the heap; the Go variable is a pointer to it
	Field string // its field in the frame, if it lives across a suspension

	// Resident says that, where there is a frame, the field is the variable; set by the
	// pass spill.
	Resident bool

	In string // of a boxed parameter: the name of the incoming value

	Number int // of the result of the function that it is, with the place AsResult

	// Witness, if not nil, is what the variable is declared by, as its type
	// has no name in the package; set by the pass infer.
	Witness Witness
}

// Alias is the first reason why a variable of the source is aliased, for those who
// ask; the passes go by Var.Aliased.
type Alias struct {
	How AliasHow
	Pos token.Pos // of the expression, literal or loop that aliases it
}

// AliasHow is what makes a variable an aliased one.
type AliasHow uint8

const (
	NotAliased   AliasHow = iota
	AddressTaken          // &x
	Sliced                // x[:], of an array
	MethodTaken           // x.m, where m has a pointer receiver
	InLiteral             // a literal captures it
	InLoopBody            // the body of a loop over an iterator function captures it
	Large                 // it is treated as an aliased one
)

// Kind is what a variable is in the source.
type Kind uint8

const (
	Local Kind = iota
	Param
	Result
	Temp
	Captured // of the function around the literal
)

// Place is where a variable is declared in the generated code.
type Place uint8

const (
	Unused    Place = iota
	InBlock         // where the source declares it
	Hoisted         // at the top of the function
	InFrame         // a result of a function that defers
	AsResult        // nowhere: what a call hands out is what the function returns
	InClosure       // what the literal captures: boxed, and the field is the pointer
)

// VarOf is the variable that id stands for, or nil if it is none of Vars.
func (f *Func) VarOf(id *ast.Ident) *Var {
	if v := f.Refs[id]; v != nil {
		return v
	}
	if obj := f.Info.Uses[id]; obj != nil {
		return f.ByObj[obj]
	}
	if obj := f.Info.Defs[id]; obj != nil {
		return f.ByObj[obj]
	}
	return nil
}

// Node is a node of the tree.
type Node interface{ node() }

// Seq is consecutive nodes.
type Seq struct{ List []Node }

// Leaf is a statement without suspension; it passes through whole. It may
// declare variables at the level it stands at.
type Leaf struct {
	Stmt ast.Stmt
	Defs []*Var
	// Branches are the branch statements inside that lead out of it.
	Branches []Branch
}

// Mark stands before what was made of a statement that has been taken apart:
// its comments and its position go there.
type Mark struct{ Stmt ast.Stmt }

// Fresh gives a loop variable the next iteration's copy, as the spec of Go
// 1.22 says. It matters for boxed variables only.
type Fresh struct {
	Var *Var
	Pos token.Pos
}

// Drop clears fields, where there is a frame: what they hold is dead, and what follows
// may take long.
type Drop struct{ Fields []Field }

// Suspend is one suspension. Call's operands are free of suspensions; its
// results go to Results, where nil is a result that is dropped.
type Suspend struct {
	Op      color.Op
	Callee  *types.Func
	Call    *ast.CallExpr // operands without suspension
	Source  *ast.CallExpr // as the user wrote it
	Results []*Var
}

// If is an if statement whose condition is free of suspensions.
type If struct {
	Pos        token.Pos
	Cond       ast.Expr
	Then, Else *Seq // Else may be nil
}

// Loop is a for statement. Before each iteration Test runs and Cond, if not
// nil, is evaluated; Post runs after each.
type Loop struct {
	Pos  token.Pos
	Test *Seq
	Cond ast.Expr
	Body *Seq
	Post *Seq
}

// Switch is a switch, type switch or select statement whose header is free of
// suspensions: Head is the statement, with its clauses' bodies to be ignored
// in favour of Bodies.
type Switch struct {
	Head    ast.Stmt // *ast.SwitchStmt, *ast.TypeSwitchStmt or *ast.SelectStmt
	Binds   []*Var   // of a type switch: the variable of each clause, or nil
	Bind    string   // of a type switch: the name of the value in the dispatch
	Bodies  []*Seq
	Default bool // some clause is always taken
}

// Labeled is a target of goto.
type Labeled struct {
	Label *types.Label
	Pos   token.Pos
}

// Branch leads to the end of a node, to the next iteration of a loop, to the
// next clause of a switch, or to a label.
type Branch struct {
	Stmt   *ast.BranchStmt // nil if made by us
	Tok    token.Token     // BREAK, CONTINUE, FALLTHROUGH, GOTO
	To     Node            // Loop, Switch, Block for BREAK; Loop for CONTINUE; Switch for FALLTHROUGH
	Clause int             // FALLTHROUGH: the clause that is left
	Label  *types.Label    // GOTO
	Pos    token.Pos
}

// Scope is a labelled block that break may end.
type Scope struct {
	Body *Seq
	Pos  token.Pos
}

// Return ends the function. Its results are free of suspensions.
type Return struct {
	Stmt    *ast.ReturnStmt
	Results []ast.Expr
	Pos     token.Pos
}

func (*Seq) node()     {}
func (*Leaf) node()    {}
func (*Fresh) node()   {}
func (*Mark) node()    {}
func (*Drop) node()    {}
func (*Suspend) node() {}
func (*If) node()      {}
func (*Loop) node()    {}
func (*Switch) node()  {}
func (*Labeled) node() {}
func (Branch) node()   {}
func (*Scope) node()   {}
func (*Return) node()  {}

// Block is straight-line code that ends in one terminator.
type Block struct {
	Index int
	Label string // of its goto label, without the line: loop, after_if, …
	Pos   token.Pos
	List  []Node // Leaf, Fresh, Mark and, after spill, Drop
	Term  Term

	// Set by simplify.
	Preds []*Block

	LiveIn VarSet // set by liveness
}

// Term is how a block ends.
type Term interface{ term() }

// Jump goes on at To.
type Jump struct{ To *Block }

// CondJump goes on at Then or at Else.
type CondJump struct {
	Pos        token.Pos
	Cond       ast.Expr
	Then, Else *Block
}

// Dispatch goes on at one of To by the header of a switch or select, or after
// it at None, which is nil if a clause is always taken.
type Dispatch struct {
	*Switch
	To   []*Block
	None *Block
}

// Wait suspends; it goes on at Next.
type Wait struct {
	*Suspend
	Next  *Block
	State int    // from 1; set by frame
	Live  []*Var // across it; set by liveness
	// Clean are those of Live that the frame still holds if there is one.
	Clean VarSet
	// Clear are fields whose content died since they were saved.
	Clear []Field
	// Outcomes, if not nil, are witnesses of the callee's results, for its
	// frame has no name in the package, nor have all results; set by the pass
	// infer.
	Outcomes []Witness
}

// Receives reports whether a value that is sent to the waiting greenlet goes
// to a variable.
func (w *Wait) Receives() bool {
	if w.IsCall() || w.Op == color.OpCallFrame || w.Op == color.OpYield {
		return false
	}
	return len(w.Results) > 0 && w.Results[0] != nil
}

// IsCall reports whether w is a call of a resumable function, which may come
// back at once; any other suspension does suspend.
func (w *Wait) IsCall() bool {
	switch w.Op {
	case color.OpCall, color.OpDispatch, color.OpLiteral, color.OpIndirect, color.OpRange:
		return true
	}
	return false
}

// Exit returns from the function.
type Exit struct {
	*Return // nil at the end of a function without results
}

// Never is the end of a block that control does not reach: of one that is never entered,
// or behind the leaf After, its last one, which control does not leave.
type Never struct{ After *Leaf }

func (*Jump) term()     {}
func (*CondJump) term() {}
func (*Dispatch) term() {}
func (*Wait) term()     {}
func (*Exit) term()     {}
func (*Never) term()    {}

// Succs are the blocks that may follow b, those that leaves branch to included.
func (f *Func) Succs(b *Block) []*Block {
	var s []*Block
	for _, n := range b.List {
		if leaf, ok := n.(*Leaf); ok {
			for _, br := range leaf.Branches {
				s = append(s, f.Targets[br.Stmt])
			}
		}
	}
	switch t := b.Term.(type) {
	case *Jump:
		s = append(s, t.To)
	case *CondJump:
		s = append(s, t.Then, t.Else)
	case *Dispatch:
		s = append(s, t.To...)
		if t.None != nil {
			s = append(s, t.None)
		}
	case *Wait:
		s = append(s, t.Next)
	}
	return s
}

// TypeDecl is the type that a statement of Consts declares, and its name; nil if
// it declares constants or _.
func (f *Func) TypeDecl(s ast.Stmt) (string, *types.TypeName) {
	spec, ok := s.(*ast.DeclStmt).Decl.(*ast.GenDecl).Specs[0].(*ast.TypeSpec)
	if !ok || spec.Name.Name == "_" {
		return "", nil
	}
	obj, _ := f.Info.Defs[spec.Name].(*types.TypeName)
	return spec.Name.Name, obj
}
