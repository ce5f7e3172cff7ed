package everywhere

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/internal/proof/oracle"
)

// checker type-checks programs that import nothing but the standard library.
type checker struct {
	fset     *token.FileSet
	importer types.Importer
}

// newChecker asks the go command for the packages that the tests import.
func newChecker(tests []Test) (*checker, error) {
	paths := map[string]bool{"os": true}
	for _, t := range tests {
		file, err := parser.ParseFile(token.NewFileSet(), t.Path, t.Text, parser.ImportsOnly)
		if err != nil {
			return nil, err
		}
		for _, spec := range file.Imports {
			if p, err := strconv.Unquote(spec.Path.Value); err == nil && p != "unsafe" {
				paths[p] = true
			}
		}
	}
	args := []string{"list", "-e", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}"}
	cmd := exec.Command("go", append(args, slices.Sorted(maps.Keys(paths))...)...)
	cmd.Env = oracle.Environment()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.Dir = os.TempDir()
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, stderr.String())
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		exports[path] = file
	}
	c := &checker{fset: token.NewFileSet()}
	c.importer = importer.ForCompiler(c.fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, errors.New("no package " + path)
		}
		return os.Open(exports[path])
	})
	return c, nil
}

func (c *checker) load(t Test) (*program, error) {
	p := &program{Test: t, name: dirName(t.Path), fset: c.fset, plain: map[ast.Node]bool{}}
	var err error
	if p.file, err = parser.ParseFile(c.fset, t.Path, t.Text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return nil, err
	}
	p.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	conf := types.Config{Importer: c.importer, Sizes: types.SizesFor("gc", "amd64"), GoVersion: "go1.26"}
	_, err = conf.Check("main", c.fset, []*ast.File{p.file}, p.info)
	return p, err
}

// dirName is a directory of its own for the program at path.
func dirName(path string) string {
	return "p_" + strings.NewReplacer("/", "_", "-", "_", ".", "_").Replace(strings.TrimSuffix(path, ".go"))
}
