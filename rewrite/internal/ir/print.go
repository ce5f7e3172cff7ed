package ir

// Print shows a function after any pass, for those who look into the tool.
//
// Input: a function. Output: text.
// Guarantee: it shows what the later passes go by: variables under the names
// that they will have, every node with its source line, and of each block how
// it ends. What a pass has not set yet is left out. A function that fails
// Check can be printed.

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/going-green/greenlet/internal/color"
)

// Print writes f: as a tree if it has no blocks yet.
func Print(w io.Writer, fset *token.FileSet, f *Func) error {
	p := &printer{f: f, fset: fset, number: map[*Block]int{}}
	p.variables()
	if len(f.Consts) > 0 {
		p.println(0, "declarations:")
		for _, s := range f.Consts {
			p.code(1, s.Pos(), s, "")
		}
	}
	if f.Blocks == nil {
		p.println(0, "tree:")
		p.seq(1, f.Tree)
	} else {
		p.blocks()
		p.frame()
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

type printer struct {
	f      *Func
	fset   *token.FileSet
	out    strings.Builder
	number map[*Block]int
}

func (p *printer) println(indent int, text string) {
	p.out.WriteString(strings.Repeat("\t", indent) + text + "\n")
}

// at prints a line about what is at pos.
func (p *printer) at(indent int, pos token.Pos, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if pos.IsValid() {
		text = fmt.Sprintf("%d: %s", p.fset.PositionFor(pos, false).Line, text)
	}
	p.println(indent, text)
}

// code prints syntax, which may have several lines, and a remark.
func (p *printer) code(indent int, pos token.Pos, n ast.Node, remark string) {
	lines := strings.Split(p.text(n), "\n")
	lines[len(lines)-1] += remark
	p.at(indent, pos, "%s", lines[0])
	for _, line := range lines[1:] {
		p.println(indent, line)
	}
}

func (p *printer) typ(t types.Type) string {
	pkg := p.f.Obj.Pkg()
	return types.TypeString(t, types.RelativeTo(pkg))
}

var kinds = [...]string{Local: "local", Param: "parameter", Result: "result", Temp: "temporary"}

func (p *printer) variables() {
	if len(p.f.Vars) == 0 {
		return
	}
	var rows [][]string
	for _, v := range p.f.Vars {
		kind := fmt.Sprint("kind ", v.Kind)
		if int(v.Kind) < len(kinds) {
			kind = kinds[v.Kind]
		}
		rows = append(rows, []string{v.Name, p.typ(v.Type), kind, strings.Join(p.traits(v), ", ")})
	}
	p.table("variables:", rows)
}

// table prints rows in columns.
func (p *printer) table(title string, rows [][]string) {
	p.println(0, title)
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush() // to a strings.Builder
	for line := range strings.Lines(text.String()) {
		p.println(1, strings.TrimRight(line, " \n"))
	}
}

// traits are what is known of a variable besides its type.
func (p *printer) traits(v *Var) []string {
	var list []string
	add := func(is bool, what string) {
		if is {
			list = append(list, what)
		}
	}
	line := 0
	if v.Pos.IsValid() {
		line = p.fset.PositionFor(v.Pos, false).Line
	}
	add(line > 0, fmt.Sprint("line ", line))
	add(v.Obj != nil && v.Obj.Name() != v.Name, "renamed")
	add(v.Aliased, "aliased")
	if p.f.Frame == nil {
		return list
	}
	add(v.Place == Unused, "unused")
	add(v.Place == InBlock, "in block")
	add(v.Place == Hoisted, "hoisted")
	add(v.Place == InFrame, "in frame")
	add(v.Place == AsResult, fmt.Sprint("result ", v.Number))
	add(v.Box, "boxed")
	add(v.Witness != nil, "inferred")
	add(v.Field != "", "field "+v.Field)
	add(v.Resident, "resident")
	add(v.In != "" && v.In != v.Name, "comes as "+v.In)
	return list
}

func names(list []*Var) string {
	var s []string
	for _, v := range list {
		if v == nil {
			s = append(s, "_")
		} else {
			s = append(s, v.Name)
		}
	}
	return strings.Join(s, " ")
}

// set lists a set of variables in the order of their declaration.
func (p *printer) set(s VarSet) string { return names(slices.Collect(p.f.Members(s))) }

func (p *printer) seq(indent int, s *Seq) {
	if s == nil {
		return
	}
	for _, n := range s.List {
		p.node(indent, n)
	}
}

func (p *printer) node(indent int, n Node) {
	switch n := n.(type) {
	case *Seq:
		p.println(indent, "{")
		p.seq(indent+1, n)
		p.println(indent, "}")
	case *Leaf:
		p.leaf(indent, n)
	case *Drop:
		p.println(indent, "drop "+fieldNames(n.Fields))
	case *Mark:
		p.at(indent, n.Stmt.Pos(), "// %s", p.head(n.Stmt))
	case *Fresh:
		p.at(indent, n.Pos, "fresh %s", n.Var.Name)
	case *Suspend:
		p.at(indent, n.Source.Pos(), "%s", p.suspend(n))
	case *If:
		p.at(indent, n.Pos, "if %s", p.text(n.Cond))
		p.seq(indent+1, n.Then)
		if n.Else != nil {
			p.println(indent, "else")
			p.seq(indent+1, n.Else)
		}
	case *Loop:
		p.at(indent, n.Pos, "loop")
		p.part(indent, "test", n.Test)
		if n.Cond != nil {
			p.println(indent+1, "while "+p.text(n.Cond))
		}
		p.part(indent, "body", n.Body)
		p.part(indent, "post", n.Post)
	case *Switch:
		p.at(indent, n.Head.Pos(), "%s", p.switchHead(n))
		for i, body := range n.Bodies {
			p.println(indent, p.clause(n, i))
			p.seq(indent+1, body)
		}
	case *Labeled:
		p.at(indent, n.Pos, "label %s", n.Label.Name())
	case Branch:
		p.at(indent, n.Pos, "%s", p.branch(n))
	case *Scope:
		p.at(indent, n.Pos, "scope")
		p.seq(indent+1, n.Body)
	case *Return:
		p.at(indent, n.Pos, "return%s", p.list(n.Results))
	default:
		p.println(indent, fmt.Sprintf("? %T", n))
	}
}

func (p *printer) part(indent int, name string, s *Seq) {
	if s != nil && len(s.List) > 0 {
		p.println(indent+1, name+":")
		p.seq(indent+2, s)
	}
}

func (p *printer) leaf(indent int, n *Leaf) {
	remark := ""
	if len(n.Defs) > 0 {
		remark += "\t// declares " + names(n.Defs)
	}
	if len(n.Branches) > 0 {
		remark += "\t// leaves by"
		for _, b := range n.Branches {
			remark += " " + p.branch(b)
			if to := p.f.Targets[b.Stmt]; to != nil {
				remark += " → " + p.name(to)
			}
		}
	}
	p.code(indent, n.Stmt.Pos(), n.Stmt, remark)
}

// branch is a branch statement, with the line of what it leads out of.
func (p *printer) branch(b Branch) string {
	text := b.Tok.String()
	if b.Label != nil {
		return text + " " + b.Label.Name()
	}
	pos := token.NoPos
	switch to := b.To.(type) {
	case *Loop:
		pos = to.Pos
	case *Switch:
		if to.Head != nil { // it is set before the clauses
			pos = to.Head.Pos()
		}
	case *Scope:
		pos = to.Pos
	}
	if pos.IsValid() {
		text += fmt.Sprintf(" %d", p.fset.PositionFor(pos, false).Line)
	}
	return text
}

var ops = map[color.Op]string{
	color.OpCall:         "call",
	color.OpDispatch:     "dispatch",
	color.OpLiteral:      "literal",
	color.OpIndirect:     "indirect",
	color.OpRange:        "range",
	color.OpSwitchMethod: "switch",
	color.OpThrow:        "throw",
	color.OpKill:         "kill",
	color.OpSwitch:       "switch",
	color.OpYield:        "yield",
	color.OpExchange:     "exchange",
	color.OpCallFrame:    "frame",
}

func (p *printer) suspend(n *Suspend) string {
	text := ops[n.Op] + " " + p.text(n.Call)
	if len(n.Results) > 0 {
		text = names(n.Results) + " ← " + text
	}
	return text
}

func (p *printer) list(exprs []ast.Expr) string {
	text := ""
	for i, e := range exprs {
		if i > 0 {
			text += ","
		}
		text += " " + p.text(e)
	}
	return text
}

// head is the first line of a statement.
func (p *printer) head(s ast.Stmt) string {
	text, rest, _ := strings.Cut(p.text(s), "\n")
	if rest != "" {
		text += " …"
	}
	return text
}

func (p *printer) switchHead(n *Switch) string {
	switch s := n.Head.(type) {
	case *ast.SwitchStmt:
		if s.Tag == nil {
			return "switch"
		}
		return "switch " + p.text(s.Tag)
	case *ast.TypeSwitchStmt:
		text := "switch "
		if n.Bind != "" {
			text += n.Bind + " := "
		}
		if a, ok := s.Assign.(*ast.AssignStmt); ok {
			return text + p.text(a.Rhs[0])
		}
		return text + p.text(s.Assign)
	}
	return "select"
}

func (p *printer) clause(n *Switch, i int) string {
	c := Clause(n.Head, i)
	var text string
	switch c := c.(type) {
	case *ast.CaseClause:
		text = "case" + p.list(c.List)
		if c.List == nil {
			text = "default"
		}
	case *ast.CommClause:
		text = "default"
		if c.Comm != nil {
			text = "case " + p.text(c.Comm)
		}
	}
	if i < len(n.Binds) && n.Binds[i] != nil {
		text += " as " + n.Binds[i].Name
	}
	return text + ":"
}
