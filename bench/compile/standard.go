package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// standard makes a module of packages of the standard library with every function
// marked, but those that the generator refuses to rewrite.
func standard(ctx context.Context, t *tool) (*module, error) {
	m, err := t.newModule("standard library", "standard")
	if err != nil {
		return nil, err
	}
	listed, err := listStandard(ctx)
	if err != nil {
		return nil, err
	}
	c := &corpus{module: m, unmarked: map[place]bool{}}
	for _, p := range listed {
		if err := c.copy(p); err != nil {
			return nil, err
		}
	}
	if len(c.files) == 0 {
		return nil, errors.New("no package of the standard library can be copied")
	}
	return m, c.settle(ctx, t)
}

// listing is what go list says of a package.
type listing struct {
	Dir, ImportPath string
	GoFiles         []string
	Imports         []string
	SFiles          []string
}

// listStandard lists the packages that other modules could have: those that import
// nothing which is internal and aren't so themselves.
func listStandard(ctx context.Context) ([]listing, error) {
	out, err := command(ctx, "", "go", "list", "-json=Dir,ImportPath,GoFiles,Imports,SFiles", "std")
	if err != nil {
		return nil, err
	}
	var all []listing
	for d := json.NewDecoder(strings.NewReader(out.stdout)); ; {
		var p listing
		if err := d.Decode(&p); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		special := func(path string) bool {
			return path == "unsafe" || path == "C" || slices.Contains(strings.Split(path, "/"), "internal") || strings.HasPrefix(path, "vendor/")
		}
		if !special(p.ImportPath) && !slices.ContainsFunc(p.Imports, special) && len(p.SFiles) == 0 {
			all = append(all, p)
		}
	}
}

// place is a function: by its file and the line that its name is on, as copied
// without marks.
type place struct {
	path string
	line int
}

// corpus is the packages, and which functions are not to be marked.
type corpus struct {
	*module
	files    []*original
	unmarked map[place]bool
}

// original is a file without marks, and where its functions are.
type original struct {
	path      string // of the copy
	text      []byte
	functions []function
}

type function struct {
	offset           int // of func
	line, last       int // in the original
	marked, markedTo int // lines in the copy
}

// copy takes over the files of a package.
func (c *corpus) copy(p listing) error {
	dir := filepath.Join(c.dir, filepath.FromSlash(p.ImportPath))
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, name := range p.GoFiles {
		text, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			return err
		}
		o := &original{path: filepath.Join(dir, name), text: text}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil || f.Recv == nil && f.Name.Name == "init" || f.Name.Name == "_" {
				continue
			}
			o.functions = append(o.functions, function{
				offset: fset.Position(f.Type.Func).Offset,
				line:   fset.Position(f.Type.Func).Line, last: fset.Position(f.End()).Line,
			})
		}
		c.files = append(c.files, o)
	}
	return nil
}

// write writes the files with marks.
func (c *corpus) write() error {
	c.functions, c.refused = 0, 0
	for _, o := range c.files {
		var b bytes.Buffer
		at, lines := 0, 0
		for i := range o.functions {
			f := &o.functions[i]
			b.Write(o.text[at:f.offset])
			at = f.offset
			if c.unmarked[place{o.path, f.line}] {
				c.refused++
			} else {
				c.functions++
				b.WriteString("//\n//greenlet:resumable\n")
				lines += 2
			}
			f.marked, f.markedTo = f.line+lines, f.last+lines
		}
		b.Write(o.text[at:])
		if err := os.WriteFile(o.path, b.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}

var position = regexp.MustCompile(`(?m)^\t?(\S+\.go):(\d+):\d+: `)

// settle drops the marks of what is refused, until nothing is.
func (c *corpus) settle(ctx context.Context, t *tool) error {
	for {
		if err := c.write(); err != nil {
			return err
		}
		if c.functions == 0 {
			return errors.New("every function is refused")
		}
		out, err := command(ctx, c.dir, t.program, "./...")
		if err == nil || ctx.Err() != nil {
			return err
		}
		before := len(c.unmarked)
		for _, match := range position.FindAllStringSubmatch(out.stderr, -1) {
			line, err := strconv.Atoi(match[2])
			if err != nil {
				return err
			}
			c.unmark(filepath.Join(c.dir, match[1]), line)
		}
		if len(c.unmarked) == before {
			return fmt.Errorf("what is refused is in no function: %w", err)
		}
	}
}

// unmark drops the mark of the function that a line of a copy is in.
func (c *corpus) unmark(path string, line int) {
	for _, o := range c.files {
		if o.path != path {
			continue
		}
		for _, f := range o.functions {
			if f.marked-2 <= line && line <= f.markedTo {
				c.unmarked[place{path, f.line}] = true
			}
		}
	}
}
