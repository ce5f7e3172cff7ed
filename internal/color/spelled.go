package color

import (
	"go/token"
	"go/types"
	"strings"

	"github.com/going-green/greenlet/internal/names"
)

// Types as the package can spell them.

// given are the type arguments for type parameters, as Spelled has them.
func (c *Colors) given(params *types.TypeParamList, args *types.TypeList, test bool) func(*types.TypeParam) types.Type {
	return func(p *types.TypeParam) types.Type {
		for i := range params.Len() {
			if params.At(i) == p && i < args.Len() {
				return c.Spelled(args.At(i), test, itself)
			}
		}
		return nil
	}
}

func itself(p *types.TypeParam) types.Type { return p }

// Spelled is t with what of says for type parameters, as it can be spelled in any file of the
// package, also a stub: by types that it declares or that one of its files imports, and by
// predeclared ones. It is nil if t can't be, or of says nil. With test it is for a test file;
// other files are compiled without these, and must be told the same with them.
func (c *Colors) Spelled(t types.Type, test bool, of func(*types.TypeParam) types.Type) types.Type {
	in := func(t types.Type) types.Type { return c.Spelled(t, test, of) }
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.Invalid || t.Kind() == types.UnsafePointer || t.Info()&types.IsUntyped != 0 || c.redeclares(t.Name()) {
			return nil
		}
		return t
	case *types.Alias:
		if c.canSay(t.Obj(), test) && t.TypeArgs().Len() == 0 {
			return t
		}
		return in(types.Unalias(t))
	case *types.Named:
		if !c.canSay(t.Obj(), test) {
			return nil
		}
		var targs []types.Type
		for a := range t.TypeArgs().Types() {
			a = in(a)
			if a == nil {
				return nil
			}
			targs = append(targs, a)
		}
		if len(targs) == 0 {
			return t
		}
		instance, err := types.Instantiate(nil, t.Origin(), targs, false)
		if err != nil {
			return nil
		}
		return instance
	case *types.TypeParam:
		return of(t)
	case *types.Pointer:
		if e := in(t.Elem()); e != nil {
			return types.NewPointer(e)
		}
	case *types.Slice:
		if e := in(t.Elem()); e != nil {
			return types.NewSlice(e)
		}
	case *types.Array:
		if e := in(t.Elem()); e != nil {
			return types.NewArray(e, t.Len())
		}
	case *types.Chan:
		if e := in(t.Elem()); e != nil {
			return types.NewChan(t.Dir(), e)
		}
	case *types.Map:
		k, e := in(t.Key()), in(t.Elem())
		if k != nil && e != nil {
			return types.NewMap(k, e)
		}
	case *types.Interface:
		if t.Empty() && !c.redeclares("any") {
			return t
		}
	case *types.Signature:
		ins, outs := spelledTuple(t.Params(), in), spelledTuple(t.Results(), in)
		if t.TypeParams().Len() == 0 && ins != nil && outs != nil {
			return types.NewSignatureType(nil, nil, nil, ins, outs, t.Variadic())
		}
	case *types.Struct:
		var fields []*types.Var
		var tags []string
		for i := range t.NumFields() {
			f := t.Field(i)
			ft := in(f.Type())
			if ft == nil || !f.Exported() && f.Pkg() != c.pkg.Pkg {
				return nil
			}
			fields = append(fields, types.NewField(token.NoPos, f.Pkg(), f.Name(), ft, f.Embedded()))
			tags = append(tags, t.Tag(i))
		}
		return types.NewStruct(fields, tags)
	}
	return nil
}

func spelledTuple(t *types.Tuple, in func(types.Type) types.Type) *types.Tuple {
	vars := []*types.Var{}
	for v := range t.Variables() {
		vt := in(v.Type())
		if vt == nil {
			return nil
		}
		vars = append(vars, types.NewParam(token.NoPos, nil, "", vt))
	}
	if len(vars) == 0 {
		return new(types.Tuple)
	}
	return types.NewTuple(vars...)
}

// canSay reports whether the package can say the name of a type without another import: than
// those of its test files as well, or not.
func (c *Colors) canSay(obj *types.TypeName, test bool) bool {
	pkg := obj.Pkg()
	switch {
	case pkg == nil:
		return !c.redeclares(obj.Name())
	case obj.Parent() != pkg.Scope() || obj.Name() == "_":
		return false
	case pkg == c.pkg.Pkg:
		return true
	case !obj.Exported() || strings.HasPrefix(pkg.Path(), "vendor/") || strings.Contains(pkg.Path(), "/vendor/"):
		return false
	}
	for _, file := range c.pkg.Files {
		if !test && c.isTest(file.FileStart) {
			continue
		}
		for _, spec := range file.Imports {
			if name, _ := c.pkg.Info.Implicits[spec].(*types.PkgName); name != nil && name.Imported() == pkg {
				return true
			}
			if spec.Name != nil {
				if name, _ := c.pkg.Info.Defs[spec.Name].(*types.PkgName); name != nil && name.Imported() == pkg {
					return true
				}
			}
		}
	}
	return false
}

// isTest reports whether pos is in a test file.
func (c *Colors) isTest(pos token.Pos) bool {
	return names.IsTest(c.pkg.Fset.PositionFor(pos, false).Filename)
}

// redeclares reports whether the package declares a predeclared name anew.
func (c *Colors) redeclares(name string) bool { return c.pkg.Pkg.Scope().Lookup(name) != nil }
