package rewrite_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/going-green/greenlet/internal/explain"
	"github.com/going-green/greenlet/internal/proof/oracle"
	"github.com/going-green/greenlet/rewrite"
)

// goldenModule writes the programs of the goldens as packages of one module.
func goldenModule(t *testing.T) (dir string, names []string) {
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	module := oracle.Files{"go.mod": oracle.GoMod(root)}
	paths, err := filepath.Glob("../testdata/rewrite/*.txtar")
	require.NoError(t, err)
	for _, p := range paths {
		archive, err := txtar.ParseFile(p)
		require.NoError(t, err)
		name := strings.TrimSuffix(filepath.Base(p), ".txtar")
		names = append(names, name)
		for _, f := range archive.Files {
			if base := path.Base(f.Name); base != "out.go" && !strings.HasSuffix(base, "_out.go") && base != "trace" {
				module[path.Join(name, f.Name)] = string(f.Data)
			}
		}
	}
	dir = t.TempDir()
	require.NoError(t, module.Write(dir))
	return dir, names
}

// TestExplain explains all functions of the goldens and shows them in all forms.
func TestExplain(t *testing.T) {
	dir, _ := goldenModule(t)
	list := explained(t, dir, "./...")
	for _, x := range explain.All(list) {
		if !consistent(t, x) {
			t.Log(x.Package, x.Func)
		}
	}
	var text, dot, page, js bytes.Buffer
	require.NoError(t, explain.Text(&text, list, true))
	require.NoError(t, explain.Dot(&dot, list))
	require.NoError(t, explain.HTML(&page, list))
	require.NoError(t, explain.JSON(&js, list))
	assert.Equal(t, len(explain.All(list)), strings.Count(page.String(), "<section "))
	var back []map[string]any
	require.NoError(t, json.Unmarshal(js.Bytes(), &back))
	assert.Len(t, back, len(list))
}

func explained(t *testing.T, dir string, patterns ...string) []*explain.Explanation {
	options := rewrite.Options{Dir: dir, Env: oracle.Environment(), Cache: "off", Explain: "*"}
	result, err := rewrite.Generate(t.Context(), options, patterns...)
	require.NoError(t, err)
	require.Empty(t, result.Diagnostics)
	require.NotEmpty(t, result.Explanations)
	return result.Explanations
}

// TestExplainSizes holds the sizes and offsets that are told of some goldens' frames
// to those of the compiler, by array types of that many bytes.
func TestExplainSizes(t *testing.T) {
	const step = 40 // all have been compared, which takes minutes
	dir, names := goldenModule(t)
	var patterns []string
	for i := 0; i < len(names); i += step {
		patterns = append(patterns, "./"+names[i]+"/...")
	}
	options := rewrite.Options{Dir: dir, Env: oracle.Environment(), Cache: "off", Deps: true}
	result, err := rewrite.Generate(t.Context(), options, patterns...)
	require.NoError(t, err)
	require.Empty(t, result.Diagnostics)
	checks := map[string][]string{}
	for _, x := range explain.All(explained(t, dir, patterns...)) {
		fr := x.Frame
		folder := filepath.Join(dir, filepath.FromSlash(path.Dir(x.Pos.File)))
		if fr.Bytes == explain.Unknown || !declares(t, folder, "type "+fr.Type+" struct") {
			continue // it has type parameters
		}
		checks[folder] = append(checks[folder], fmt.Sprintf("\t_ [%d]byte = [unsafe.Sizeof(%s{})]byte{}", fr.Bytes, fr.Type))
		for _, f := range fr.Fields {
			checks[folder] = append(checks[folder], fmt.Sprintf("\t_ [%d]byte = [unsafe.Offsetof(%s{}.%s)]byte{}", f.Offset, fr.Type, f.Name))
		}
	}
	require.NotEmpty(t, checks)
	for folder, lines := range checks {
		name := "main"
		if !declares(t, folder, "\npackage main\n") {
			name = filepath.Base(folder)
		}
		file := "package " + name + "\n\nimport \"unsafe\"\n\nvar (\n" + strings.Join(lines, "\n") + "\n)\n"
		require.NoError(t, os.WriteFile(filepath.Join(folder, "sizes.go"), []byte(file), 0o666))
	}
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"build"}, patterns...)...)
	cmd.Dir, cmd.Env = dir, oracle.Environment()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

// TestExplainLarge: a function of 10,000 statements, of which a tenth suspend, is
// explained. Without the checks that tests make after each pass that takes seconds.
func TestExplainLarge(t *testing.T) {
	const n, suspend = 10_000, 1000
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	var text strings.Builder
	text.WriteString("package a\n\nimport greenlet \"github.com/going-green/greenlet/runtime\"\n\n//greenlet:resumable\nfunc f(n int) {\n")
	for i := range n {
		if i%(n/suspend) == 0 {
			fmt.Fprintf(&text, "\tif n > %d {\n\t\tgreenlet.Yield(n)\n\t}\n", i)
		} else {
			fmt.Fprintf(&text, "\tn += %d\n", i)
		}
	}
	text.WriteString("}\n")
	dir := t.TempDir()
	require.NoError(t, oracle.Files{"go.mod": oracle.GoMod(root), "a.go": text.String()}.Write(dir))
	list := explained(t, dir, ".")
	assert.Len(t, list[0].States, suspend)
	assert.Equal(t, "it is too large: 1000 states", list[0].Graph.Omitted)
	var page bytes.Buffer
	require.NoError(t, explain.HTML(&page, list))
	assert.Contains(t, page.String(), "No graph: it is too large: 1000 states.")
}

// declares reports whether a generated file in folder has the text.
func declares(t *testing.T, folder, text string) bool {
	paths, err := filepath.Glob(filepath.Join(folder, "*_greenlet.go"))
	require.NoError(t, err)
	for _, p := range paths {
		data, err := os.ReadFile(p)
		require.NoError(t, err)
		if bytes.Contains(data, []byte(text)) {
			return true
		}
	}
	return false
}

// consistent checks that the parts of an explanation fit each other.
func consistent(t *testing.T, x *explain.Explanation) (ok bool) {
	nodes := []string{explain.Start, explain.Unwind, explain.Return}
	reached := map[string]bool{}
	for i := range x.States {
		s := &x.States[i]
		nodes = append(nodes, s.Name())
		assert.Equal(t, i+1, s.Number)
		assert.NotEmpty(t, s.Call)
		assert.NotEmpty(t, s.Op.Text())
		assert.GreaterOrEqual(t, s.Pos.Line, x.Pos.Line)
		assert.LessOrEqual(t, s.End.Line, x.End.Line)
		assert.NotZero(t, s.Resumes.Line)
		both := slices.Concat(s.Saved, s.Clean)
		assert.ElementsMatch(t, s.Live, both, "what is live is saved or clean")
		for _, name := range slices.Concat(s.Live, s.Cleared) {
			assert.NotNil(t, x.Frame.Field(name), "field %s", name)
		}
	}
	for _, e := range x.Graph.Edges {
		assert.Contains(t, nodes, e.From)
		assert.Contains(t, nodes, e.To)
		reached[e.To] = true
	}
	for _, s := range x.States {
		assert.True(t, reached[s.Name()], "nothing leads to state %d", s.Number)
	}
	for _, f := range x.Frame.Fields {
		if f.Boxed != "" {
			assert.True(t, strings.HasPrefix(f.Type, "*"), "a box is a pointer")
		}
		assert.NotContains(t, f.Boxed, "at -")
		assert.NotContains(t, f.Boxed, "0:0")
	}
	for _, a := range x.Allocations {
		assert.NotZero(t, a.Pos.Line)
	}
	assert.NotEmpty(t, x.Source.Lines)
	for _, m := range x.Source.Mentions {
		line := x.Source.Lines[m.Line-x.Source.First]
		assert.LessOrEqual(t, m.Column-1+m.Length, len(line))
	}
	return !t.Failed()
}
