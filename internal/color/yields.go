package color

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/names"
)

// What functions yield, as far as it is certain: the frames of those of which it is say so to
// the compiler (gen.Yields). The analyzer's yield-type goes by what is likely, and is
// another question.
//
// It is what the function and those that it calls by name hand out by Yield and Exchange.
// Frames of other packages say what theirs is; one that says nothing may yield anything. What
// has a type error hands out nothing, for it may be one only as long as this isn't known: see
// rewrite/internal/load, mark.go.

// Yields is what a function hands out, in terms of its own type parameters.
type Yields struct {
	Value  types.Type // of each Yield and Exchange
	Answer types.Type // of each Exchange; nil if there is none, or if they differ
}

// Unknown says why it isn't known what a function yields: Reason of the call at Pos.
type Unknown struct {
	Pos    token.Pos
	Reason string // "calls a function value"
	// Invalid says that it may be known once there are no type errors.
	Invalid bool
}

// Yields is what the annotated function fn yields, or nil and why that isn't known. One that
// yields nothing has no type of it either.
func (c *Colors) Yields(fn *types.Func) (*Yields, Unknown) {
	c.yieldsOnce.Do(c.findYields)
	h := c.handsOut[fn.Origin()]
	switch {
	case h == nil:
		return nil, Unknown{Pos: fn.Pos(), Reason: "is not annotated"}
	case h.unknown.Reason != "":
		return nil, h.unknown
	case h.value == nil && h.invalid.IsValid():
		return nil, Unknown{h.invalid, "yields nothing else than values of which the type is not known", true}
	case h.value == nil:
		return nil, Unknown{Pos: fn.Pos(), Reason: "yields nothing"}
	}
	y := &Yields{Value: h.value}
	if !h.answersDiffer {
		y.Answer = h.answer
	}
	return y, Unknown{}
}

// handedOut is what is known so far of what a function hands out. It only grows: from
// nothing to one type, and to unknown.
type handedOut struct {
	value, answer types.Type // nil: none
	answersDiffer bool
	unknown       Unknown
	invalid       token.Pos // of a call with a type error
	test          bool      // the function is in a test file
}

// join adds what a call at pos hands out, and reports whether that is new.
func (c *Colors) join(h *handedOut, pos token.Pos, value, answer types.Type, answersDiffer bool) bool {
	switch {
	case h.unknown.Reason != "" || value == nil:
		return false
	case h.value != nil && !types.Identical(h.value, value):
		h.unknown = Unknown{Pos: pos, Reason: "yields values of type " + c.typeName(value) + ", besides such of type " + c.typeName(h.value)}
		return true
	}
	before := *h
	h.value = value
	h.answersDiffer = h.answersDiffer || answersDiffer || h.answer != nil && answer != nil && !types.Identical(h.answer, answer)
	if h.answer == nil {
		h.answer = answer
	}
	return before.value == nil || (before.answer == nil) != (h.answer == nil) || before.answersDiffer != h.answersDiffer
}

func (h *handedOut) giveUp(pos token.Pos, reason string) bool {
	if h.unknown.Reason != "" {
		return false
	}
	h.unknown = Unknown{Pos: pos, Reason: reason}
	return true
}

func (c *Colors) typeName(t types.Type) string {
	return types.TypeString(t, types.RelativeTo(c.pkg.Pkg))
}

// findYields starts with nothing for each function, and goes round until there is no news.
func (c *Colors) findYields() {
	c.handsOut = map[*types.Func]*handedOut{}
	calls := map[*Func][]*ast.CallExpr{} // of functions of the package
	for _, fn := range c.annotated {
		h := &handedOut{test: c.isTest(fn.Decl.Pos())}
		c.handsOut[fn.Obj] = h
		calls[fn] = c.ownYields(fn, h)
	}
	for again := true; again; {
		again = false
		for _, fn := range c.annotated {
			for _, call := range calls[fn] {
				again = c.joinCall(fn, c.handsOut[fn.Obj], call) || again
			}
		}
	}
}

// ownYields notes what fn hands out by itself, and by functions of other packages. It
// returns the calls of those of this one.
func (c *Colors) ownYields(fn *Func, h *handedOut) (calls []*ast.CallExpr) {
	seen := map[*ast.FuncLit]bool{}
	var visit func(body ast.Node)
	visit = func(body ast.Node) {
		c.executed(body, func(n ast.Node) {
			switch n := n.(type) {
			case *ast.RangeStmt:
				if c.overFunc[n] && !c.ownRun(n.X) {
					h.giveUp(n.X.Pos(), "loops over a function")
				}
			case *ast.CallExpr:
				s, ok := c.Deferred(n)
				if _, valid := c.pkg.Info.Types[n]; !valid {
					h.invalid = n.Pos()
					return
				}
				if !ok {
					return
				}
				switch s.Op {
				case OpCall:
					if s.Callee.Pkg() == c.pkg.Pkg {
						calls = append(calls, n)
					} else {
						c.joinForeign(h, n, s.Callee)
					}
				case OpYield, OpExchange:
					c.joinOperation(h, n, s.Op)
				case OpThrow, OpKill, OpLiteral: // which hand out nothing themselves
				case OpIndirect:
					lits, known := c.heldLiterals(n)
					if !known {
						h.giveUp(n.Pos(), "calls a function value")
					}
					for _, lit := range lits {
						if !seen[lit] {
							seen[lit] = true
							visit(lit.Body)
						}
					}
				case OpDispatch:
					h.giveUp(c.CallPos(n), "calls "+c.Name(s.Callee)+", a method of an interface")
				default:
					h.giveUp(c.CallPos(n), "calls "+c.Name(s.Callee)+", which may hand out anything")
				}
			}
		})
	}
	visit(fn.Decl.Body)
	return calls
}

// joinOperation adds what a Yield or Exchange hands out.
func (c *Colors) joinOperation(h *handedOut, call *ast.CallExpr, op Op) {
	args := c.pkg.Info.Instances[CalleeIdent(call.Fun)].TypeArgs
	if args.Len() == 0 {
		return // a type error
	}
	value := c.Spelled(args.At(args.Len()-1), h.test, itself)
	if value == nil {
		t, unsaid := args.At(args.Len()-1), ", which has no name outside of it"
		if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Exported() && named.Obj().Pkg() != c.pkg.Pkg && !Local(named) {
			unsaid = ", which the package does not import"
		}
		h.giveUp(c.CallPos(call), "yields values of type "+c.typeName(t)+unsaid)
		return
	}
	var answer types.Type
	if op == OpExchange {
		answer = c.Spelled(args.At(0), h.test, itself)
	}
	c.join(h, c.CallPos(call), value, answer, op == OpExchange && answer == nil)
}

// joinCall adds what a call of a function of the package hands out.
func (c *Colors) joinCall(fn *Func, h *handedOut, call *ast.CallExpr) bool {
	id := CalleeIdent(call.Fun)
	callee, _ := c.pkg.Info.Uses[id].(*types.Func)
	of := c.handsOut[callee.Origin()]
	switch {
	case of == nil: // a redeclaration: a type error
		return false
	case of.unknown.Reason != "":
		return callee.Origin() != fn.Obj && h.giveUp(c.CallPos(call), "calls "+c.Name(callee)+", which "+of.unknown.Reason)
	case of.value == nil:
		news := of.invalid.IsValid() && !h.invalid.IsValid()
		if news {
			h.invalid = call.Pos()
		}
		return news
	}
	return c.joinInstance(h, call, callee.Origin(), typeParams(callee.Origin()), of)
}

// joinInstance adds what a call hands out of a function that hands out of, in terms of params.
func (c *Colors) joinInstance(h *handedOut, call *ast.CallExpr, fn *types.Func, params *types.TypeParamList, of *handedOut) bool {
	given := c.given(params, c.typeArguments(fn, CalleeIdent(call.Fun)), h.test)
	value := c.Spelled(of.value, h.test, given)
	if value == nil {
		return h.giveUp(c.CallPos(call), "calls "+c.Name(fn)+", which yields values of a type that can't be said here")
	}
	var answer types.Type
	differ := of.answersDiffer
	if of.answer != nil {
		answer = c.Spelled(of.answer, h.test, given)
		differ = differ || answer == nil
	}
	return c.join(h, c.CallPos(call), value, answer, differ)
}

// typeParams are those of a function or of its receiver.
func typeParams(fn *types.Func) *types.TypeParamList {
	if fn.Signature().Recv() == nil {
		return fn.Signature().TypeParams()
	}
	return fn.Signature().RecvTypeParams()
}

// typeArguments are what the type parameters of a function or of its receiver are where id
// names it.
func (c *Colors) typeArguments(generic *types.Func, id *ast.Ident) (args *types.TypeList) {
	if generic.Signature().Recv() == nil {
		return c.pkg.Info.Instances[id].TypeArgs
	}
	used, _ := c.pkg.Info.Uses[id].(*types.Func)
	if named := receiverBase(used.Signature().Recv().Type()); named != nil {
		args = named.TypeArgs()
	}
	return args
}

// joinForeign adds what a call of another package's function hands out, by what its frame says.
func (c *Colors) joinForeign(h *handedOut, call *ast.CallExpr, fn *types.Func) {
	of, params := frameYields(fn)
	if of == nil {
		h.giveUp(c.CallPos(call), "calls "+c.Name(fn)+", whose frame doesn't say what it yields")
		return
	}
	// Without an answer there may be none, or several.
	c.joinInstance(h, call, fn, params, &handedOut{value: of.Value, answer: of.Answer, answersDiffer: of.Answer == nil})
}

// frameYields is what the frame of another package's function says that it yields, in terms of
// the frame's type parameters, or nil. What shows of the frame is the result of its
// constructor.
func frameYields(fn *types.Func) (*Yields, *types.TypeParamList) {
	var constructor *types.Func
	name := names.Constructor(fn.Name())
	if recv := fn.Signature().Recv(); recv == nil {
		constructor, _ = fn.Pkg().Scope().Lookup(name).(*types.Func)
	} else if named := receiverBase(recv.Type()); named != nil {
		for m := range named.Methods() {
			if m.Name() == name {
				constructor = m
			}
		}
	}
	if constructor == nil || constructor.Signature().Results().Len() != 1 {
		return nil, nil
	}
	frame := receiverBase(constructor.Signature().Results().At(0).Type())
	if frame == nil {
		return nil, nil
	}
	s, ok := frame.Origin().Underlying().(*types.Struct)
	if !ok || s.NumFields() == 0 || !s.Field(0).Embedded() {
		return nil, nil
	}
	marker, ok := types.Unalias(s.Field(0).Type()).(*types.Named)
	if !ok || marker.Obj().Pkg() == nil || marker.Obj().Pkg().Path() != names.YieldsPath {
		return nil, nil
	}
	args := marker.TypeArgs()
	switch marker.Obj().Name() {
	case "Yields":
		return &Yields{Value: args.At(0)}, frame.Origin().TypeParams()
	case "Exchanges":
		return &Yields{Value: args.At(1), Answer: args.At(0)}, frame.Origin().TypeParams()
	}
	return nil, nil
}

// ownRun reports whether a loop over x leaves what it calls to a run of its own, or to plain
// code: an iterator that the runtime makes, or a function of the standard library.
func (c *Colors) ownRun(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	fn := c.Callee(call)
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	return standard(fn.Pkg().Path()) || fn.Pkg().Path() == names.RuntimePath && (fn.Name() == "Seq" || fn.Name() == "SeqOf")
}

// heldLiterals are the literals that a call of a local variable may call, if the variable is
// given nothing else that suspends.
func (c *Colors) heldLiterals(call *ast.CallExpr) (lits []*ast.FuncLit, known bool) {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return nil, false
	}
	x, ok := c.pkg.Info.Uses[id].(*types.Var)
	if !ok {
		return nil, false
	}
	lits, known = c.held[x]
	return lits, known
}

// holdLiterals notes the variables that hold nothing but literals and functions that don't
// suspend: v.never, before it is settled.
func (v *values) holdLiterals() {
	for x := range v.never {
		lits := []*ast.FuncLit{}
		for _, e := range v.assigned[x] {
			if lit, ok := ast.Unparen(e).(*ast.FuncLit); ok {
				lits = append(lits, lit)
			}
		}
		v.held[x] = lits
	}
}
