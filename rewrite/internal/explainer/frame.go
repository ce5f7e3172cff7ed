package explainer

// Explain: the frame, and what is allocated.

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/explain"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// frame lays the frame out as emit declares it (fn_frame.go, frameType).
func (b *explaining) frame() {
	header := "Header"
	if b.fn.Defers {
		header = "DeferHeader"
	}
	var list []types.Type // nil where the size is not known
	fr := explain.Frame{Type: b.frameType(), Bytes: explain.Unknown, Fields: []explain.Field{}}
	add := func(f explain.Field, t types.Type) {
		f.Bytes, f.Offset = b.bytes(t), explain.Unknown
		fr.Fields = append(fr.Fields, f)
		list = append(list, t)
	}
	pointer := types.Typ[types.UnsafePointer]
	add(explain.Field{Name: header, Type: "gen." + header, Role: explain.Header}, b.runtimeType(header))
	field := func(f ir.Field) {
		out := explain.Field{Name: f.Name, Type: b.typ(f.Type), Role: explain.Result}
		t := f.Type
		if v := f.Var; v != nil {
			out.Role, out.Pos = role(v), b.position(v.Pos)
			if v.Obj != nil && out.Role != explain.Temporary {
				out.Var = v.Obj.Name()
			}
			for _, v := range f.Also {
				out.Also = append(out.Also, v.Name)
			}
			if f.Box {
				out.Boxed = b.whyBoxed(v)
			}
		}
		if f.Box {
			out.Type, t = "*"+out.Type, pointer
		}
		if f.Any {
			out.Any = "its type can't be named outside the function"
			if !color.Local(f.Type) {
				out.Any = "its type has no name in this package"
			}
			t = types.Universe.Lookup("any").Type()
		}
		add(out, t)
	}
	for _, f := range b.fn.Frame.Fields {
		if b.fn.Frame.Embeds(f) {
			field(f)
		}
	}
	embedded := len(list) // in one field, with the header
	if lit := b.fn.Lit; lit != nil {
		add(explain.Field{Name: b.fn.Frame.Self, Type: "*" + lit.Type, Role: explain.Captured}, pointer)
	}
	if name := b.fn.Frame.Deferrer; name != "" {
		add(explain.Field{Name: name, Type: "*gen.DeferHeader", Role: explain.Deferrer}, pointer)
	}
	for _, f := range b.fn.Frame.Fields {
		if !b.fn.Frame.Embeds(f) {
			field(f)
		}
	}
	vars := make([]*types.Var, 0, len(list))
	for i, t := range list {
		if b.bytes(t) == explain.Unknown {
			break
		}
		vars = append(vars, types.NewField(token.NoPos, nil, "f"+strconv.Itoa(i), sized(t), false))
	}
	n := min(embedded, len(vars))
	for i, offset := range b.unit.Sizes.Offsetsof(vars[:n]) {
		fr.Fields[i].Offset = explain.Bytes(offset)
	}
	outer := append([]*types.Var{types.NewField(token.NoPos, nil, "embedded", types.NewStruct(vars[:n], nil), true)}, vars[n:]...)
	for i, offset := range b.unit.Sizes.Offsetsof(outer)[1:] {
		fr.Fields[n+i].Offset = explain.Bytes(offset)
	}
	if len(vars) == len(list) {
		fr.Bytes = explain.Bytes(b.unit.Sizes.Sizeof(types.NewStruct(outer, nil)))
	} else {
		fr.Fields[len(vars)].Offset = explain.Unknown
	}
	fr.SizeClass = explain.SizeClass(fr.Bytes)
	b.x.Frame = fr
}

func role(v *ir.Var) explain.Role {
	switch {
	case v.Kind == ir.Param:
		return explain.Parameter
	case v.Kind == ir.Result:
		return explain.Result
	case v.Kind == ir.Temp, v.Obj != nil && v.Obj.Parent() == nil: // made for a loop over a function
		return explain.Temporary
	}
	return explain.Local
}

// typ is a type as the source would name it.
func (b *explaining) typ(t types.Type) string {
	if m, ok := t.(*ir.MapIter); ok {
		return "*gen.MapIter[" + b.typ(m.Key) + ", " + b.typ(m.Elem) + "]"
	}
	return types.TypeString(t, b.qualify)
}

// whyBoxed is why the pass frame has put a variable in a box.
func (b *explaining) whyBoxed(v *ir.Var) string {
	at := b.position(v.Alias.Pos).Short()
	var how string
	switch v.Alias.How {
	case ir.AddressTaken:
		how = "its address is taken at " + at
	case ir.Sliced:
		how = "it is sliced at " + at
	case ir.MethodTaken:
		how = "a method with a pointer receiver is selected at " + at
	case ir.InLiteral:
		how = "the literal at " + at + " captures it"
	case ir.InLoopBody:
		how = "the body of the loop at " + at + ", which becomes a literal, uses it"
	case ir.Large:
		return "it is too large to be copied at each suspension: " + b.bytes(v.Type).Text()
	}
	switch w := b.across[v]; {
	case v.Kind == ir.Result && b.fn.Defers:
		return how + ", and deferred calls may set it"
	case w != nil:
		return how + ", and it is live across state " + strconv.Itoa(w.State)
	}
	return how + ", and a loop declares it anew"
}

// runtimeType is a type of our runtime, or nil. The package need not import it, but
// what is generated, or stands for that, does.
func (b *explaining) runtimeType(name string) types.Type {
	for _, imp := range b.unit.Pkg.Imports() {
		if !names.IsRuntime(imp.Path()) {
			continue
		}
		for _, pkg := range append([]*types.Package{imp}, imp.Imports()...) {
			if obj := pkg.Scope().Lookup(name); names.IsRuntime(pkg.Path()) && obj != nil {
				return obj.Type()
			}
		}
	}
	return nil
}

// bytes is the size of a type, if it does not depend on type parameters.
func (b *explaining) bytes(t types.Type) explain.Bytes {
	if t == nil || b.unit.Sizes == nil || !hasSize(t) {
		return explain.Unknown
	}
	return explain.Bytes(b.unit.Sizes.Sizeof(sized(t)))
}

// sized is t, or a type of its size that package types knows.
func sized(t types.Type) types.Type {
	switch t.(type) {
	case *ir.MapIter, *ir.LoopState:
		return types.Typ[types.UnsafePointer]
	}
	return t
}

// hasSize reports whether the size of t is known: no part of it that is not behind a
// pointer is a type parameter.
func hasSize(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return false
	case *types.Basic:
		return t.Info()&types.IsUntyped == 0 // of a variable that := declares in its block
	case *types.Named:
		return hasSize(t.Underlying())
	case *types.Array:
		return hasSize(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if !hasSize(f.Type()) {
				return false
			}
		}
	}
	return true
}

// allocations lists what the generated code allocates.
func (b *explaining) allocations() {
	fr := b.x.Frame
	b.allocated(explain.Allocation{
		Kind: explain.AllocFrame, What: fr.Type, Pos: b.x.Pos, Bytes: fr.Bytes,
		When: "when a call first suspends", Why: "from the free list, if a call that has returned left one there",
	})
	if b.x.Eager != "" {
		b.x.Allocations[0].When = "at the start of each call, since " + b.x.Eager
	}
	if b.fn.Lit == nil {
		size := b.bytes(b.runtimeType("Greenlet"))
		if size != explain.Unknown && fr.Bytes != explain.Unknown {
			size += fr.Bytes
		} else {
			size = explain.Unknown
		}
		b.allocated(explain.Allocation{
			Kind: explain.AllocGreenlet, What: "a greenlet and its first frame", Pos: b.x.Pos, Bytes: size,
			When: "when " + names.Constructor(b.fn.Obj.Name()) + " is called", Why: "they are one object",
		})
	}
	for _, v := range b.fn.Vars {
		b.variable(v)
	}
	b.closures()
	slices.SortStableFunc(b.x.Allocations[1:], func(p, q explain.Allocation) int {
		if p.Pos.Line != q.Pos.Line {
			return p.Pos.Line - q.Pos.Line
		}
		return p.Pos.Column - q.Pos.Column
	})
}

func (b *explaining) allocated(a explain.Allocation) {
	b.x.Allocations = append(b.x.Allocations, a)
}

// variable lists what is allocated for one variable.
func (b *explaining) variable(v *ir.Var) {
	if v.Place == ir.Unused {
		return
	}
	a := explain.Allocation{What: v.Name, Pos: b.position(v.Pos), Bytes: b.bytes(v.Type), When: "when it is declared"}
	switch v.Type.(type) {
	case *ir.MapIter:
		a.Kind, a.What, a.Bytes, a.When, a.Why = explain.AllocMapIter, b.typ(v.Type), b.bytes(b.runtimeType("MapIter")), "when the loop begins", "it walks the map across suspensions"
	case *ir.LoopState:
		a.Kind, a.What, a.Bytes, a.When, a.Why = explain.AllocLoop, b.typ(v.Type), b.bytes(b.runtimeType("Loop")), "when the loop begins", "its body is a literal, and tells it how it was left"
	default:
		if v.Box {
			a.Kind, a.Why = explain.AllocBox, b.whyBoxed(v)
			if v.Kind != ir.Local {
				a.When = "at the start"
			}
			b.allocated(a)
		}
		f := b.x.Frame.Field(v.Field)
		if f == nil || f.Any == "" || f.Boxed != "" || pointerLike(v.Type) {
			return
		}
		a.Kind, a.When, a.Why = explain.AllocAny, "when it is saved", f.Any
	}
	b.allocated(a)
}

// pointerLike reports whether an interface holds values of the type as they are.
func pointerLike(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature, *types.Interface:
		return true
	}
	return false
}

// closures lists the literals that the function evaluates and that are resumable, and
// what it defers.
func (b *explaining) closures() {
	literal := func(lit *ir.Lit, pos token.Pos, what string) {
		var list []string
		size := b.bytes(b.runtimeType("Closure"))
		for _, c := range lit.Captures {
			list = append(list, c.Obj.Name())
			of := explain.Bytes(b.unit.Sizes.Sizeof(types.Typ[types.UnsafePointer]))
			if c.ByValue {
				of = b.bytes(c.Obj.Type())
			}
			if size == explain.Unknown || of == explain.Unknown {
				size = explain.Unknown
				continue
			}
			size += of
		}
		a := explain.Allocation{Kind: explain.AllocClosure, What: what, Pos: b.position(pos), Bytes: size, When: "when it is evaluated", Why: "it can suspend"}
		if len(list) > 0 {
			a.Why += "; it captures " + strings.Join(list, ", ")
		}
		b.allocated(a)
	}
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			if lit := b.fn.Lits[n]; lit != nil {
				literal(lit, n.Pos(), lit.Type)
				return false
			}
		case *ast.Ident:
			if lit := b.fn.Values[n]; lit != nil && lit != b.fn.Lit {
				literal(lit, n.Pos(), lit.Type)
			}
		case *ast.RangeStmt:
			if lit := b.fn.Bodies[n]; lit != nil {
				literal(lit, n.Pos(), lit.Type)
				ast.Inspect(n.X, visit)
				return false
			}
		case *ast.DeferStmt:
			b.allocated(explain.Allocation{
				Kind: explain.AllocDefer, What: b.source(n.Pos(), n.End()), Pos: b.position(n.Pos()), Bytes: explain.Unknown,
				When: "when it is executed", Why: "a closure makes the call later",
			})
		}
		return true
	}
	ast.Inspect(b.fn.Decl.Body, visit)
}
