package color

import "go/types"

// Exposed are the resumable methods of what the struct type t embeds whose
// companions t has, although its own method of the name is another one: a plain
// one that it has from a type embedded at a lesser depth. Whoever looks for a
// companion in a value of type t would find the wrong one.
//
// Types that are embedded are taken to be in order themselves. Methods that t
// declares are left out.
func (c *Colors) Exposed(t types.Type) (list []*types.Func) {
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	seen := map[*types.Func]bool{}
	for field := range st.Fields() {
		if !field.Embedded() || types.IsInterface(field.Type()) {
			continue
		}
		base := types.Unalias(field.Type())
		if p, ok := base.(*types.Pointer); ok {
			base = p.Elem()
		}
		for sel := range types.NewMethodSet(types.NewPointer(base)).Methods() {
			m, ok := sel.Obj().(*types.Func)
			if !ok || seen[m] || !c.Resumable(m) {
				continue
			}
			obj, index, _ := types.LookupFieldOrMethod(t, true, m.Pkg(), m.Name())
			if fn, ok := obj.(*types.Func); ok && len(index) > 1 && fn != m && !c.Resumable(fn) {
				seen[m] = true
				list = append(list, m)
			}
		}
	}
	return list
}
