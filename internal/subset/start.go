package subset

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// starts checks what calls start by value: that it is resumable, and that the arguments fit
// its parameters, as the compiler would for a call of it.
func (k *checker) starts() {
	for _, file := range k.Files {
		for _, decl := range file.Decls {
			fn, _ := decl.(*ast.FuncDecl)
			resumable := fn != nil && (k.colors.Directives().Has(fn) || k.colors.Directives().Refused(fn))
			ast.Inspect(decl, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					if run, args, ok := k.colors.Start(call); ok {
						k.start(call, ast.Unparen(run), args, resumable)
					}
				}
				return true
			})
		}
	}
}

func (k *checker) start(call *ast.CallExpr, run ast.Expr, args []ast.Expr, resumable bool) {
	t := k.Info.TypeOf(run)
	if t == nil {
		return // a type error
	}
	sig, ok := types.Unalias(t).Underlying().(*types.Signature)
	if !ok {
		return
	}
	name := types.ExprString(run)
	if _, ok := run.(*ast.FuncLit); ok {
		name = "the literal"
		if !resumable {
			k.report(run.Pos(), diag.StartPlain, "a function literal of plain code is started, which can't be compiled where it stands",
				"make it a function annotated //greenlet:resumable, with what it captures as arguments, or start it in an annotated function")
			return
		}
	} else if fn := k.colors.Started(run); fn != nil {
		if name = k.colors.Name(fn); !k.colors.Resumable(fn) && !color.IsInterfaceMethod(fn) {
			remedy := "annotate " + name + " with //greenlet:resumable"
			if fn.Pkg() != k.Pkg {
				remedy = "start a function of your own, annotated //greenlet:resumable, that calls it"
			}
			k.report(run.Pos(), diag.StartPlain, name+" is started, which is not resumable", remedy)
			if fn.Pkg() == k.Pkg {
				k.diags[len(k.diags)-1].Annotate = []diag.Unmarked{k.unmarked(fn, "is started")}
			}
			return
		}
	}
	k.startArguments(call, name, sig, args)
}

func (k *checker) startArguments(call *ast.CallExpr, name string, sig *types.Signature, args []ast.Expr) {
	n := sig.Params().Len()
	least := n
	if sig.Variadic() {
		least--
	}
	if len(args) < least || len(args) > n && !sig.Variadic() {
		count, pos := "too many", call.Rparen
		if len(args) < least {
			count = "not enough"
		} else {
			pos = args[n].Pos()
		}
		var have []string
		for _, arg := range args {
			have = append(have, k.typeOf(arg))
		}
		k.report(pos, diag.StartArguments, fmt.Sprintf("%s arguments in start of %s: have (%s), want %s", count, name,
			strings.Join(have, ", "), strings.TrimPrefix(types.TypeString(types.NewSignatureType(nil, nil, nil, sig.Params(), nil, sig.Variadic()), k.relative), "func")),
			"give it those that a call of it has")
		return
	}
	for i, arg := range args {
		want := sig.Params().At(min(i, n-1)).Type()
		if sig.Variadic() && i >= n-1 {
			want = want.(*types.Slice).Elem()
		}
		tv := k.Info.Types[arg]
		if tv.Type == nil || tv.IsNil() && types.AssignableTo(types.Typ[types.UntypedNil], want) || types.AssignableTo(tv.Type, want) || fits(tv, want) {
			continue
		}
		k.report(arg.Pos(), diag.StartArguments, fmt.Sprintf("cannot use %s (%s of type %s) as %s value in start of %s",
			types.ExprString(arg), mode(tv), k.typeOf(arg), types.TypeString(want, k.relative), name), "give it what a call of it takes")
	}
}

// fits reports whether tv may have been an untyped constant that can be a t: an argument
// of type any has lost that it was one.
func fits(tv types.TypeAndValue, t types.Type) bool {
	basic, ok := types.Unalias(tv.Type).(*types.Basic)
	if tv.Value == nil || !ok {
		return false
	}
	untyped, ok := untypedOf[basic.Kind()]
	if !ok {
		return false
	}
	if !types.AssignableTo(types.Typ[untyped], t) {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return !ok || b.Info()&types.IsNumeric == 0 || represents(b, tv.Value)
}

// represents reports whether a constant can be a number of type b. One that an any has as a
// float64 has been rounded to that.
func represents(b *types.Basic, v constant.Value) bool {
	if b.Info()&types.IsInteger == 0 {
		if b.Kind() == types.Float32 {
			f, _ := constant.Float32Val(constant.ToFloat(v))
			return !math.IsInf(float64(f), 0)
		}
		return true
	}
	i := constant.ToInt(v)
	if i.Kind() != constant.Int {
		return false // truncated
	}
	bits := bitsOf[b.Kind()]
	if b.Info()&types.IsUnsigned != 0 {
		return constant.Sign(i) >= 0 && constant.BitLen(i) <= bits
	}
	least := constant.UnaryOp(token.SUB, constant.Shift(constant.MakeInt64(1), token.SHL, uint(bits-1)), 0)
	return constant.BitLen(i) < bits || constant.Compare(i, token.EQL, least)
}

// bitsOf are the sizes of integer types; those that depend on the machine have 64 bits here.
var bitsOf = map[types.BasicKind]int{
	types.Int8: 8, types.Int16: 16, types.Int32: 32, types.Int64: 64, types.Int: 64,
	types.Uint8: 8, types.Uint16: 16, types.Uint32: 32, types.Uint64: 64, types.Uint: 64, types.Uintptr: 64,
}

// untypedOf are the untyped constants that have a type by default.
var untypedOf = map[types.BasicKind]types.BasicKind{
	types.Bool: types.UntypedBool, types.String: types.UntypedString, types.Int: types.UntypedInt,
	types.Int32: types.UntypedRune, types.Float64: types.UntypedFloat, types.Complex128: types.UntypedComplex,
}

func mode(tv types.TypeAndValue) string {
	switch {
	case tv.Value != nil:
		return "constant"
	case tv.Addressable():
		return "variable"
	}
	return "value"
}

func (k *checker) typeOf(e ast.Expr) string {
	t := k.Info.TypeOf(e)
	if t == nil {
		return "invalid type"
	}
	return types.TypeString(t, k.relative)
}

func (k *checker) relative(p *types.Package) string {
	if p == k.Pkg {
		return ""
	}
	return p.Name()
}
