// Package alldeps holds the module to its rules of who imports what, and its
// dependencies to the list in alldeps.txt.
package alldeps

import (
	"encoding/json"
	"errors"
	"flag"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/going-green/greenlet"

var update = flag.Bool("update", false, "write alldeps.txt")

// A rule says which files may import a package.
type rule struct {
	imports string // the package, or its beginning if it ends in /
	only    string // files, or their folder if it ends in /, relative to the module
}

// onlyFrom are imports that only some may have.
var onlyFrom = []rule{
	{"github.com/dave/jennifer/", "rewrite/internal/emit/"},
	{"golang.org/x/tools/go/packages", "rewrite/internal/load/load.go"},
	{"github.com/fsnotify/fsnotify", "cmd/greenlet/internal/watch/"},
	{"golang.org/x/sys/", "hub/"},
	{"golang.org/x/net/http/", "hub/"},
}

// rooms are the packages that users run, with all that each imports of this module. Their
// order is that of the arrows: a room imports only rooms below it. A new room, or a new
// arrow, is a decision, and shows in review.
var rooms = []struct{ room, imports string }{
	{"cmd/greenlet", "cmd/greenlet/internal/watch durable durable/admin/api internal/coverage internal/delve internal/explain internal/names internal/stamp rewrite"},
	{"cmd/greenlet/internal/watch", "rewrite"},
	{"cmd/greenletvet", "analyzer"},

	// The analyzer has its own way to load, and shares the front end.
	{"analyzer/golangci", "analyzer"},
	{"analyzer", "internal/color internal/diag internal/directive internal/names internal/stamp internal/subset"},

	// The generator, from its front door down. Who loads and who lowers know nothing of
	// each other: a unit goes from one to the other.
	{"rewrite", "internal/diag internal/explain internal/names rewrite/internal/annotator rewrite/internal/explainer rewrite/internal/finish rewrite/internal/load rewrite/internal/lower rewrite/internal/unit rewrite/internal/work"},
	{"rewrite/internal/annotator", "internal/color internal/diag internal/directive internal/names internal/subset rewrite/internal/load"},
	{"rewrite/internal/explainer", "internal/color internal/diag internal/directive internal/explain internal/names internal/subset rewrite/internal/ir rewrite/internal/lower rewrite/internal/unit"},
	{"rewrite/internal/finish", "internal/names rewrite/internal/load rewrite/internal/unit rewrite/internal/work"},
	{"rewrite/internal/load", "internal/color internal/diag internal/directive internal/names internal/stamp internal/subset rewrite/internal/unit rewrite/internal/work"},
	{"rewrite/internal/lower", "internal/color internal/diag internal/names internal/subset rewrite/internal/emit rewrite/internal/ir rewrite/internal/unit rewrite/internal/work"},
	{"rewrite/internal/emit", "internal/color internal/directive internal/names internal/stamp rewrite/internal/ir"},
	{"rewrite/internal/ir", "internal/color internal/diag"},
	{"rewrite/internal/unit", "internal/color internal/directive internal/stamp"},
	{"rewrite/internal/work", ""},

	// The front end takes syntax and types, and knows neither of its users.
	{"internal/subset", "internal/color internal/diag internal/directive internal/names"},
	{"internal/color", "internal/directive internal/names"},
	{"internal/directive", "internal/diag internal/names"},
	{"internal/diag", ""},
	{"internal/names", ""},
	{"internal/stamp", ""},
	// What is told about a function is plain data, and so is how it is shown.
	{"internal/explain", ""},
	{"internal/coverage", ""},
	{"internal/delve", ""},

	// The command asks who serves durable tasks, and has none itself: it must be built before they are generated.
	{"durable/admin/api", "durable"},
	// Snapshots are shown by who can restore them, which stands on the runtime.
	{"durable", "durable/internal/hook runtime runtime/gen"},
	{"durable/internal/hook", "runtime"},
	{"runtime/gen", "runtime runtime/internal/argument runtime/internal/funcval runtime/internal/proto runtime/internal/yields"},
	{"runtime", "runtime/internal/argument runtime/internal/free runtime/internal/funcval runtime/internal/proto runtime/internal/yields"},
	{"runtime/internal/argument", ""},
	{"runtime/internal/free", ""},
	{"runtime/internal/funcval", ""},
	{"runtime/internal/proto", ""},
	{"runtime/internal/yields", ""},
}

// proofs are folders of what proves the product: only tests and each other import what
// is in them.
var proofs = []string{"internal/proof/", "internal/alldeps", "rewrite/internal/unit/unittest"}

// never are imports that some may not have, tests included where they are
// part of the package, but for those in the folder but.
var never = []struct{ from, imports, but string }{
	// What users link has no dependencies, and what generated code calls stands above what
	// users call.
	{"runtime", module + "/", "runtime/internal/"},
	{"runtime/internal/argument", module + "/", ""},
	{"runtime/internal/free", module + "/", ""},
	{"runtime/internal/funcval", module + "/", ""},
	{"runtime/internal/proto", module + "/", ""},
	// What is for tests stays out of the program.
	{"cmd/greenlet", "github.com/stretchr/testify", ""},
	{"rewrite", "github.com/stretchr/testify", ""},
	{"analyzer", "github.com/stretchr/testify", ""},
	{"internal/explain", "github.com/stretchr/testify", ""},
}

// listed is what go list tells about a package.
type listed struct {
	ImportPath, Dir                    string
	Standard                           bool
	Module                             *struct{ Path string }
	Imports, TestImports, XTestImports []string
	GoFiles, TestGoFiles, XTestGoFiles []string
}

// goList runs go list in the root of the module.
func goList(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-e", "-json=ImportPath,Dir,Standard,Module,Imports,TestImports,XTestImports,GoFiles,TestGoFiles,XTestGoFiles"}, args...)...)
	cmd.Dir = filepath.Join("..", "..")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

// within reports whether path is pattern, or below it if that ends in /.
func within(path, pattern string) bool {
	return path == pattern || strings.HasSuffix(pattern, "/") && strings.HasPrefix(path, pattern)
}

// ours are the paths of this module, without its own, and sorted.
func ours(paths []string) []string {
	var list []string
	for _, path := range paths {
		if room, ok := strings.CutPrefix(path, module+"/"); ok {
			list = append(list, room)
		}
	}
	slices.Sort(list)
	return list
}

func isProof(room string) bool {
	return slices.ContainsFunc(proofs, func(folder string) bool { return within(room, folder) })
}

func TestImportsOfRooms(t *testing.T) {
	above := map[string]bool{}
	floor := func(room string) int {
		return slices.IndexFunc(rooms, func(r struct{ room, imports string }) bool { return r.room == room })
	}
	for i, r := range rooms {
		assert.Falsef(t, above[r.room], "%s is listed twice", r.room)
		above[r.room] = true
		for _, to := range strings.Fields(r.imports) {
			assert.Greaterf(t, floor(to), i, "%s may import only what is listed below it, not %s", r.room, to)
		}
	}
	found := 0
	for _, p := range goList(t, "./...") {
		room := strings.TrimPrefix(p.ImportPath, module+"/")
		if i := floor(room); i >= 0 {
			found++
			assert.Equalf(t, strings.Fields(rooms[i].imports), append([]string{}, ours(p.Imports)...), "imports of %s", room)
			continue
		}
		for _, folder := range []string{"cmd/", "analyzer/", "rewrite/", "internal/"} {
			assert.Falsef(t, within(room, folder) && !isProof(room), "%s is not listed among the rooms", room)
		}
		for _, to := range ours(p.Imports) {
			assert.Falsef(t, isProof(to) && !isProof(room), "%s imports %s, which is for tests", room, to)
		}
	}
	assert.Equal(t, len(rooms), found, "a room is listed and not there")
}

// TestImportsOfGenerator: below internal, only what proves the generator imports it, tests
// included.
func TestImportsOfGenerator(t *testing.T) {
	for _, p := range goList(t, "./internal/...") {
		room := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, to := range ours(slices.Concat(p.Imports, p.TestImports, p.XTestImports)) {
			assert.Falsef(t, within(to+"/", "rewrite/") && !within(room, "internal/proof/"), "%s imports %s", room, to)
		}
	}
}

func TestImportsOfPackages(t *testing.T) {
	packages := goList(t, "./...")
	for _, p := range packages {
		from := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, rule := range never {
			if from != rule.from {
				continue
			}
			for _, path := range p.Imports {
				allowed := rule.but != "" && strings.HasPrefix(path, module+"/"+rule.but)
				assert.Falsef(t, strings.HasPrefix(path, rule.imports) && !allowed, "%s imports %s", from, path)
			}
		}
	}
	for _, rule := range never {
		known := slices.ContainsFunc(packages, func(p listed) bool { return p.ImportPath == module+"/"+rule.from })
		assert.Truef(t, known, "there is a rule for %s, but no such package", rule.from)
	}
}

func TestImportsOfFiles(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	for _, p := range goList(t, "./...") {
		for _, name := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
			file, err := filepath.Rel(root, filepath.Join(p.Dir, name))
			require.NoError(t, err)
			file = filepath.ToSlash(file)
			for _, path := range imports(t, filepath.Join(p.Dir, name)) {
				for _, rule := range onlyFrom {
					if within(path, rule.imports) {
						allowed := slices.ContainsFunc(strings.Fields(rule.only), func(only string) bool { return within(file, only) })
						assert.Truef(t, allowed, "%s imports %s, which is for %s", file, path, rule.only)
					}
				}
			}
		}
	}
}

func imports(t *testing.T, file string) []string {
	t.Helper()
	syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	require.NoError(t, err)
	var paths []string
	for _, spec := range syntax.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		paths = append(paths, path)
	}
	return paths
}

// TestModules compares the modules that are needed with alldeps.txt: a new
// dependency is a decision, and shows in review. After one, run
//
//	go test ./internal/alldeps -update
func TestModules(t *testing.T) {
	var list strings.Builder
	for _, of := range []struct{ what, args string }{
		{"by programs with greenlets (runtime)", "./runtime"},
		{"by programs with tasks (hub)", "./hub/..."},
		{"by the generator (cmd/greenlet)", "./cmd/greenlet"},
		{"by the analyzer (cmd/greenletvet)", "./cmd/greenletvet"},
		{"by tests as well", "-test ./..."},
	} {
		var modules []string
		for _, p := range goList(t, append([]string{"-deps"}, strings.Fields(of.args)...)...) {
			if p.Module != nil && p.Module.Path != module {
				modules = append(modules, p.Module.Path)
			}
		}
		slices.Sort(modules)
		list.WriteString("# needed " + of.what + "\n")
		for _, m := range slices.Compact(modules) {
			list.WriteString(m + "\n")
		}
	}
	if *update {
		require.NoError(t, os.WriteFile("alldeps.txt", []byte(list.String()), 0o666))
	}
	want, err := os.ReadFile("alldeps.txt")
	require.NoError(t, err)
	assert.Equal(t, string(want), list.String())
}
