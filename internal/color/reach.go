package color

import (
	"go/types"

	"github.com/going-green/greenlet/internal/names"
)

// resumable are the packages that p imports, directly or not, and that can have
// companions, each once. That export data names no more than it needs is why types alone
// don't show them all: a function that returns an interface says nothing of who
// implements it.
func (p *Package) resumable() (list []*types.Package) {
	seen := map[*types.Package]bool{p.Pkg: true}
	var visit func(pkg *types.Package)
	visit = func(pkg *types.Package) {
		if pkg == nil || seen[pkg] {
			return
		}
		seen[pkg] = true
		if usesRuntime(pkg) {
			list = append(list, pkg)
		}
		for _, imp := range pkg.Imports() {
			visit(imp)
		}
	}
	if p.Pkg == nil {
		return nil
	}
	for _, imp := range p.Pkg.Imports() {
		visit(imp)
	}
	for _, dep := range p.Deps {
		visit(dep)
	}
	return list
}

// usesRuntime reports whether a package can have companions: package gen, which imports the
// runtime, too, has none.
func usesRuntime(pkg *types.Package) bool {
	if names.IsRuntime(pkg.Path()) {
		return false
	}
	for _, imp := range pkg.Imports() {
		if names.IsRuntime(imp.Path()) {
			return true
		}
	}
	return false
}
