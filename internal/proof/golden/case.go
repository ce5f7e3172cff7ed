package golden

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/proof/oracle"
)

// A Case is one file of testdata/rewrite: a program that uses one construct,
// what is generated from it, and what it prints.
//
//	What would go wrong.
//
//	-- in.go --        the program, with other files and packages if it needs them
//	-- dep/dep.go --
//	-- out.go --       generated from in.go
//	-- dep/dep_out.go --
//	-- trace --        printed by the oracle, and required of the rewritten program
//
// Generated code is on file only where its shape is the point: it changes with
// each improvement of the generator. An empty section asks for it, and -update
// fills it.
type Case struct {
	oracle.Program
	path     string
	header   string
	out      oracle.Files // generated files, by section
	trace    string
	hasTrace bool
}

const traceSection = "trace"

// plainRuns is what the header of a case says whose resumable functions, rewritten, run
// as plain code and are to switch there. All others must lose no suspension.
const plainRuns = "Plain runs are meant."

// withoutMeant is err, of running the rewritten case, unless that is of lost suspensions
// and they are meant.
func (c *Case) withoutMeant(err error) error {
	var lost *oracle.LostError
	switch meant := strings.Contains(c.header, plainRuns); {
	case meant && errors.As(err, &lost):
		return nil
	case meant && err == nil:
		return errors.New("the header says that plain runs are meant, but no suspension is lost")
	}
	return err
}

// load reads the case in the file at p.
func load(p string) (*Case, error) {
	archive, err := txtar.ParseFile(p)
	if err != nil {
		return nil, err
	}
	c := &Case{path: p, header: string(archive.Comment), out: oracle.Files{}}
	c.Name = strings.TrimSuffix(filepath.Base(p), ".txtar")
	c.Files = oracle.Files{}
	for _, f := range archive.Files {
		switch {
		case f.Name == traceSection:
			c.trace, c.hasTrace = string(f.Data), true
		case isOut(f.Name):
			c.out[f.Name] = string(f.Data)
		default:
			c.Files[f.Name] = string(f.Data)
		}
	}
	switch {
	case strings.TrimSpace(c.header) == "":
		return nil, fmt.Errorf("%s does not say what would go wrong", p)
	case c.Files["in.go"] == "":
		return nil, fmt.Errorf("%s has no in.go", p)
	}
	return c, nil
}

// save writes the case to its file, in its canonical form.
func (c *Case) save() error {
	archive := &txtar.Archive{Comment: []byte(c.header)}
	add := func(name, text string) {
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
	}
	for _, name := range c.Files.Sorted() {
		if path.Dir(name) == "." {
			add(name, c.Files[name])
		}
	}
	for _, name := range c.Files.Sorted() {
		if path.Dir(name) != "." {
			add(name, c.Files[name])
		}
	}
	for _, name := range c.out.Sorted() {
		add(name, c.out[name])
	}
	if c.hasTrace {
		add(traceSection, c.trace)
	}
	return os.WriteFile(c.path, txtar.Format(archive), 0o666)
}

// section is where a case keeps what is generated from a source file.
func section(source string) string {
	if source == "in.go" {
		return "out.go"
	}
	return strings.TrimSuffix(source, ".go") + "_out.go"
}

func isOut(name string) bool { return name == "out.go" || strings.HasSuffix(name, "_out.go") }

// generated maps the path of each file that may be generated to its section.
func (c *Case) generated() map[string]string {
	m := map[string]string{}
	for _, name := range c.Files.Sorted() {
		if path.Ext(name) == ".go" {
			m[names.Generated(name)] = section(name)
		}
	}
	return m
}
