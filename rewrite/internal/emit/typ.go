package emit

import (
	"go/ast"
	"go/token"

	"github.com/dave/jennifer/jen"
)

// Type expressions, as the user spelled them; see gotype.go for types that
// have no spelling yet.
//
// Input: an ast.Expr or ast.FieldList. Output: a jen.Statement, or the items
// of a parameter list.

// typeExpr converts the expressions that can only be types.
func (c *Converter) typeExpr(e ast.Expr) *jen.Statement {
	defer c.enclosed()()
	switch e := e.(type) {
	case *ast.ArrayType:
		if e.Len == nil {
			return jen.Index().Add(c.Expr(e.Elt))
		}
		return jen.Index(c.arrayLen(e.Len)).Add(c.Expr(e.Elt))
	case *ast.MapType:
		return jen.Map(c.Expr(e.Key)).Add(c.Expr(e.Value))
	case *ast.ChanType:
		return c.chanType(e)
	case *ast.FuncType:
		return jen.Func().Add(c.Signature(e))
	case *ast.StructType:
		return c.fields("struct", e.Fields, c.structField)
	case *ast.InterfaceType:
		return c.fields("interface", e.Methods, c.interfaceElem)
	case *ast.Ellipsis:
		return jen.Op("...").Add(c.Expr(e.Elt))
	}
	panic(unexpected(e))
}

// arrayLen converts the length of an array type, which may be "...".
func (c *Converter) arrayLen(e ast.Expr) *jen.Statement {
	if _, ok := e.(*ast.Ellipsis); ok {
		return jen.Op("...")
	}
	return c.Expr(e)
}

func (c *Converter) chanType(e *ast.ChanType) *jen.Statement {
	elem := c.Expr(e.Value)
	switch e.Dir {
	case ast.SEND:
		return jen.Chan().Op("<-").Add(elem)
	case ast.RECV:
		return jen.Op("<-").Chan().Add(elem)
	}
	if inner, ok := e.Value.(*ast.ChanType); ok && inner.Dir == ast.RECV {
		// The arrow would belong to the left chan.
		return jen.Chan().Parens(elem)
	}
	return jen.Chan().Add(elem)
}

// Signature converts the parameters and results of a function type.
func (c *Converter) Signature(t *ast.FuncType) *jen.Statement {
	return jen.Params(c.Params(t.Params)...).Add(c.Results(t.Results))
}

// Params converts the fields of a parameter list, of results, or of a
// receiver, for jen's Params. The list may be nil.
func (c *Converter) Params(fields *ast.FieldList) []jen.Code {
	if fields == nil {
		return nil
	}
	return list(c, fields.Opening+1, fields.List, fields.Closing, c.param)
}

func (c *Converter) param(f *ast.Field) *jen.Statement {
	if len(f.Names) == 0 {
		return c.Expr(f.Type)
	}
	names := list(c, token.NoPos, f.Names, token.NoPos, c.name)
	return jen.List(names...).Add(c.Expr(f.Type))
}

// name converts an identifier that is being defined.
func (c *Converter) name(id *ast.Ident) *jen.Statement { return c.Expr(id) }

// Results converts the results of a function type, with the parentheses that
// they need. It is nil if there are none.
func (c *Converter) Results(fields *ast.FieldList) *jen.Statement {
	if fields.NumFields() == 0 {
		return nil
	}
	if len(fields.List) == 1 && len(fields.List[0].Names) == 0 {
		return c.Expr(fields.List[0].Type)
	}
	return jen.Params(c.Params(fields)...)
}

// TypeParams converts a list of type parameters, brackets included. It is nil
// if there are none.
func (c *Converter) TypeParams(fields *ast.FieldList) *jen.Statement {
	if fields.NumFields() == 0 {
		return nil
	}
	return jen.Types(c.Params(fields)...)
}

// fields converts the body of a struct or interface type. One on a single line
// stays on it, as far as gofmt agrees.
func (c *Converter) fields(keyword string, fields *ast.FieldList, conv func(*ast.Field) *jen.Statement) *jen.Statement {
	code := lines(c, fields.List, false, func(f *ast.Field) ([]jen.Code, bool) {
		return []jen.Code{conv(f)}, false
	})
	return c.braced(jen.Null(), keyword+"{", fields, "}", code, true)
}

func (c *Converter) structField(f *ast.Field) *jen.Statement {
	code := c.Expr(f.Type)
	if len(f.Names) > 0 {
		var names []jen.Code
		for _, id := range f.Names {
			names = append(names, jen.Id(id.Name))
		}
		code = jen.List(names...).Add(code)
	}
	if f.Tag != nil {
		code.Add(literal(f.Tag.Value))
	}
	return code
}

func (c *Converter) interfaceElem(f *ast.Field) *jen.Statement {
	if len(f.Names) == 0 {
		return c.Expr(f.Type)
	}
	return jen.Id(f.Names[0].Name).Add(c.Signature(f.Type.(*ast.FuncType)))
}

// spec converts one specification of a local declaration.
func (c *Converter) spec(s ast.Spec) *jen.Statement {
	switch s := s.(type) {
	case *ast.ValueSpec:
		return c.valueSpec(s)
	case *ast.TypeSpec:
		return c.typeSpec(s)
	}
	panic(unexpected(s))
}

func (c *Converter) valueSpec(s *ast.ValueSpec) *jen.Statement {
	names := list(c, token.NoPos, s.Names, token.NoPos, c.name)
	code := jen.List(names...)
	from := s.Names[len(s.Names)-1].End()
	if s.Type != nil {
		code.Add(c.Expr(s.Type))
		from = s.Type.End()
	}
	if len(s.Values) > 0 {
		code.Op("=").List(list(c, from, s.Values, token.NoPos, c.Expr)...)
	}
	return code
}

func (c *Converter) typeSpec(s *ast.TypeSpec) *jen.Statement {
	code := c.name(s.Name)
	if s.TypeParams.NumFields() > 0 {
		// With the comma, [P *C,] is not taken for the length of an array.
		code.Types(append(c.Params(s.TypeParams), jen.Empty())...)
	}
	if s.Assign.IsValid() {
		code.Op("=")
	}
	return code.Add(c.Expr(s.Type))
}
