package emit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"go/types"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/directive"
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
	if e.tparams.Len() > 0 || len(e.slots) > 0 || e.fn.Lit != nil && e.inPlace() {
		// An instance is known once it is registered: by the name, with its own types. One with a type
		// that a function declares can't be. Nor can a literal that is made in place: nobody could copy
		// what it captures.
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
	h := fnv.New32a()
	h.Write([]byte(e.text(n)))
	return fmt.Sprintf("%08x", h.Sum32())
}

func (e *funcEmitter) text(n ast.Node) string {
	var text bytes.Buffer
	if err := format.Node(&text, e.fset, n); err != nil {
		if x, ok := n.(ast.Expr); ok {
			text.WriteString(types.ExprString(x))
		}
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

// mostOfText is how long the text of an operand may be that a temporary is called by; a hash is
// for longer ones, and for those that a table can't have.
const mostOfText = 32

func (e *funcEmitter) durableTable() string {
	name := e.durableName() + " as " + e.frame
	if was := e.Colors.Directives().Was(e.fset, e.fn.Decl.Pos()); was != "" && e.fn.Lit == nil {
		name += " was " + importPath(e.Pkg) + "." + was
	}
	// A name does not tell where its path ends if that has a dot behind the last slash; nor does the type of a
	// frame tell the path of a main package.
	if path := importPath(e.Pkg); strings.Contains(path[strings.LastIndexByte(path, '/')+1:], ".") {
		name += " of " + path
	}
	if e.tparams.Len() > 0 && e.Pkg.Name() == "main" {
		name += " in main"
	}
	start := e.alwaysLive()
	for i, field := range e.fn.Frame.Params {
		if field != "" {
			start = append(start, e.durableField(e.fn.Params[i], field, field, nil))
		}
	}
	lines := []string{name, strings.Join(append([]string{directive.Start}, start...), " "), strings.Join(append([]string{"results"}, e.fn.Frame.Results...), " ")}
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
		lines = append(lines, strings.Join(append([]string{directive.Unwind, "?"}, e.unwindFields()...), " "))
	}
	return strings.Join(lines, "\n")
}

// unwindFields are what a frame needs that makes its deferred calls.
func (e *funcEmitter) unwindFields() []string {
	list := e.alwaysLive()
	for _, v := range e.fn.Results {
		if v != nil && v.Box && v.Field != "" {
			list = append(list, e.durableField(v, v.Field, v.Field, nil))
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
		line[1] = "." + names.InTraceback(w.Callee.Origin())
		if w.Callee.Pkg() != e.Pkg {
			line[1] = importPath(w.Callee.Pkg()) + line[1]
		}
	case w.IsCall(), w.Op == color.OpCallFrame:
		line[1] = "?"
	}
	line = append(line, e.alwaysLive()...)
	var to *ir.Var
	if w.Receives() {
		to = w.Results[0]
	}
	live := slices.DeleteFunc(slices.Clone(w.Live), func(v *ir.Var) bool { return v.Field == "" })
	if to != nil && to.Field != "" && !slices.Contains(live, to) {
		live = append(live, to)
	}
	called := e.liveNames(live)
	if to != nil && to.Kind == ir.Temp && to.Obj == nil {
		called[to] = received // its text may change: the point has only one
	}
	for _, v := range live {
		line = append(line, e.durableField(v, v.Field, called[v], to))
	}
	if e.fn.Defers {
		for i, v := range e.fn.Results {
			switch {
			case v == nil:
			case v.Place == ir.InFrame:
				line = append(line, e.fn.Frame.Results[i])
			case v.Box && v.Field != "" && !slices.Contains(live, v):
				// No statement behind the point may need it, but a panic from there ends with it.
				line = append(line, e.durableField(v, v.Field, v.Field, nil))
			}
		}
	}
	return strings.Join(line, " ")
}

// received is what a temporary is called that what is sent goes to.
const received = "~received"

func (e *funcEmitter) byHandOf(fn *types.Func) bool {
	return fn.Pkg() != nil && names.IsRuntime(fn.Pkg().Path())
}

// durableField is a field as tables have it: *name if it is a box, name< if what is sent to the
// greenlet goes there, name=old if the variable was called so, field:name if the field is
// called otherwise.
func (e *funcEmitter) durableField(v *ir.Var, field, name string, to *ir.Var) string {
	text := field
	if v != nil && v.Box && field == v.Field {
		text = "*" + text
	}
	if name != field {
		text += ":" + name
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

// liveNames are what the variables that are live at a point are called there: a variable of the
// source by its name, a temporary of ours by what it comes from. Of n that are called
// the same the k-th, as they are declared, has #k/n behind it: if their number changes, none is
// taken for another.
func (e *funcEmitter) liveNames(live []*ir.Var) map[*ir.Var]string {
	called := map[*ir.Var]string{}
	same := map[string][]*ir.Var{}
	for _, v := range live {
		name := v.Field
		switch {
		case v.Kind == ir.Temp && v.Pos.IsValid():
			origin := e.originOf(v.Pos)
			if name = "~" + e.text(origin); len(name) > mostOfText || strings.ContainsAny(name, " ;,|<>=:^*`\"#") {
				name = "~" + e.textHash(origin)
			}
		case v.Obj != nil && v.Obj.Name() != "_" && v.Obj.Name() != "":
			name = v.Obj.Name()
		}
		called[v] = name
		same[name] = append(same[name], v)
	}
	for name, list := range same {
		if len(list) == 1 {
			continue
		}
		slices.SortFunc(list, func(x, y *ir.Var) int { return x.Index - y.Index })
		for i, v := range list {
			called[v] = fmt.Sprintf("%s#%d/%d", name, i+1, len(list))
		}
	}
	return called
}

// originOf is what a temporary comes from that has the position: the largest expression that
// begins there, of a loop what it ranges over.
func (e *funcEmitter) originOf(pos token.Pos) ast.Node {
	var found ast.Node = e.fn.Decl.Name
	ast.Inspect(e.fn.Decl.Body, func(n ast.Node) bool {
		if n == nil || n.Pos() > pos || n.End() <= pos {
			return false
		}
		if n.Pos() != pos {
			return true
		}
		switch n := n.(type) {
		case *ast.RangeStmt:
			found = n.X
			return false
		case ast.Expr:
			found = n
			return false
		}
		return true
	})
	return found
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
