package color

import "go/types"

// Plain code that greenlet.OnStack runs, on a stack of its own, where all can suspend.

// IsSection reports whether functions of type t are for [greenlet.OnStack], which runs them
// as they are written: their only parameter is a Section.
func IsSection(t types.Type) bool {
	sig, ok := t.(*types.Signature)
	return ok && sig.Params().Len() == 1 && sig.Results().Len() == 0 && isSection(sig.Params().At(0).Type())
}

// OnSection reports whether fn has a Section, and so is called where all can suspend.
func OnSection(fn *types.Func) bool {
	for v := range fn.Signature().Params().Variables() {
		if isSection(v.Type()) {
			return true
		}
	}
	return false
}

func isSection(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == "Section" && isRuntimeType(named.Obj())
}
