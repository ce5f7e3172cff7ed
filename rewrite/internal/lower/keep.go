package lower

import (
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// Keep: for a debugger the variables of the source live for as long as their scopes last, and not
// only to their last use. Behind a suspension it would else show zeros for those that the program
// does not need any more.

// kept are, for each suspension, the variables in whose scopes it is. It makes no other frame
// necessary than a use behind the suspension would. Variables stay dead whose types the generated
// file may have no name for: to keep these, programs would be refused that are not without a debugger.
func kept(fn *ir.Func) map[*ir.Wait]ir.VarSet {
	sets := map[*ir.Wait]ir.VarSet{}
	for _, b := range fn.Blocks {
		w, ok := b.Term.(*ir.Wait)
		if !ok || w.Source == nil || !w.Source.Pos().IsValid() {
			continue
		}
		set := fn.NewVarSet()
		for _, v := range fn.Vars {
			if v.Kind != ir.Result && inScope(v, w.Source.Pos()) && writable(v.Type, fn.Obj.Pkg()) {
				set.Add(v)
			}
		}
		sets[w] = set
	}
	return sets
}

// inScope reports whether v is a variable of the source that has been declared before pos and can be
// named there. One that is declared by the statement at pos begins behind it.
func inScope(v *ir.Var, pos token.Pos) bool {
	if v.Obj == nil || v.Obj.Name() == "_" || v.Obj.Name() == "" || v.Obj.Parent() == nil {
		return false
	}
	_, at := v.Obj.Parent().LookupParent(v.Obj.Name(), pos)
	return at == v.Obj && v.Obj.Parent().Contains(pos) && v.Obj.Pos() < pos
}

// writable reports whether pkg can write down t, as emit may for what the source has not spelled out.
func writable(t types.Type, pkg *types.Package) bool {
	hidden := func(obj *types.TypeName) bool {
		return obj.Pkg() != nil && (obj.Parent() != obj.Pkg().Scope() || obj.Pkg() != pkg && !obj.Exported())
	}
	return !color.Mentions(t, func(t types.Type) bool {
		switch t := t.(type) {
		case *types.Alias:
			return hidden(t.Obj())
		case *types.Named:
			return hidden(t.Obj())
		case *types.Interface:
			return t.NumMethods() > 0 || t.NumEmbeddeds() > 0
		case *types.Basic, *types.Pointer, *types.Slice, *types.Array, *types.Chan, *types.Map, *types.Signature, *types.TypeParam:
			return false
		}
		return true // written out, with what may be in it
	})
}
