package everywhere

import (
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Test is a program of a Go distribution's directory test.
type Test struct {
	Path string // slash-separated, below the directory
	Text string
	Want string // what it is expected to print
	Out  string // why it is left out, or ""
}

// Tests lists the programs below dir that consist of one file and are to be
// run: the recipe, their first comment, says so.
func Tests(dir string) ([]Test, error) {
	var list []Test
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && filepath.Ext(path) == ".dir" {
			return fs.SkipDir // the files of a test, not tests
		}
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rest, ok := strings.CutPrefix(recipe(string(data)), "run")
		if !ok || rest != "" && rest[0] != ' ' {
			return nil
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		t := Test{Path: filepath.ToSlash(rel), Text: string(data)}
		if want, err := os.ReadFile(strings.TrimSuffix(path, ".go") + ".out"); err == nil {
			t.Want = string(want)
		}
		t.Out = outside(path, data, strings.TrimSpace(rest))
		list = append(list, t)
		return nil
	})
	slices.SortFunc(list, func(a, b Test) int { return strings.Compare(a.Path, b.Path) })
	return list, err
}

// recipe is the first line that is no build constraint, without its slashes.
func recipe(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//go:build") {
			continue
		}
		r, _ := strings.CutPrefix(line, "//")
		return strings.TrimSpace(r)
	}
	return ""
}

// outside says why a program can't take part, by what can be read from its
// head.
func outside(path string, data []byte, args string) string {
	if args != "" {
		return "needs flags or arguments"
	}
	if ok, err := build.Default.MatchFile(filepath.Dir(path), filepath.Base(path)); err != nil || !ok {
		return "build constraint"
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, data, parser.ImportsOnly)
	if err != nil {
		return "does not parse"
	}
	for _, spec := range file.Imports {
		switch p, _ := strconv.Unquote(spec.Path.Value); {
		case p == "C":
			return "cgo"
		case strings.Contains(p, "internal/") || strings.HasPrefix(p, "."):
			return "imports " + p
		}
	}
	return ""
}
