package lower

// Constants that go to the top of a function, and what they are there.

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// declConsts declares constants at the top: as they are written, unless that
// means something else there.
func (n *normalizer) declConsts(s *ast.DeclStmt, gen *ast.GenDecl) {
	n.renameConsts(gen)
	if n.namesVariable(gen) || repeatsOwnName(gen) {
		n.constsByValue(gen)
		return
	}
	n.fn.Consts = append(n.fn.Consts, s)
}

// namesVariable reports whether a declaration depends on variables, as len of
// an array does: they are declared behind the constants.
func (n *normalizer) namesVariable(gen *ast.GenDecl) (found bool) {
	ast.Inspect(gen, func(node ast.Node) bool {
		if id, ok := node.(*ast.Ident); ok {
			_, isVar := n.info.Uses[id].(*types.Var)
			found = found || isVar
		}
		return !found
	})
	return found
}

// repeatsOwnName reports whether constants without expressions of their own
// may repeat one with a name that the group itself declares. That name means
// something else from its declaration on, so one identifier stands for two
// constants, and its type information is of the last.
func repeatsOwnName(gen *ast.GenDecl) bool {
	declared, repeats := map[string]bool{}, false
	for _, spec := range gen.Specs {
		spec := spec.(*ast.ValueSpec)
		repeats = repeats || len(spec.Values) == 0
		for _, id := range spec.Names {
			declared[id.Name] = true
		}
	}
	found := false
	for _, spec := range gen.Specs {
		for _, x := range append([]ast.Expr{spec.(*ast.ValueSpec).Type}, spec.(*ast.ValueSpec).Values...) {
			if x == nil || !repeats {
				continue
			}
			ast.Inspect(x, func(node ast.Node) bool {
				id, ok := node.(*ast.Ident)
				found = found || ok && declared[id.Name]
				return !found
			})
		}
	}
	return found
}

// renameConsts gives constants of different scopes different names, as they
// will share one. (Types keep theirs, for it shows in %T: see aliasTypes.)
func (n *normalizer) renameConsts(gen *ast.GenDecl) {
	for _, spec := range gen.Specs {
		for _, id := range spec.(*ast.ValueSpec).Names {
			if obj := n.info.Defs[id]; obj != nil && id.Name != "_" {
				if name := n.fn.Names.Keep(id.Name); name != id.Name {
					n.fn.Renamed[obj] = name
				}
			}
		}
	}
}

// constsByValue declares constants by their values.
func (n *normalizer) constsByValue(gen *ast.GenDecl) {
	for _, spec := range gen.Specs {
		for _, id := range spec.(*ast.ValueSpec).Names {
			obj, ok := n.info.Defs[id].(*types.Const)
			if !ok || id.Name == "_" {
				continue
			}
			basic := obj.Type().Underlying().(*types.Basic)
			c := &ast.ValueSpec{Names: []*ast.Ident{id}, Values: []ast.Expr{ir.Constant(obj.Val(), basic, id.Pos())}}
			if basic.Info()&types.IsUntyped == 0 {
				c.Type = n.typeName(obj.Type(), id.Pos())
			}
			n.fn.Consts = append(n.fn.Consts, &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: id.Pos(), Tok: token.CONST, Specs: []ast.Spec{c}}})
		}
	}
}
