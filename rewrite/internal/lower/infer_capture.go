package lower

// Types of captured variables that have no name here. The declarations of a literal are
// elsewhere: they have what it captures in fields of type any, and infer the type from what
// the variable is inferred from. That may name other variables of the function, which are
// replaced by what these are inferred from, until none is left.

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// capturable notes the witnesses of the function's variables and of the receivers
// that method values in it keep, for literals that capture them.
func (n *inferrer) capturable() {
	for _, v := range n.hidden {
		if obj, ok := v.Obj.(*types.Var); ok && n.found[v] != nil {
			n.known[obj] = n.closed(n.found[v])
		}
	}
	for _, lit := range n.fn.Values {
		if lit.Recv == nil {
			continue
		}
		if recv := lit.Captures[0].Obj; n.known[recv] == nil && !n.nameable(recv.Type()) {
			if w := n.receiver(lit, recv.Type()); w != nil {
				n.known[recv] = n.closed(w)
			}
		}
	}
}

// receiver is a witness of the receiver of a method value, which is of type t. It is nil in a
// function that the value is not made in.
func (n *inferrer) receiver(lit *ir.Lit, t types.Type) ir.Witness {
	has := n.info.TypeOf(lit.Recv)
	if types.Identical(has, t) {
		return n.witness(lit.Recv)
	}
	if p, ok := t.Underlying().(*types.Pointer); ok && types.Identical(has, p.Elem()) {
		return derived("PointerLike", n.witness(lit.Recv))
	}
	if p, ok := has.Underlying().(*types.Pointer); ok && types.Identical(p.Elem(), t) {
		return derived("Pointee", n.witness(lit.Recv))
	}
	return nil // promoted
}

// closed is w without variables of the function.
func (n *inferrer) closed(w ir.Witness) ir.Witness {
	return ir.Replace(w, func(u *ir.Same) ir.Witness {
		declared := n.closed(n.found[u.Var])
		if u.Var.Box {
			return &ir.Derived{Helper: "PointerLike", Of: declared}
		}
		return declared
	})
}

// captures finds witnesses for what a literal captures, and diagnoses what has none.
func (n *inferrer) captures() {
	lit := n.fn.Lit
	if lit == nil {
		return
	}
	n.constants(lit)
	for _, c := range lit.Captures {
		if n.nameable(c.Obj.Type()) {
			continue
		}
		w, said := n.known[c.Obj]
		if w != nil {
			c.Witness, n.fn.ByObj[c.Obj].Witness = w, w
		}
		if said {
			continue
		}
		d := diag.Diagnostic{Code: diag.TypeUnnameable, Remedy: "assign it to a variable of a type that has a name first, such as an interface with the methods that are called"}
		typ := ", the type of which, " + n.typeString(c.Obj.Type()) + ", has no name here and can't be inferred"
		switch {
		case lit.Value != nil:
			d.Pos, d.Message = n.unit.Fset.Position(lit.Value.Pos()), "this value keeps its receiver"+typ
		case lit.Range != nil && slices.Contains(lit.Range.Cells, c.Obj):
			d.Pos = n.unit.Fset.Position(c.Use.Pos())
			d.Message, d.Remedy = n.handedOut(c.Obj)
		case lit.Range != nil:
			d.Pos, d.Message = n.unit.Fset.Position(c.Use.Pos()), "the body of a loop over an iterator function uses "+c.Obj.Name()+typ
		default:
			d.Pos, d.Message = n.unit.Fset.Position(c.Use.Pos()), "a function literal that suspends captures "+c.Obj.Name()+typ
		}
		n.fn.Refused = append(n.fn.Refused, d)
	}
}

// handedOut says what is wrong with a cell for what an iterator function hands out.
func (n *inferrer) handedOut(cell *types.Var) (message, remedy string) {
	return "what this loop over an iterator function gets is of type " + n.typeString(cell.Type()) + ", which has no name here and can't be inferred",
		"make the loop in a function without the directive, or in the package of the type; or have the iterator hand out a type that has a name, such as an interface"
}

// constants diagnoses constants of the functions around a literal that have a type without a name
// here: in the literal they stand by their values.
func (n *inferrer) constants(lit *ir.Lit) {
	ast.Inspect(lit.Syntax, func(node ast.Node) bool {
		id, ok := node.(*ast.Ident)
		if !ok {
			return true
		}
		if obj, ok := n.info.Uses[id].(*types.Const); ok && obj.Pkg() == n.unit.Pkg && !n.ofPackage(obj) && !n.nameable(obj.Type()) &&
			(obj.Pos() < lit.Syntax.Pos() || obj.Pos() >= lit.Syntax.End()) {
			n.fn.Refused = append(n.fn.Refused, diag.Diagnostic{
				Pos:     n.unit.Fset.Position(id.Pos()),
				Code:    diag.TypeUnnameable,
				Message: "a function that is generated needs the value of the constant " + id.Name + " as one of type " + n.typeString(obj.Type()) + ", which has no name here",
				Remedy:  "declare the constant in the package, or in what uses it",
			})
			return false
		}
		return true
	})
}
