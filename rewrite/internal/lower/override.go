package lower

// Overrides: a plain method that overrides a promoted one which is resumable, be
// it declared or promoted from a lesser depth. The companion of the other is
// promoted all the same, and a call of the method through an interface would
// find it. So it is hidden by a method of its name which is no
// companion. (Where the generator does not run on the package of the overriding
// type, nothing hides it; greenletvet reports it there.)

import (
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/emit"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// overrides are the forms to hide in the package of u, those of test files if it is
// these that are generated from.
func overrides(u *unit.Unit, colors *color.Colors) (list []emit.Hidden) {
	tests := false
	for _, file := range u.Files {
		tests = tests || u.Wants(file) && names.IsTest(u.Path(file))
	}
	for tn, named := range colors.DeclaredTypes() {
		if names.IsTest(u.Fset.PositionFor(tn.Pos(), false).Filename) != tests {
			continue
		}
		for _, o := range colors.Overrides(named) {
			recv := receiver(named)
			if !o.Exposed {
				recv = o.Method.Signature().Recv().Type()
			}
			list = append(list, emit.Hidden{Recv: recv, Method: o.Method.Name(), Form: o.Form.Name()})
		}
	}
	return list
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
