package emit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/types"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// Tables of durable functions: what package durable must know of their frames, besides what
// reflection tells. See rewrite/doc_durable.go for what is in them.

// durable emits the table of the function and, of a literal, how a value of its type becomes
// a function.
func (e *funcEmitter) durable(out *jen.File) {
	if e.fn.Lit != nil && !e.inPlace() && e.tparams.Len() == 0 {
		var refs []string
		for _, c := range e.fn.Lit.Captures {
			if !c.ByValue {
				refs = append(refs, c.Field)
			}
		}
		out.Var().Id("_").Op("=").Add(e.rt("DurableClosure")).Call(jen.Lit(e.durableName()),
			jen.Parens(jen.Op("*").Add(e.litType(e.fn.Lit))).Dot("value"), jen.Lit(strings.Join(refs, " ")))
	}
	typ := jen.Parens(jen.Op("*").Add(e.frameRef())).Parens(jen.Nil())
	if e.tparams.Len() > 0 {
		// An instance is known once it is registered: by the name, with its own types.
		typ = jen.Nil()
	}
	out.Var().Id("_").Op("=").Add(e.rt("Durable")).Call(typ, rawLit(e.durableTable()))
}

// rawLit is a string over several lines.
func rawLit(s string) *jen.Statement { return jen.Op("`" + s + "`") }

// durableName is what tells the function from all others, also from those of other programs:
// unlike that of a traceback it has the import path of a main package.
func (e *funcEmitter) durableName() string {
	name := importPath(e.Pkg) + "." + e.nameInPackage()
	if lit := e.fn.Lit; lit != nil {
		// Its number changes with the literals before it.
		name += "#" + e.textHash(lit.Syntax)
	}
	return name
}

// textHash is a hash of the source of n, as gofmt has it, without the space.
func (e *funcEmitter) textHash(n ast.Node) string {
	var text bytes.Buffer
	if err := format.Node(&text, e.fset, n); err != nil {
		if x, ok := n.(ast.Expr); ok {
			text.WriteString(types.ExprString(x))
		}
	}
	h := fnv.New32a()
	h.Write([]byte(strings.Join(strings.Fields(text.String()), " ")))
	return fmt.Sprintf("%08x", h.Sum32())
}

func (e *funcEmitter) durableTable() string {
	name := e.durableName() + " as " + e.frame
	if was := e.Colors.Directives().Was(e.fset, e.fn.Decl.Pos()); was != "" && e.fn.Lit == nil {
		name += " was " + importPath(e.Pkg) + "." + was
	}
	start := e.alwaysLive()
	for i, field := range e.fn.Frame.Params {
		if field != "" {
			start = append(start, e.durableField(e.fn.Params[i], field, nil))
		}
	}
	lines := []string{name, strings.Join(append([]string{"start"}, start...), " "), strings.Join(append([]string{"results"}, e.fn.Frame.Results...), " ")}
	var waits []*ir.Wait
	var labels []string
	points := map[string]int{} // how many have the label
	for _, b := range e.fn.Blocks {
		if w, ok := b.Term.(*ir.Wait); ok {
			label := e.pointLabel(w)
			waits, labels = append(waits, w), append(labels, label)
			points[label]++
		}
	}
	seen := map[string]int{}
	for i, w := range waits {
		label := labels[i]
		if seen[label]++; points[label] > 1 {
			label = fmt.Sprintf("%s:%d/%d", label, seen[label], points[label])
		}
		lines = append(lines, e.pointLine(w, label))
	}
	if e.fn.Defers {
		lines = append(lines, strings.Join(append([]string{"unwind", "?"}, e.unwindFields()...), " "))
	}
	return strings.Join(lines, "\n")
}

// unwindFields are what a frame needs that makes its deferred calls.
func (e *funcEmitter) unwindFields() []string {
	list := e.alwaysLive()
	for _, v := range e.fn.Results {
		if v != nil && v.Box && v.Field != "" {
			list = append(list, e.durableField(v, v.Field, nil))
		}
	}
	return append(list, e.fn.Frame.Results...)
}

// alwaysLive are the fields that are no variable's: what a literal captures and, of a function
// that recovers, the frame that has deferred it, which is the caller's: name^.
func (e *funcEmitter) alwaysLive() (list []string) {
	if self := e.fn.Frame.Self; self != "" {
		list = append(list, self)
	}
	if d := e.fn.Frame.Deferrer; d != "" {
		list = append(list, d+"^")
	}
	return list
}

// pointLine is the line of a suspension: its label, what it waits for, and the fields that
// are live there.
func (e *funcEmitter) pointLine(w *ir.Wait, label string) string {
	line := []string{label, "-"}
	switch {
	case w.Op == color.OpCall && w.Callee != nil && e.byHandOf(w.Callee):
		line[1] = "?"
	case w.Op == color.OpCall && w.Callee != nil:
		line[1] = importPath(w.Callee.Pkg()) + "." + names.InTraceback(w.Callee.Origin())
	case w.IsCall(), w.Op == color.OpCallFrame:
		line[1] = "?"
	}
	line = append(line, e.alwaysLive()...)
	var to *ir.Var
	if w.Receives() {
		to = w.Results[0]
	}
	listed := false
	for _, v := range w.Live {
		if v.Field == "" {
			continue
		}
		listed = listed || v == to
		line = append(line, e.durableField(v, v.Field, to))
	}
	if to != nil && !listed && to.Field != "" {
		line = append(line, e.durableField(to, to.Field, to))
	}
	if e.fn.Defers {
		for i, v := range e.fn.Results {
			if v != nil && v.Place == ir.InFrame {
				line = append(line, e.fn.Frame.Results[i])
			}
		}
	}
	return strings.Join(line, " ")
}

func (e *funcEmitter) byHandOf(fn *types.Func) bool {
	return fn.Pkg() != nil && names.IsRuntime(fn.Pkg().Path())
}

// durableField is a field as tables have it: *name if it is a box, name< if what is sent to the
// greenlet goes there, name=old if the variable was called so.
func (e *funcEmitter) durableField(v *ir.Var, field string, to *ir.Var) string {
	text := field
	if v != nil && v.Box && field == v.Field {
		text = "*" + text
	}
	if v != nil && v == to {
		text += "<"
	}
	if v != nil && v.Obj != nil {
		if was := e.Colors.Directives().Was(e.fset, v.Pos); was != "" && v.Pos.IsValid() && e.fset.Position(v.Pos).Line != e.fset.Position(e.fn.Decl.Pos()).Line {
			text += "=" + was
		}
	}
	return text
}

// pointLabel tells a suspension from others of its function in other versions of it: the name
// that the program gives, or the callee and a hash of the call; of the statement where
// temporaries of ours are live, which have no names of their own.
func (e *funcEmitter) pointLabel(w *ir.Wait) string {
	stmt := e.statementOf(w.Source)
	if name := e.Colors.Directives().Point(e.fset, stmt.Pos()); name != "" {
		return name
	}
	var hashed ast.Node = w.Source
	if isSimple(stmt) && slices.ContainsFunc(w.Live, func(v *ir.Var) bool { return v.Kind == ir.Temp && v.Field != "" }) {
		hashed = stmt
	}
	callee := "call"
	if id := color.CalleeIdent(w.Source.Fun); id != nil {
		callee = id.Name
	}
	return callee + "#" + e.textHash(hashed)
}

// isSimple reports whether n is a statement without others in it.
func isSimple(n ast.Node) bool {
	switch n.(type) {
	case *ast.ExprStmt, *ast.AssignStmt, *ast.DeclStmt, *ast.ReturnStmt, *ast.SendStmt, *ast.IncDecStmt:
		return true
	}
	return false
}

// statementOf is the innermost statement of the function that x is in, or x.
func (e *funcEmitter) statementOf(x ast.Node) ast.Node {
	var found ast.Node = x
	ast.Inspect(e.fn.Decl.Body, func(n ast.Node) bool {
		if n == nil || n.Pos() > x.Pos() || n.End() < x.End() {
			return false
		}
		switch n := n.(type) {
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause, *ast.LabeledStmt:
		case ast.Stmt:
			found = n
		case *ast.FuncLit:
			if n.Body.Pos() <= x.Pos() {
				found = x
			}
		}
		return true
	})
	return found
}
