package emit

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"
)

// Types of go/types, for what the user has not spelled out: x := f().
//
// Input: a types.Type for which CanName holds. Output: a type expression that,
// in the scope it was made for, denotes an identical type. Not handled: a
// local declaration that shadows a name which the type needs; see
// Converter.TypeHook.

// Type spells a type. An untyped constant's type becomes its default type. An
// alias is kept unless another package hides it.
func (c *Converter) Type(t types.Type) *jen.Statement {
	switch t := t.(type) {
	case *types.Basic:
		return c.basic(t)
	case *types.Named:
		return c.named(t.Obj(), t.TypeArgs())
	case *types.Alias:
		if !c.canName(t.Obj()) {
			return c.Type(types.Unalias(t))
		}
		return c.named(t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		return c.named(t.Obj(), nil)
	case *types.Pointer:
		return jen.Op("*").Add(c.Type(t.Elem()))
	case *types.Slice:
		return jen.Index().Add(c.Type(t.Elem()))
	case *types.Array:
		return jen.Index(literal(strconv.FormatInt(t.Len(), 10))).Add(c.Type(t.Elem()))
	case *types.Map:
		return jen.Map(c.Type(t.Key())).Add(c.Type(t.Elem()))
	case *types.Chan:
		return c.chanOf(t)
	case *types.Signature:
		return jen.Func().Add(c.SignatureOf(t))
	case *types.Struct:
		return c.structOf(t)
	case *types.Interface:
		return c.interfaceOf(t)
	case *types.Union:
		return c.union(t)
	}
	panic(fmt.Sprintf("emit: type %v has no spelling", t))
}

func (c *Converter) basic(t *types.Basic) *jen.Statement {
	t = types.Default(t).(*types.Basic)
	switch t.Kind() {
	case types.UnsafePointer:
		return c.qual("unsafe", "unsafe", "Pointer")
	case types.Invalid, types.UntypedNil:
		panic(fmt.Sprintf("emit: type %v has no spelling", t))
	}
	return c.predeclared(t.Name())
}

// predeclared spells a predeclared type: as an alias of the runtime, if the
// package declares its name anew.
func (c *Converter) predeclared(name string) *jen.Statement {
	if c.hides(name) {
		return c.rt("Predeclared" + strings.ToUpper(name[:1]) + name[1:])
	}
	return jen.Id(name)
}

// named spells a named type, alias, or type parameter.
func (c *Converter) named(obj *types.TypeName, args *types.TypeList) *jen.Statement {
	code := c.typeName(obj)
	if args.Len() == 0 {
		return code
	}
	var list []jen.Code
	for arg := range args.Types() {
		list = append(list, c.Type(arg))
	}
	return code.Types(list...)
}

func (c *Converter) typeName(obj *types.TypeName) *jen.Statement {
	if c.TypeHook != nil {
		if code, ok := c.TypeHook(obj); ok {
			return jen.Add(code)
		}
	}
	if obj.Pkg() == nil {
		return c.predeclared(obj.Name())
	}
	return c.Qual(obj)
}

func (c *Converter) chanOf(t *types.Chan) *jen.Statement {
	elem := c.Type(t.Elem())
	switch t.Dir() {
	case types.SendOnly:
		return jen.Chan().Op("<-").Add(elem)
	case types.RecvOnly:
		return jen.Op("<-").Chan().Add(elem)
	}
	if inner, ok := t.Elem().(*types.Chan); ok && inner.Dir() == types.RecvOnly {
		return jen.Chan().Parens(elem)
	}
	return jen.Chan().Add(elem)
}

// SignatureOf spells parameters and results, without names.
func (c *Converter) SignatureOf(t *types.Signature) *jen.Statement {
	params := c.tuple(t.Params())
	if t.Variadic() {
		last := t.Params().At(len(params) - 1).Type()
		params[len(params)-1] = c.variadic(last)
	}
	results := c.tuple(t.Results())
	switch len(results) {
	case 0:
		return jen.Params(params...)
	case 1:
		return jen.Params(params...).Add(results[0])
	}
	return jen.Params(params...).Params(results...)
}

// variadic spells the last parameter of a variadic function, whose type is a
// slice (or string, in append's signature, which has no spelling).
func (c *Converter) variadic(t types.Type) *jen.Statement {
	return jen.Op("...").Add(c.Type(types.Unalias(t).(*types.Slice).Elem()))
}

func (c *Converter) tuple(t *types.Tuple) []jen.Code {
	var list []jen.Code
	for v := range t.Variables() {
		list = append(list, c.Type(v.Type()))
	}
	return list
}

func (c *Converter) structOf(t *types.Struct) *jen.Statement {
	var fields []jen.Code
	for i := range t.NumFields() {
		f := t.Field(i)
		code := c.Type(f.Type())
		if !f.Embedded() {
			code = jen.Id(f.Name()).Add(code)
		}
		if tag := t.Tag(i); tag != "" {
			code.Add(literal(quoted(tag)))
		}
		fields = append(fields, code)
	}
	return jen.Custom(jen.Options{Open: "struct{", Close: "}", Separator: ";"}, fields...)
}

// quoted is how a user would write a struct tag.
func quoted(s string) string {
	if strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

func (c *Converter) interfaceOf(t *types.Interface) *jen.Statement {
	var elems []jen.Code
	for m := range t.ExplicitMethods() {
		elems = append(elems, jen.Id(m.Name()).Add(c.SignatureOf(m.Signature())))
	}
	for e := range t.EmbeddedTypes() {
		elems = append(elems, c.Type(e))
	}
	return jen.Custom(jen.Options{Open: "interface{", Close: "}", Separator: ";"}, elems...)
}

func (c *Converter) union(t *types.Union) *jen.Statement {
	var terms []jen.Code
	for term := range t.Terms() {
		code := c.Type(term.Type())
		if term.Tilde() {
			code = jen.Op("~").Add(code)
		}
		terms = append(terms, code)
	}
	return jen.Union(terms...)
}

// TypeParamsOf spells the declaration of type parameters, brackets included,
// and TypeArgsOf their use: [K comparable, V any] and [K, V]. Both are nil if
// there are none.
func (c *Converter) TypeParamsOf(list *types.TypeParamList) *jen.Statement {
	return typeList(c.typeParamDecls(list))
}

func (c *Converter) typeParamDecls(list *types.TypeParamList) []jen.Code {
	var params []jen.Code
	for p := range list.TypeParams() {
		params = append(params, c.typeName(p.Obj()).Add(c.constraint(p.Constraint())))
	}
	return params
}

// TypeArgsOf: see TypeParamsOf.
func (c *Converter) TypeArgsOf(list *types.TypeParamList) *jen.Statement {
	var args []jen.Code
	for p := range list.TypeParams() {
		args = append(args, c.typeName(p.Obj()))
	}
	return typeList(args)
}

func typeList(list []jen.Code) *jen.Statement {
	if len(list) == 0 {
		return nil
	}
	return jen.Types(list...)
}

// constraint spells a constraint: ~int | ~string rather than
// interface{~int | ~string}; but not one that begins with a pointer, for
// [P *T] begins an array type in a declaration.
func (c *Converter) constraint(t types.Type) *jen.Statement {
	if i, ok := t.(*types.Interface); ok && i.IsImplicit() && i.NumEmbeddeds() == 1 {
		first := i.EmbeddedType(0)
		if u, ok := first.(*types.Union); ok && !u.Term(0).Tilde() {
			first = u.Term(0).Type()
		}
		if _, pointer := first.(*types.Pointer); !pointer {
			return c.Type(i.EmbeddedType(0))
		}
		return jen.Interface(c.Type(i.EmbeddedType(0)))
	}
	return c.Type(t)
}

// Convert is the conversion of x to a type, which is parenthesized if it must
// be, as in (*T)(x) and (func())(x).
func (c *Converter) Convert(t types.Type, x jen.Code) *jen.Statement {
	switch t.(type) {
	case *types.Basic, *types.Named, *types.Alias, *types.TypeParam:
		return c.Type(t).Call(x)
	}
	return jen.Parens(c.Type(t)).Call(x)
}

// CanName reports whether Type can spell t in the converter's package: whether
// it is a type of values, and no part of it is private to another package or
// hidden by a declaration of this one.
func (c *Converter) CanName(t types.Type) bool {
	switch t := t.(type) {
	case *types.Basic:
		return t.Kind() != types.Invalid && t.Kind() != types.UntypedNil
	case *types.Named:
		return c.canName(t.Obj()) && c.canNameAll(t.TypeArgs().Types())
	case *types.Alias:
		if !c.canName(t.Obj()) {
			return c.CanName(types.Unalias(t))
		}
		return c.canNameAll(t.TypeArgs().Types())
	case *types.TypeParam:
		return true
	case *types.Pointer:
		return c.CanName(t.Elem())
	case *types.Slice:
		return c.CanName(t.Elem())
	case *types.Array:
		return c.CanName(t.Elem())
	case *types.Chan:
		return c.CanName(t.Elem())
	case *types.Map:
		return c.CanName(t.Key()) && c.CanName(t.Elem())
	case *types.Signature:
		return t.TypeParams() == nil && c.canNameVars(t.Params()) && c.canNameVars(t.Results())
	case *types.Struct:
		return c.canNameStruct(t)
	case *types.Interface:
		return c.canNameInterface(t)
	}
	return false // a tuple, or a union outside of an interface
}

// canName reports whether a type's name can be said here.
func (c *Converter) canName(obj *types.TypeName) bool {
	pkg := obj.Pkg()
	switch {
	case pkg == nil:
		return obj.Name() != "comparable" || !c.hides(obj.Name()) // which has no alias
	case c.own(pkg):
		return true
	}
	return obj.Exported() && obj.Parent() == pkg.Scope() && c.canImport(pkg)
}

// hides reports whether the package declares a predeclared name anew.
func (c *Converter) hides(name string) bool {
	return c.Pkg != nil && c.Pkg.Scope().Lookup(name) != nil
}

// canImport applies the rule of internal packages. The standard library's own,
// and what it has vendored, is for itself.
func (c *Converter) canImport(pkg *types.Package) bool {
	path := importPath(pkg)
	elems := strings.Split(path, "/")
	i := len(elems) - 1
	for i >= 0 && elems[i] != "internal" {
		i--
	}
	switch {
	case c.Pkg == nil || slices.ContainsFunc(c.Pkg.Imports(), func(p *types.Package) bool { return p.Path() == pkg.Path() }):
		return true
	case i == 0 || path != pkg.Path():
		first, _, _ := strings.Cut(c.Pkg.Path(), "/")
		return !strings.Contains(first, ".")
	case i < 0:
		return true
	}
	root := strings.Join(elems[:i], "/")
	own := strings.TrimSuffix(c.Pkg.Path(), "_test")
	return own == root || strings.HasPrefix(own, root+"/")
}

func (c *Converter) canNameAll(seq func(yield func(types.Type) bool)) bool {
	for t := range seq {
		if !c.CanName(t) {
			return false
		}
	}
	return true
}

func (c *Converter) canNameVars(t *types.Tuple) bool {
	for v := range t.Variables() {
		if !c.CanName(v.Type()) {
			return false
		}
	}
	return true
}

func (c *Converter) canNameStruct(t *types.Struct) bool {
	for f := range t.Fields() {
		if !c.Visible(f) || !c.CanName(f.Type()) {
			return false
		}
	}
	return true
}

func (c *Converter) canNameInterface(t *types.Interface) bool {
	for m := range t.ExplicitMethods() {
		if !c.Visible(m) || !c.CanName(m.Signature()) {
			return false
		}
	}
	for e := range t.EmbeddedTypes() {
		u, ok := e.(*types.Union)
		if !ok {
			if !c.CanName(e) {
				return false
			}
			continue
		}
		for term := range u.Terms() {
			if !c.CanName(term.Type()) {
				return false
			}
		}
	}
	return true
}

// Visible reports whether a field or method name means the same here. An
// unexported one of another package is a different name.
func (c *Converter) Visible(obj types.Object) bool {
	return token.IsExported(obj.Name()) || obj.Pkg() != nil && c.own(obj.Pkg())
}
