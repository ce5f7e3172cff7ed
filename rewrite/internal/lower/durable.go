package lower

import (
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// durableVars notes in fn.Refused the variables of a durable function that live across a
// suspension and can't be saved, as far as their types tell.
func durableVars(c *passContext, fn *ir.Func) {
	if !fn.Durable {
		return
	}
	seen := map[*ir.Var]bool{}
	for _, b := range fn.Blocks {
		w, ok := b.Term.(*ir.Wait)
		if !ok {
			continue
		}
		for _, v := range w.Live {
			if why := unsaved(v); why != "" && !seen[v] {
				seen[v] = true
				fn.Refused = append(fn.Refused, durableRefusal(c, fn, v, w, why))
			}
		}
	}
}

func durableRefusal(c *passContext, fn *ir.Func, v *ir.Var, w *ir.Wait, why string) diag.Diagnostic {
	pos, name := v.Pos, v.Name
	if v.Obj == nil || !pos.IsValid() {
		pos, name = w.Source.Pos(), "a value"
	}
	at := func(pos token.Pos) token.Position { return c.unit.Fset.Position(pos) }
	return diag.Diagnostic{
		Pos: at(pos), Code: diag.DurableVariable,
		Message: name + " lives across a suspension of a durable function, and can't be saved: " + why,
		Related: []diag.Related{{Pos: at(w.Source.Pos()), Message: "it is suspended here"}},
		Remedy:  "keep it elsewhere, in a type with a codec or a resource, or use it before the suspension only",
	}
}

// unsaved says why values of the variable can't be saved, or "".
func unsaved(v *ir.Var) string {
	if v.Witness != nil {
		return "its type has no name in this package"
	}
	switch t := v.Type.(type) {
	case *ir.MapIter, *ir.LoopState:
		return ""
	default:
		return unsavedType(t)
	}
}

// unsavedType looks into types without names only: others may have codecs.
func unsavedType(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Chan:
		return "it is a channel"
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return "it is an unsafe pointer"
		}
	case *types.Pointer:
		return unsavedType(t.Elem())
	case *types.Slice:
		return unsavedType(t.Elem())
	case *types.Array:
		return unsavedType(t.Elem())
	case *types.Map:
		if why := unsavedType(t.Key()); why != "" {
			return why
		}
		return unsavedType(t.Elem())
	}
	return ""
}
