package emit

import (
	"fmt"
	"go/types"
	"hash/fnv"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// What tracebacks and messages need of functions: one variable for a file, with a line for
// each of its functions, of which the runtime makes descriptions when it is asked for one.
//
//	var walk_go = gen.Funcs{Package: "p", File: "p/walk.go", List: `
//	(*tree).walk 12: 15 t; 17 =; 19
//	merge 23 41: 30 a b; 35 -a
//	`}

// described are the descriptions of the functions of a file.
type described struct {
	name  string // of the variable
	lines []string
}

// newDescribed are those of the file at path, of a package.
func newDescribed(path string, pkg *types.Package) *described {
	base := filepath.Base(path)
	safe := strings.Map(func(r rune) rune {
		if r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, base)
	if stem := strings.TrimSuffix(base, ".go"); safe != stem+"_go" { // another file may have it
		h := fnv.New32a()
		h.Write([]byte(base))
		safe += fmt.Sprintf("_%x", h.Sum32())
	}
	if '0' <= safe[0] && safe[0] <= '9' {
		safe = "_" + safe
	}
	return &described{name: freeIn(pkg, safe)}
}

// emit declares the variable, for functions of a package as tracebacks name it and of the
// file, as go build -trimpath has it.
func (d *described) emit(c *Converter, out *jen.File, pkg, file string) {
	text := "\n" + strings.Join(d.lines, "\n") + "\n"
	list := jen.Lit(text)
	if !strings.ContainsAny(text, "`\x00\r\ufeff") {
		list = jen.Op("`" + text + "`")
	}
	out.Var().Id(d.name).Op("=").Add(c.rt("Funcs")).Add(oneLineList(
		jen.Id("Package").Op(":").Lit(pkg), jen.Id("File").Op(":").Lit(file), jen.Id("List").Op(":").Add(list)))
}

// describe adds what tracebacks say about the function.
func (e *funcEmitter) describe(out *jen.File) {
	out.Func().Params(jen.Op("*").Add(e.frameRef())).Id("Func").Params().Op("*").Add(e.rt("Func")).
		Add(oneLine(jen.Return(jen.Id(e.described.name).Dot("At").Call(jen.Lit(len(e.described.lines))))))
	text := e.nameInPackage()
	begin := e.placeOf(e.fn.Decl.Pos())
	text += " " + e.describedPlace(begin, place{})
	if e.fn.Defers {
		text += " " + e.describedPlace(e.placeOf(e.fn.Decl.Body.Rbrace), begin)
	}
	var points, before []string
	for _, b := range e.fn.Blocks {
		if w, ok := b.Term.(*ir.Wait); ok {
			point := e.describedPlace(e.placeOf(callPos(w.Source)), begin)
			var live []string
			for _, v := range w.Live {
				live = append(live, v.Name)
			}
			if names := liveNames(before, live); names != "" {
				point += " " + names
			}
			points, before = append(points, point), live
		}
	}
	if len(points) > 0 {
		text += ": " + strings.Join(points, "; ")
	}
	e.described.lines = append(e.described.lines, text)
}

// describedPlace is the line of p, with its file if that is not the file of the place at.
func (e *funcEmitter) describedPlace(p, at place) string {
	text := strconv.Itoa(p.line)
	if p.file != at.file {
		text += "@" + strings.ReplaceAll(e.sourcePath(p), " ", "\x00")
	}
	return text
}

// liveNames are the names of what lives across a suspension, or, where that is shorter,
// what is other than at the one before (see greenlet.Point).
func liveNames(before, live []string) string {
	is, was := map[string]bool{}, map[string]bool{}
	for _, name := range live {
		is[name] = true
	}
	for _, name := range before {
		was[name] = true
	}
	var changes []string
	for _, name := range before {
		if !is[name] {
			changes = append(changes, "-"+name)
		}
	}
	for _, name := range live {
		if !was[name] {
			changes = append(changes, "+"+name)
		}
	}
	all, changed := strings.Join(live, " "), strings.Join(changes, " ")
	switch {
	case changed == "" && len(all) > 1:
		return "="
	case changed != "" && len(changed) < len(all):
		return changed
	}
	return all
}
