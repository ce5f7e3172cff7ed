package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
)

// amount is how much code there is: without blank lines, indentation and //line.
type amount struct{ lines, bytes int }

func (s *amount) add(line string) {
	if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//line ") {
		s.lines++
		s.bytes += len(line) + 1
	}
}

// sizes writes what is generated for the annotated functions below the directories, tests
// left out, and for what.
func sizes(w io.Writer, dirs ...string) error {
	var source, generated amount
	functions := 0
	kinds := map[string]*amount{}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			lines := strings.Split(string(text), "\n")
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, "", lineComments.ReplaceAll(text, nil), parser.ParseComments)
			if err != nil {
				return err
			}
			if strings.Contains(filepath.Base(path), "_greenlet") {
				for _, line := range lines {
					generated.add(line)
				}
				lines = strings.Split(string(lineComments.ReplaceAll(text, nil)), "\n")
				for _, decl := range file.Decls {
					kind := kindOf(decl)
					if kinds[kind] == nil {
						kinds[kind] = new(amount)
					}
					for _, line := range span(fset, lines, decl) {
						kinds[kind].add(line)
					}
				}
				return nil
			}
			for _, decl := range file.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && fn.Doc != nil && slices.ContainsFunc(fn.Doc.List, isDirective) {
					functions++
					for _, line := range span(fset, lines, fn) {
						source.add(line)
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if source.lines == 0 {
		return fmt.Errorf("no annotated functions below %s", strings.Join(dirs, ", "))
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\tlines\tbytes\tlines for one\tbytes for one\t\n")
	row := func(name string, s amount) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%.2f\t%.2f\t\n", name, s.lines, s.bytes, float64(s.lines)/float64(source.lines), float64(s.bytes)/float64(source.bytes))
	}
	row(fmt.Sprintf("%d annotated functions", functions), source)
	row("generated", generated)
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(kinds[b].bytes, kinds[a].bytes) })
	for _, name := range names {
		row(name, *kinds[name])
	}
	return t.Flush()
}

var lineComments = regexp.MustCompile(`(?m)^//line .*$`)

func isDirective(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//greenlet:resumable") }

// span is the lines of a declaration.
func span(fset *token.FileSet, lines []string, decl ast.Decl) []string {
	return lines[fset.Position(decl.Pos()).Line-1 : fset.Position(decl.End()).Line]
}

// kindOf says what a generated declaration is there for.
func kindOf(decl ast.Decl) string {
	switch d := decl.(type) {
	case *ast.GenDecl:
		switch d.Tok {
		case token.TYPE:
			return "types"
		case token.VAR:
			return "descriptions"
		case token.IMPORT:
			return "imports"
		}
	case *ast.FuncDecl:
		name := d.Name.Name
		switch {
		case name == "body", strings.HasSuffix(name, "Resumable") && d.Body != nil && len(d.Body.List) > 1:
			return "hot calls"
		case name == "Resume", name == "Ask", name == "step", name == "run":
			return "resumptions"
		case strings.HasSuffix(name, "Resumable"), strings.HasSuffix(name, "Deferred"):
			return "companions of one line"
		case strings.HasSuffix(name, "Frame"):
			return "constructors"
		case name == "init":
			return "registrations"
		}
		return "small methods"
	}
	return "else"
}
