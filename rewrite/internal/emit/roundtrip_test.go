package emit

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/dave/jennifer/jen"
	"github.com/stretchr/testify/assert"
)

var full = flag.Bool("full", false, "round-trip all of GOROOT/src rather than a few packages")

// sample has large and small packages, old and new style, and much commented
// code.
var sample = []string{
	"encoding/json", "fmt", "go/printer", "go/types", "iter", "maps", "math/big", "reflect", "regexp", "slices", "strconv", "sync",
	"text/template", "time",
}

// stats counts functions over a round trip.
type stats struct {
	sync.Mutex
	funcs, same, verbatim, comments int
}

// TestRoundTrip converts the functions of the standard library and parses what
// comes out: it must be the syntax that went in. With layout, no comment may be
// lost, and nearly all text must be the same.
func TestRoundTrip(t *testing.T) {
	root := filepath.Join(build.Default.GOROOT, "src")
	dirs := []string{root}
	if !*full {
		dirs = nil
		for _, dir := range sample {
			dirs = append(dirs, filepath.Join(root, dir))
		}
	}
	t.Run("bare", func(t *testing.T) { roundTrip(t, dirs, false) })
	t.Run("layout", func(t *testing.T) { roundTrip(t, dirs, true) })
}

func roundTrip(t *testing.T, dirs []string, layout bool) {
	var total stats
	files := make(chan string)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for file := range files {
				roundTripFile(t, file, layout, &total)
			}
		})
	}
	for _, dir := range dirs {
		assert.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && (d.Name() == "testdata" || !*full && path != dir) {
				return fs.SkipDir
			}
			if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				files <- path
			}
			return nil
		}))
	}
	close(files)
	wg.Wait()
	t.Logf("%d of %d functions have the same syntax, %d the same text; %d comments kept",
		total.same, total.funcs, total.verbatim, total.comments)
	assert.Equal(t, total.funcs, total.same)
	assert.Greater(t, total.funcs, 1000)
	if layout {
		assert.Greater(t, float64(total.verbatim), 0.95*float64(total.funcs))
	}
}

func roundTripFile(t *testing.T, path string, layout bool, total *stats) {
	src, err := os.ReadFile(path)
	if !assert.NoError(t, err) {
		return
	}
	fset := token.NewFileSet()
	in, err := parser.ParseFile(fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if !assert.NoError(t, err) {
		return
	}
	before := dump(in)
	text, err := convertFile(fset, in, layout)
	if !assert.NoError(t, err, path) {
		return
	}
	assert.Equal(t, before, dump(in), "%s: the input has changed", path)
	out, err := parser.ParseFile(fset, path+" (converted)", text, parser.ParseComments|parser.SkipObjectResolution)
	if !assert.NoError(t, err, path) {
		return
	}
	converted := bodies(out)
	if !assert.Len(t, converted, len(bodies(in)), path) {
		return
	}
	total.Lock()
	defer total.Unlock()
	cmp := comparison{FileImports(in), FileImports(out)}
	for i, fn := range bodies(in) {
		name := fmt.Sprintf("%s: %s", fset.Position(fn.Pos()), fn.Name.Name)
		total.funcs++
		if assert.NoError(t, cmp.same(reflect.ValueOf(fn), reflect.ValueOf(converted[i])), name) {
			total.same++
		}
		if !layout {
			continue
		}
		want := commentsIn(in, fn)
		total.comments += len(want)
		assert.ElementsMatch(t, want, commentsIn(out, converted[i]), name)
		if bytes.Equal(textOf(fset, src, fn.Body), textOf(fset, text, converted[i].Body)) {
			total.verbatim++
		}
	}
}

// convertFile makes a file of a file's functions.
func convertFile(fset *token.FileSet, in *ast.File, layout bool) ([]byte, error) {
	file := jen.NewFile(in.Name.Name)
	imports := NewImports(nil)
	imports.AddFile(in, nil)
	c := &Converter{Imports: imports, PackageNames: FileImports(in)}
	if layout {
		c.Comments = NewComments(fset, in)
	}
	for _, fn := range bodies(in) {
		file.Add(c.funcDecl(fn))
	}
	imports.Hint(file)
	var buf bytes.Buffer
	err := file.Render(&buf)
	return buf.Bytes(), err
}

// funcDecl is what a generator would do for an unchanged function.
func (c *Converter) funcDecl(fn *ast.FuncDecl) *jen.Statement {
	head := jen.Func()
	if fn.Recv != nil {
		head.Params(c.Params(fn.Recv)...)
	}
	head.Id(fn.Name.Name).Add(c.TypeParams(fn.Type.TypeParams)).Add(c.Signature(fn.Type))
	return c.braced(head, "{", fn.Body, "}", c.statements(fn.Body.List, false), true)
}

func bodies(file *ast.File) []*ast.FuncDecl {
	var out []*ast.FuncDecl
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			out = append(out, fn)
		}
	}
	return out
}

func textOf(fset *token.FileSet, src []byte, n ast.Node) []byte {
	return src[fset.PositionFor(n.Pos(), false).Offset:fset.PositionFor(n.End(), false).Offset]
}

// commentsIn lists the comments of a function's body, as far as conversion
// must keep them: a directive becomes a remark, and gofmt indents.
func commentsIn(file *ast.File, fn *ast.FuncDecl) []string {
	var list []string
	for _, group := range file.Comments {
		for _, k := range group.List {
			if fn.Body.Pos() < k.Pos() && k.Pos() < fn.Body.End() {
				list = append(list, strings.Join(strings.Fields(strings.TrimLeft(k.Text, "/*")), " "))
			}
		}
	}
	return list
}

// dump prints a tree with its positions.
func dump(n ast.Node) string {
	var buf bytes.Buffer
	ast.Inspect(n, func(n ast.Node) bool {
		if n != nil {
			fmt.Fprintf(&buf, "%T %d %d;", n, n.Pos(), n.End())
		}
		return true
	})
	return buf.String()
}

// A comparison knows which paths the import names of two files stand for.
type comparison struct{ a, b map[string]string }

// same compares syntax trees. Positions count only where they carry meaning;
// comments, resolved objects, and empty statements don't.
func (c comparison) same(a, b reflect.Value) error {
	if a.Kind() != b.Kind() || a.IsValid() && a.Type() != b.Type() {
		return fmt.Errorf("%v is now %v", a, b)
	}
	switch a.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.Interface, reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			if a.IsNil() != b.IsNil() {
				return fmt.Errorf("%v is now %v", a, b)
			}
			return nil
		}
		return c.same(a.Elem(), b.Elem())
	case reflect.Slice:
		return c.sameList(a, b)
	case reflect.Struct:
		if x, ok := a.Interface().(ast.Ident); ok {
			// A file may import a package under two names.
			y := b.Interface().(ast.Ident)
			if path := c.a[x.Name]; path != "" && path == c.b[y.Name] {
				return nil
			}
		}
		for i := range a.NumField() {
			if err := c.sameField(a.Type(), i, a.Field(i), b.Field(i)); err != nil {
				return err
			}
		}
		return nil
	}
	if !a.Equal(b) {
		return fmt.Errorf("%v is now %v", a, b)
	}
	return nil
}

func (c comparison) sameList(a, b reflect.Value) error {
	x, y := elems(a), elems(b)
	if len(x) != len(y) {
		return fmt.Errorf("%d %v are now %d", len(x), a.Type(), len(y))
	}
	for i := range x {
		if err := c.same(x[i], y[i]); err != nil {
			return err
		}
	}
	return nil
}

func elems(list reflect.Value) []reflect.Value {
	var out []reflect.Value
	for i := range list.Len() {
		if _, ok := list.Index(i).Interface().(*ast.EmptyStmt); !ok {
			out = append(out, list.Index(i))
		}
	}
	return out
}

func (c comparison) sameField(owner reflect.Type, i int, a, b reflect.Value) error {
	field := owner.Field(i)
	var err error
	switch a.Interface().(type) {
	case token.Pos:
		if field.Name == "Assign" || field.Name == "Ellipsis" {
			if a.Interface().(token.Pos).IsValid() != b.Interface().(token.Pos).IsValid() {
				err = fmt.Errorf("it is only on one side")
			}
		}
	//lint:ignore SA1019 the parser still fills them in
	case *ast.CommentGroup, *ast.Object, *ast.Scope:
	case bool:
		if field.Name != "Implicit" {
			err = c.same(a, b)
		}
	default:
		err = c.same(a, b)
	}
	if err != nil {
		return fmt.Errorf("%s.%s: %w", strings.TrimPrefix(owner.String(), "ast."), field.Name, err)
	}
	return nil
}
