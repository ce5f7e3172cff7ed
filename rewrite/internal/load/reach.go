package load

import (
	"go/types"

	"github.com/going-green/greenlet/internal/names"
)

// Reach: the packages that a package imports, directly or not. Values of their types come
// to it through those between, so that calls reach their methods, and generated code may
// have to name what the source never does.

// reached are the packages that n imports, directly or not, by path.
func (n *Loaded) reached() map[string]*listed {
	n.reachedOnce.Do(func() {
		n.reach = map[string]*listed{}
		var visit func(l *listed)
		visit = func(l *listed) {
			for _, path := range sortedKeys(l.imports) {
				if imp := l.imports[path]; n.reach[imp.path] != imp {
					n.reach[imp.path] = imp
					visit(imp)
				}
			}
		}
		visit(n.listed)
	})
	return n.reach
}

// find is the package that n, or what is generated for it, imports as path.
func (n *Loaded) find(path string) *listed {
	if imp := n.imports[path]; imp != nil {
		return imp
	}
	return n.reached()[path]
}

// resumable are the packages that n reaches and that may have resumable functions.
func (c *Checker) resumable(n *Loaded) (list []*listed) {
	reached := n.reached()
	for _, path := range sortedKeys(reached) {
		l := reached[path]
		if names.IsRuntime(path) {
			continue
		}
		if l.imports[names.RuntimePath] != nil || l.imports[names.GenPath] != nil || c.scan(l) != nil {
			list = append(list, l)
		}
	}
	return list
}

// concerned reports whether l is the user's, and has what is resumable, or may call it: how its
// plain functions suspend shows in their bodies only. The go command does not know either what
// the frames of ours yield.
func (c *Checker) concerned(l *listed) bool {
	if !l.editable() || names.IsRuntime(l.path) {
		return false
	}
	if c.scan(l) != nil {
		return true
	}
	for _, imp := range l.imports {
		switch {
		case imp.path == names.RuntimePath:
			return true
		case names.IsRuntime(imp.path):
		case imp.imports[names.RuntimePath] != nil, imp.imports[names.GenPath] != nil, c.scan(imp) != nil:
			return true
		}
	}
	return false
}

// deps are the types of the packages that c.resumable lists, as far as they have any.
func (c *Checker) deps(n *Loaded) (list []*types.Package) {
	for _, l := range c.resumable(n) {
		if m := c.nodes[l]; m != nil {
			if !m.failed() || c.tolerant && m.pkg != nil {
				list = append(list, m.pkg)
			}
		} else if pkg, err := c.exports.get(l.path); err == nil {
			list = append(list, pkg)
		}
	}
	return list
}
