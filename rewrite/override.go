package rewrite

// Overrides: a plain method that overrides a promoted one which is resumable, or
// hides it by being embedded less deep. The companion of that is promoted all the
// same, and a call of the method through an interface would find it. So it is hidden
// by a method of its name which is no companion. Types that have no name in the
// package can't have one: these are refused. (Where the generator does not run on the package of the overriding
// type, nothing hides it.)

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/rewrite/internal/emit"
)

// overrides are the forms to hide in the package of u, those of test files if it is
// these that are generated from.
func overrides(u *Unit) (list []emit.Hidden) {
	tests := false
	for _, file := range u.Files {
		tests = tests || u.Wants(file) && isTestFile(u.Path(file))
	}
	scope := u.Pkg.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() || types.IsInterface(tn.Type()) ||
			strings.HasSuffix(u.Fset.Position(tn.Pos()).Filename, "_test.go") != tests {
			continue
		}
		for _, form := range color.Exposed(tn.Type()) {
			list = append(list, emit.Hidden{Type: tn, Form: form})
		}
	}
	return list
}

// exposed refuses the struct types without a name in the package that would need
// such a method.
func exposed(u *Unit) (list diag.List) {
	named := map[types.Type]bool{}
	for _, name := range u.Pkg.Scope().Names() {
		if tn, ok := u.Pkg.Scope().Lookup(name).(*types.TypeName); ok {
			named[tn.Type().Underlying()] = true
		}
	}
	for _, file := range u.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.StructType)
			if !ok {
				return true
			}
			t := u.Info.TypeOf(s)
			if t == nil || named[t] {
				return true
			}
			if forms := color.Exposed(t); len(forms) > 0 {
				list = append(list, diag.Diagnostic{
					Pos: u.Fset.Position(s.Pos()), Code: diag.CompanionExposed,
					Message: "this type has " + forms[0] + ", the resumable form of a method of something it embeds, but another method by that method's name",
					Remedy:  "declare the type in the package by a name, where it can be hidden",
				})
			}
			return true
		})
	}
	return list
}
