package lower

// Overrides: a plain method that overrides a promoted one which is resumable, be
// it declared or promoted from a lesser depth. The companion of the other is
// promoted all the same, and a call of the method through an interface would
// find it. So it is hidden by a method of its name which is no
// companion. (Where the generator does not run on the package of the overriding
// type, nothing hides it; greenletvet reports it there.)

import (
	"go/ast"
	"go/types"
	"iter"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/emit"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// overrides are the forms to hide in the package of u, those of test files if it is
// these that are generated from.
func overrides(u *unit.Unit, colors *color.Colors) (list []emit.Hidden) {
	add := func(h emit.Hidden) { // once
		if !slices.ContainsFunc(list, func(o emit.Hidden) bool { return o.Form == h.Form && types.Identical(o.Recv, h.Recv) }) {
			list = append(list, h)
		}
	}
	for named := range generatedFor(u, colors) {
		forwards := colors.Forwards(named)
		for _, o := range colors.Overrides(named) {
			if slices.ContainsFunc(forwards, func(f color.Forward) bool { return f.Method.Id() == o.Method.Id() }) {
				continue // it is hidden by what is found
			}
			recv := receiver(named)
			if !o.Exposed {
				recv = o.Method.Signature().Recv().Type()
			}
			add(emit.Hidden{Recv: recv, Method: o.Method.Name(), Form: o.Form.Name()})
		}
		for m := range named.Methods() {
			if !colors.Resumable(m) && colors.OverridesForward(m) {
				recv := m.Signature().Recv().Type()
				add(emit.Hidden{Recv: recv, Method: m.Name(), Form: names.Companion(m.Name())})
				add(emit.Hidden{Recv: recv, Method: m.Name(), Form: names.Deferred(m.Name())})
			}
		}
	}
	return list
}

// generatedFor are the declared types of the package of u that methods are generated of,
// those of test files if it is these that are generated from.
func generatedFor(u *unit.Unit, colors *color.Colors) iter.Seq[*types.Named] {
	tests := wantsTests(u)
	return func(yield func(*types.Named) bool) {
		for tn, named := range colors.DeclaredTypes() {
			if inTests(u, tn) == tests && !yield(named) {
				return
			}
		}
	}
}

// wantsTests reports whether it is test files that are generated from.
func wantsTests(u *unit.Unit) bool {
	return slices.ContainsFunc(u.Files, func(file *ast.File) bool { return u.Wants(file) && names.IsTest(u.Path(file)) })
}

func inTests(u *unit.Unit, obj types.Object) bool {
	return names.IsTest(u.Fset.PositionFor(obj.Pos(), false).Filename)
}

// forwards are the forms of what the types of the package have from embedded interfaces,
// and reports of those that can't be declared.
func forwards(u *unit.Unit, colors *color.Colors) (list []emit.Forward, diags diag.List) {
	conv := &emit.Converter{Info: u.Info, Pkg: u.Pkg}
	for named := range generatedFor(u, colors) {
		for _, f := range colors.Forwards(named) {
			remedy := "give it a field with a name, instead of embedding it"
			why := ""
			if form, _, _ := types.LookupFieldOrMethod(named, true, u.Pkg, names.Companion(f.Method.Name())); form != nil && form.Pkg() == u.Pkg && declaredFor(named, form) {
				why, remedy = form.Name()+" is declared already", "rename that"
			} else if !conv.CanName(f.Sig) {
				why = "the package can't write the types of its signature"
			}
			if why == "" {
				list = append(list, emit.Forward{Forward: f, Recv: receiver(named)})
				continue
			}
			diags = append(diags, diag.Diagnostic{
				Pos: u.Fset.Position(named.Obj().Pos()), Code: diag.InterfaceEmbedded,
				Message: named.Obj().Name() + " has " + f.Method.Name() + " from what it embeds, which may be resumable, but no resumable form of it can be generated: " + why,
				Remedy:  remedy,
			})
		}
	}
	return list, diags
}

// declaredFor reports whether a struct type declares a field or method itself.
func declaredFor(named *types.Named, obj types.Object) bool {
	for m := range named.Methods() {
		if m == obj {
			return true
		}
	}
	field, ok := obj.(*types.Var)
	return ok && slices.Contains(slices.Collect(named.Underlying().(*types.Struct).Fields()), field)
}

// receiver is a declared type as that of a receiver, with its own type
// parameters as arguments.
func receiver(named *types.Named) types.Type {
	var args []types.Type
	for p := range named.TypeParams().TypeParams() {
		args = append(args, p)
	}
	if len(args) == 0 {
		return named
	}
	t, err := types.Instantiate(nil, named, args, false)
	if err != nil {
		panic(err) // only validation fails
	}
	return t
}
