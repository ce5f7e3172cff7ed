package rewrite_test

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// construct is a row of docs/constructs.md.
type construct struct {
	heading          string
	goldens, refused []string
}

var code = regexp.MustCompile("`([^`]+)`")

func codes(text string) (list []string) {
	for _, m := range code.FindAllStringSubmatch(text, -1) {
		list = append(list, m[1])
	}
	return list
}

// readConstructs reads the table, and the goldens that are named below it.
func readConstructs(t *testing.T) (table []construct, own []string) {
	data, err := os.ReadFile("../docs/constructs.md")
	require.NoError(t, err)
	before, after, found := strings.Cut(string(data), "\n## Goldens about our own things\n")
	require.True(t, found)
	_, rows, found := strings.Cut(before, "\n|---|---|---|---|\n")
	require.True(t, found)
	for line := range strings.Lines(rows) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), " | ")
		if strings.TrimSpace(line) == "" {
			continue
		}
		require.Len(t, cells, 4, line)
		table = append(table, construct{
			heading: strings.Trim(cells[0], "|* "),
			goldens: codes(cells[2]),
			refused: codes(cells[3]),
		})
	}
	for line := range strings.Lines(after) {
		if strings.HasPrefix(line, "- ") {
			own = append(own, codes(line)...)
		}
	}
	return table, own
}

func goldens(t *testing.T) map[string]bool {
	paths, err := filepath.Glob("../testdata/rewrite/*.txtar")
	require.NoError(t, err)
	names := map[string]bool{}
	for _, p := range paths {
		names[strings.TrimSuffix(filepath.Base(p), ".txtar")] = true
	}
	return names
}

// diagnosticCodes are the constants of type Code that the files of package diag declare
// which the pattern names.
func diagnosticCodes(t *testing.T, pattern string) map[string]bool {
	paths, err := filepath.Glob("../internal/diag/" + pattern)
	require.NoError(t, err)
	list := map[string]bool{}
	for _, p := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(node ast.Node) bool {
			if spec, ok := node.(*ast.ValueSpec); ok {
				for _, v := range spec.Values {
					if lit, ok := v.(*ast.BasicLit); ok {
						list[constant.StringVal(constant.MakeFromLiteral(lit.Value, lit.Kind, 0))] = true
					}
				}
			}
			return true
		})
	}
	require.NotEmpty(t, list)
	return list
}

// TestConstructs holds docs/constructs.md to the goldens and diagnostics that
// there are.
func TestConstructs(t *testing.T) {
	table, own := readConstructs(t)
	exists, known := goldens(t), diagnosticCodes(t, "codes*.go")
	named := map[string]bool{}
	name := func(where, golden string) {
		named[golden] = true
		assert.True(t, exists[golden], "%s: there is no golden %s", where, golden)
	}
	for _, c := range table {
		for _, golden := range c.goldens {
			name(c.heading, golden)
		}
		for _, code := range c.refused {
			assert.True(t, known[code], "%s: there is no diagnostic %s", c.heading, code)
		}
	}
	for _, golden := range own {
		name("our own things", golden)
	}
	for golden := range exists {
		assert.True(t, named[golden], "docs/constructs.md does not name the golden %s", golden)
	}
}

// reasoned is codes, and behind them the reason.
var reasoned = regexp.MustCompile("((?:`[^`]+`,? ?)+): [^;]+")

// TestConstructsRefused: docs/constructs.md lists every refusal with its reason, all
// that package diag has but for packages that can't be loaded, which are no Go programs,
// and what only greenletvet says.
func TestConstructsRefused(t *testing.T) {
	data, err := os.ReadFile("../docs/constructs.md")
	require.NoError(t, err)
	listed := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.TrimSuffix(line, " |\n"), " | ")
		if len(cells) != 4 {
			continue
		}
		for _, m := range reasoned.FindAllStringSubmatch(cells[3], -1) {
			for _, code := range codes(m[1]) {
				listed[code] = true
			}
		}
	}
	for _, pattern := range []string{"codes.go", "codes_packages.go", "codes_rewrite.go"} {
		for code := range diagnosticCodes(t, pattern) {
			assert.True(t, listed[code], "docs/constructs.md does not give the reason why %s is refused", code)
		}
	}
}

// TestConstructsOrder: the goldens that docs/evaluation-order.md gives exist.
func TestConstructsOrder(t *testing.T) {
	data, err := os.ReadFile("../docs/evaluation-order.md")
	require.NoError(t, err)
	exists, rules := goldens(t), 0
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(line, " | ")
		if len(cells) < 2 || !strings.HasSuffix(line, " |\n") || !strings.Contains(line, "`") {
			continue
		}
		list := codes(cells[len(cells)-1])
		assert.NotEmpty(t, list, line)
		for _, golden := range list {
			assert.True(t, exists[golden], "there is no golden %s", golden)
		}
		rules++
	}
	assert.Greater(t, rules, 20)
}

var heading = regexp.MustCompile(`(?s)<h([2-4])[^>]*>(.*?)</h[2-4]>`)
var tag = regexp.MustCompile(`<[^>]*>`)

// TestConstructsSpec: each heading of the specification is in the table once,
// in order.
func TestConstructsSpec(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	require.NoError(t, err)
	spec, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "doc", "go_spec.html"))
	if err != nil {
		t.Skip("this Go comes without its specification: ", err)
	}
	var want, got []string
	for _, m := range heading.FindAllStringSubmatch(string(spec), -1) {
		want = append(want, html.UnescapeString(tag.ReplaceAllString(m[2], "")))
	}
	table, _ := readConstructs(t)
	for _, c := range table {
		got = append(got, c.heading)
	}
	assert.Equal(t, want, got)
}
