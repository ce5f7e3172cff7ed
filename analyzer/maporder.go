package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Whether the order of a loop over a map matters is undecidable. It is taken not to where each statement
// is of a kind of which the order does not: one that counts or sums whole numbers, finds the
// largest, sets what each time is set to the same, has a place of its own for each key, or collects
// what is sorted behind the loop. All others matter, as all that reads what the loop changes.

// overMap reports whether a loop over x is one over a map in its own order.
func (u *unpredictable) overMap(x ast.Expr) bool {
	t := u.pass.TypesInfo.TypeOf(x)
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Map)
	return ok || u.mapsIterator(x)
}

// mapsIterator reports whether x is a call of maps.Keys, Values or All.
func (u *unpredictable) mapsIterator(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	fn := u.colors.Callee(call)
	return fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "maps" && isIterator(fn)
}

func isIterator(obj types.Object) bool {
	return obj.Name() == "Keys" || obj.Name() == "Values" || obj.Name() == "All"
}

// iteratorMatters reports whether the order matters of an iterator of package maps, that is at
// pos: not where it is sorted, or made a map again. A loop over it is looked at as a loop.
func (u *unpredictable) iteratorMatters(pos token.Pos, stack []ast.Node) bool {
	outer := slices.DeleteFunc(slices.Clone(stack), func(n ast.Node) bool {
		switch n.(type) {
		case *ast.SelectorExpr, *ast.ParenExpr, *ast.IndexExpr, *ast.IndexListExpr:
			return true
		}
		return false
	})
	own := len(outer) - 1 // the call of it
	if own < 1 {
		return true
	}
	switch n := outer[own-1].(type) {
	case *ast.RangeStmt:
		return n.X.Pos() > pos || n.X.End() <= pos
	case *ast.CallExpr:
		fn := u.colors.Callee(n)
		if fn == nil || fn.Pkg() == nil {
			return true
		}
		switch fn.Pkg().Path() + "." + fn.Name() {
		case "slices.Sorted", "slices.SortedFunc", "slices.SortedStableFunc", "maps.Collect", "maps.Insert":
			return false
		case "slices.Collect", "slices.AppendSeq":
			if own >= 2 {
				if s, ok := outer[own-2].(*ast.AssignStmt); ok && len(s.Lhs) == 1 {
					return !u.sortedBehind(s.Lhs[0], s.End())
				}
			}
		}
	}
	return true
}

// sortedBehind reports whether x is sorted behind pos in the same body.
func (u *unpredictable) sortedBehind(x ast.Expr, pos token.Pos) (found bool) {
	text := types.ExprString(x)
	ast.Inspect(u.body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || call.Pos() < pos || len(call.Args) == 0 {
			return true
		}
		if fn := u.colors.Callee(call); fn != nil && fn.Pkg() != nil && sorts(fn) {
			arg := ast.Unparen(call.Args[0])
			if conv, ok := arg.(*ast.CallExpr); ok && len(conv.Args) == 1 { // sort.Sort(byAge(x))
				arg = conv.Args[0]
			}
			found = found || types.ExprString(arg) == text
		}
		return true
	})
	return found
}

func sorts(fn *types.Func) bool {
	switch fn.Pkg().Path() {
	case "sort":
		return slices.Contains([]string{"Sort", "Stable", "Slice", "SliceStable", "Strings", "Ints", "Float64s"}, fn.Name())
	case "slices":
		return strings.HasPrefix(fn.Name(), "Sort")
	}
	return false
}

// orderMatters reports whether a loop over a map may do something else if its order is another one.
func (u *unpredictable) orderMatters(loop *ast.RangeStmt) bool {
	if isBlank(loop.Key) && isBlank(loop.Value) {
		return false // all times are the same
	}
	if loop.Tok == token.ASSIGN {
		return true // the last is left
	}
	o := &order{unpredictable: u, loop: loop, changed: map[types.Object]bool{}}
	if id, ok := loop.Key.(*ast.Ident); ok {
		o.key = u.pass.TypesInfo.Defs[id]
	}
	ast.Inspect(loop.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				o.change(lhs)
			}
		case *ast.IncDecStmt:
			o.change(n.X)
		case *ast.CallExpr:
			if o.builtin(n) == "delete" || o.builtin(n) == "clear" {
				o.change(n.Args[0])
			}
		}
		return true
	})
	return !o.free(loop.Body)
}

func isBlank(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return x == nil || ok && id.Name == "_"
}

// order looks at the body of a loop.
type order struct {
	*unpredictable
	loop    *ast.RangeStmt
	key     types.Object
	changed map[types.Object]bool // variables from outside that the loop changes
}

func (o *order) change(x ast.Expr) {
	if obj := o.root(x); obj != nil && !o.own(obj) {
		o.changed[obj] = true
	}
}

// root is the variable that x is, or is a part of.
func (o *order) root(x ast.Expr) types.Object {
	for {
		switch e := ast.Unparen(x).(type) {
		case *ast.Ident:
			if obj := o.pass.TypesInfo.Defs[e]; obj != nil {
				return obj
			}
			return o.pass.TypesInfo.Uses[e]
		case *ast.SelectorExpr:
			if _, ok := o.pass.TypesInfo.Selections[e]; !ok {
				return o.pass.TypesInfo.Uses[e.Sel]
			}
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.StarExpr:
			x = e.X
		default:
			return nil
		}
	}
}

// own reports whether obj is declared in the loop: each time has one of its own.
func (o *order) own(obj types.Object) bool {
	return o.loop.Pos() <= obj.Pos() && obj.Pos() < o.loop.End()
}

func (o *order) builtin(call *ast.CallExpr) string {
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
		if b, ok := o.pass.TypesInfo.Uses[id].(*types.Builtin); ok {
			return b.Name()
		}
	}
	return ""
}

// free reports whether the order does not matter of the times that s is done.
func (o *order) free(s ast.Stmt) bool {
	switch s := s.(type) {
	case nil, *ast.EmptyStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok == token.CONTINUE || s.Tok == token.BREAK || s.Tok == token.FALLTHROUGH
	case *ast.BlockStmt:
		return o.all(s.List)
	case *ast.LabeledStmt:
		return o.free(s.Stmt)
	case *ast.IfStmt:
		if o.largest(s) {
			return true
		}
		return o.free(s.Init) && o.pure(s.Cond) && o.free(s.Body) && o.free(s.Else)
	case *ast.ForStmt:
		return o.free(s.Init) && o.pure(s.Cond) && o.free(s.Post) && o.free(s.Body)
	case *ast.RangeStmt:
		return o.pure(s.X) && o.free(s.Body)
	case *ast.SwitchStmt:
		return o.free(s.Init) && o.pure(s.Tag) && o.free(s.Body)
	case *ast.TypeSwitchStmt:
		return o.free(s.Init) && o.free(s.Assign) && o.free(s.Body)
	case *ast.CaseClause:
		return o.pure(s.List...) && o.all(s.Body)
	case *ast.ReturnStmt:
		return o.same(s.Results...)
	case *ast.DeclStmt:
		pure := true
		ast.Inspect(s, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok {
				pure = pure && o.pure(v.Values...)
			}
			return true
		})
		return pure
	case *ast.IncDecStmt:
		return true
	case *ast.ExprStmt:
		return o.call(s.X)
	case *ast.AssignStmt:
		return o.assignment(s)
	}
	return false
}

func (o *order) all(list []ast.Stmt) bool {
	return !slices.ContainsFunc(list, func(s ast.Stmt) bool { return !o.free(s) })
}

// largest reports whether s is if x > most { most = x }, or the like.
func (o *order) largest(s *ast.IfStmt) bool {
	cond, ok := s.Cond.(*ast.BinaryExpr)
	if !ok || s.Init != nil || s.Else != nil || len(s.Body.List) != 1 {
		return false
	}
	set, ok := s.Body.List[0].(*ast.AssignStmt)
	if !ok || set.Tok != token.ASSIGN || len(set.Lhs) != 1 || !o.pure(set.Rhs[0]) {
		return false
	}
	switch cond.Op {
	case token.LSS, token.GTR, token.LEQ, token.GEQ:
		most, x := types.ExprString(set.Lhs[0]), types.ExprString(set.Rhs[0])
		a, b := types.ExprString(cond.X), types.ExprString(cond.Y)
		return a == most && b == x || a == x && b == most
	}
	return false
}

// call reports whether a call as a statement is free: what it changes has a place of its own for
// each key.
func (o *order) call(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return o.pure(x) // a receive, for example
	}
	switch o.builtin(call) {
	case "delete":
		return o.pure(call.Args[1])
	case "clear":
		return true
	}
	if fn := o.colors.Callee(call); fn != nil && fn.Pkg() != nil && sorts(fn) {
		obj := o.root(call.Args[0])
		return obj != nil && o.own(obj)
	}
	return o.pure(x)
}

func (o *order) assignment(s *ast.AssignStmt) bool {
	if len(s.Lhs) != len(s.Rhs) {
		for _, lhs := range s.Lhs {
			if obj := o.root(lhs); !isBlank(lhs) && (obj == nil || !o.own(obj)) {
				return false
			}
		}
		return o.pure(s.Rhs...)
	}
	for i, lhs := range s.Lhs {
		if !o.assigned(s.Tok, lhs, s.Rhs[i], s.End()) {
			return false
		}
	}
	return true
}

func (o *order) assigned(tok token.Token, lhs, rhs ast.Expr, end token.Pos) bool {
	if obj := o.root(lhs); isBlank(lhs) || obj != nil && o.own(obj) {
		return o.pure(rhs)
	}
	index, isIndex := ast.Unparen(lhs).(*ast.IndexExpr)
	if isIndex && !o.pure(index.Index) {
		return false
	}
	switch tok {
	case token.ADD_ASSIGN, token.SUB_ASSIGN, token.MUL_ASSIGN, token.OR_ASSIGN, token.AND_ASSIGN, token.XOR_ASSIGN, token.AND_NOT_ASSIGN:
		// The sum of floating-point numbers depends on their order, by what is rounded off.
		b, ok := o.pass.TypesInfo.TypeOf(lhs).Underlying().(*types.Basic)
		return ok && b.Info()&types.IsInteger != 0 && o.pure(rhs)
	case token.ASSIGN:
	default:
		return false
	}
	if isIndex {
		if id, ok := ast.Unparen(index.Index).(*ast.Ident); ok && o.key != nil && o.pass.TypesInfo.Uses[id] == o.key && o.pure(rhs) {
			return true
		}
	}
	text := types.ExprString(lhs)
	switch r := ast.Unparen(rhs).(type) {
	case *ast.CallExpr:
		switch name := o.builtin(r); {
		case name == "append" && types.ExprString(r.Args[0]) == text:
			return o.pure(r.Args[1:]...) && o.sortedBehind(lhs, max(end, o.loop.End()))
		case name == "max" || name == "min":
			rest := slices.DeleteFunc(slices.Clone(r.Args), func(e ast.Expr) bool { return types.ExprString(e) == text })
			return len(rest) < len(r.Args) && o.pure(rest...)
		}
	case *ast.BinaryExpr:
		if (r.Op == token.LOR || r.Op == token.LAND) && types.ExprString(r.X) == text {
			return o.pure(r.Y)
		}
	}
	return o.same(rhs)
}

// same reports whether expressions have the same values each time.
func (o *order) same(list ...ast.Expr) bool {
	for _, x := range list {
		own := false
		ast.Inspect(x, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				obj := o.pass.TypesInfo.Uses[id]
				own = own || obj != nil && o.own(obj)
			}
			return true
		})
		if own || !o.pure(x) {
			return false
		}
	}
	return true
}

// pure reports whether expressions change nothing, and depend on nothing that the loop changes.
func (o *order) pure(list ...ast.Expr) bool {
	pure := true
	for _, x := range list {
		if x == nil {
			continue
		}
		ast.Inspect(x, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				pure = pure && !o.changed[o.pass.TypesInfo.Uses[n]]
			case *ast.FuncLit:
				pure = false
			case *ast.UnaryExpr:
				pure = pure && n.Op != token.ARROW
			case *ast.CallExpr:
				pure = pure && o.pureCall(n, nil)
			}
			return pure
		})
	}
	return pure
}
