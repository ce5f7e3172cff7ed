package load

import (
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"slices"
)

// exports reads export data. Packages that it returns are shared by all that
// import them.
type exports struct {
	files map[string]string // by package path
	types types.Importer
	pkgs  map[string]*types.Package
	errs  map[string]error
}

// newExports reads what g has. Of packages without export data others, which list them
// as the user does, may tell more.
func newExports(fset *token.FileSet, g *graph, others ...*graph) *exports {
	x := &exports{files: map[string]string{}, pkgs: map[string]*types.Package{}, errs: map[string]error{}}
	for _, l := range g.all {
		if l.export != "" && l.forTest == "" {
			x.files[l.path] = l.export
		}
	}
	x.types = importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		file, ok := x.files[path]
		if !ok {
			for _, g := range append(others, g) {
				if l := g.all[path]; l != nil {
					if i := slices.IndexFunc(l.errors, listError.isCycle); i >= 0 {
						return nil, errors.New(l.errors[i].text())
					}
				}
			}
			return nil, fmt.Errorf("package %s is not found or does not compile", path)
		}
		return os.Open(file)
	})
	return x
}

// load makes the package available to get. It may not be called concurrently
// with anything that looks at types.
func (x *exports) load(path string) {
	if path == "C" || x.pkgs[path] != nil || x.errs[path] != nil {
		return
	}
	pkg, err := x.types.Import(path)
	x.pkgs[path] = pkg
	x.errs[path] = err
}

func (x *exports) get(path string) (*types.Package, error) {
	if err := x.errs[path]; err != nil {
		return nil, err
	}
	if pkg := x.pkgs[path]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("package %s is not among the dependencies", path)
}
