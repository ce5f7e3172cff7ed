package ir

import (
	"go/ast"
	"go/format"
	"go/token"
	"reflect"
)

// Contains reports whether is holds for n or a node in it, function literals left out.
func Contains(n ast.Node, is func(ast.Node) bool) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if _, lit := n.(*ast.FuncLit); lit || n == nil {
			return false
		}
		found = found || is(n)
		return !found
	})
	return found
}

// Clause is clause i of a switch, type switch or select statement, or nil.
func Clause(head ast.Stmt, i int) ast.Stmt {
	var body *ast.BlockStmt
	switch s := head.(type) {
	case *ast.SwitchStmt:
		body = s.Body
	case *ast.TypeSwitchStmt:
		body = s.Body
	case *ast.SelectStmt:
		body = s.Body
	}
	if body == nil || i >= len(body.List) {
		return nil
	}
	return body.List[i]
}

// Header is what a dispatching statement evaluates itself, its clauses'
// bodies left out.
func Header(head ast.Stmt) []ast.Node {
	var list []ast.Node
	switch s := head.(type) {
	case *ast.SwitchStmt:
		if s.Tag != nil {
			list = append(list, s.Tag)
		}
		for _, c := range s.Body.List {
			for _, e := range c.(*ast.CaseClause).List {
				list = append(list, e)
			}
		}
	case *ast.TypeSwitchStmt:
		switch a := s.Assign.(type) {
		case *ast.AssignStmt:
			list = append(list, a.Rhs[0])
		case *ast.ExprStmt:
			list = append(list, a.X)
		}
	case *ast.SelectStmt:
		for _, c := range s.Body.List {
			if comm := c.(*ast.CommClause).Comm; comm != nil {
				list = append(list, comm)
			}
		}
	}
	return list
}

// text is a node's syntax in Go's format, with the names that variables have
// got.
func (p *printer) text(n ast.Node) string {
	if v := reflect.ValueOf(n); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return ""
	}
	var out textWriter
	c := p.copy(reflect.ValueOf(n)).Interface()
	// Without positions nothing depends on where parts come from.
	if err := format.Node(&out, token.NewFileSet(), c); err != nil {
		return "? " + err.Error()
	}
	return string(out)
}

type textWriter []byte

func (w *textWriter) Write(b []byte) (int, error) {
	*w = append(*w, b...)
	return len(b), nil
}

// copy copies syntax without positions and comments, and renames variables.
func (p *printer) copy(v reflect.Value) reflect.Value {
	if !v.IsValid() {
		return v
	}
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		c := reflect.New(v.Type()).Elem()
		c.Set(p.copy(v.Elem()))
		return c
	case reflect.Pointer:
		return p.copyPointer(v)
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			c.Index(i).Set(p.copy(v.Index(i)))
		}
		return c
	case reflect.Struct:
		c := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if field.Type == posType {
				if v.Field(i).Int() != 0 && means[field.Name] {
					c.Field(i).SetInt(1)
				}
				continue
			}
			c.Field(i).Set(p.copy(v.Field(i)))
		}
		return c
	}
	return v
}

func (p *printer) copyPointer(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return v
	}
	switch n := v.Interface().(type) {
	case *ast.CommentGroup:
		return reflect.Zero(v.Type())
	case *ast.Ident:
		return reflect.ValueOf(&ast.Ident{Name: p.identifier(n)})
	}
	c := reflect.New(v.Type().Elem())
	c.Elem().Set(p.copy(v.Elem()))
	return c
}

var posType = reflect.TypeFor[token.Pos]()

// means are positions whose being there means something.
var means = map[string]bool{"Ellipsis": true, "Assign": true, "Lparen": true, "Arrow": true}

func (p *printer) identifier(id *ast.Ident) string {
	if t := p.f.Types[id]; t != nil {
		return p.typ(t)
	}
	if name := p.f.Runtime[id]; name != "" {
		return "greenlet." + name
	}
	if v := p.f.VarOf(id); v != nil {
		return v.Name
	}
	obj := p.f.Info.Uses[id]
	if obj == nil {
		obj = p.f.Info.Defs[id]
	}
	if name := p.f.Renamed[obj]; name != "" {
		return name
	}
	return id.Name
}
