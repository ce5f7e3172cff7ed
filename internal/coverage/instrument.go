package coverage

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"strconv"
)

// block is what go tool cover gives one counter.
type block struct {
	extent
	number     int      // of statements, as go tool cover counts
	decl       ast.Decl // that it is in
	statements []position
}

// extent is what a profile knows a block by.
type extent struct{ startLine, endLine, startCol, endCol int }

type position struct {
	file string
	line int
}

const counter = "greenletCover"

// instrument finds the blocks of the file at path, in the order of their counters, by
// having go tool cover put counters in.
func instrument(ctx context.Context, path string) ([]block, error) {
	out, err := exec.CommandContext(ctx, "go", "tool", "cover", "-mode=set", "-var="+counter, path).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("go tool cover: %s", exit.Stderr)
	}
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, out, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("what go tool cover makes of %s: %w", path, err)
	}
	blocks := extents(file)
	for _, decl := range file.Decls {
		ast.Inspect(decl, func(n ast.Node) bool {
			fill(fset, blocks, statements(n), decl)
			return true
		})
	}
	return blocks, nil
}

// statements are those of n, if it has any of its own.
func statements(n ast.Node) []ast.Stmt {
	switch n := n.(type) {
	case *ast.BlockStmt:
		return n.List
	case *ast.CaseClause:
		return n.Body
	case *ast.CommClause:
		return n.Body
	}
	return nil
}

// fill notes the statements of list in the blocks whose counters they follow.
func fill(fset *token.FileSet, blocks []block, list []ast.Stmt, decl ast.Decl) {
	current := -1
	for _, s := range list {
		for {
			l, ok := s.(*ast.LabeledStmt)
			if !ok {
				break
			}
			s = l.Stmt
		}
		if i, ok := counterOf(s); ok {
			current = i
			blocks[i].decl = decl
			continue
		}
		if _, empty := s.(*ast.EmptyStmt); current >= 0 && !empty {
			p := fset.Position(s.Pos())
			blocks[current].statements = append(blocks[current].statements, position{p.Filename, p.Line})
		}
	}
}

// counterOf reports whether s is the counter with number i.
func counterOf(s ast.Stmt) (i int, ok bool) {
	a, ok := s.(*ast.AssignStmt)
	if !ok || len(a.Lhs) != 1 {
		return 0, false
	}
	x, ok := a.Lhs[0].(*ast.IndexExpr)
	if !ok {
		return 0, false
	}
	sel, ok := x.X.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Count" {
		return 0, false
	}
	if id, ok := sel.X.(*ast.Ident); !ok || id.Name != counter {
		return 0, false
	}
	return number(x.Index)
}

func number(e ast.Expr) (int, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(lit.Value, 0, 64)
	return int(n), err == nil
}

// extents reads the tables of the counters: for each the first line, the last one, and
// the columns, the last one in the upper half; and how many statements.
//
// Where positions have no columns, as behind a //line directive, two blocks may have the
// same. Then go tool cover counts the last column up until there is none, as go test does
// not.
func extents(file *ast.File) []block {
	pos, number := table(file, "Pos"), table(file, "NumStmt")
	if len(pos) != 3*len(number) {
		return nil
	}
	list := make([]block, len(number))
	for i := range list {
		startLine, endLine, columns := pos[3*i], pos[3*i+1], pos[3*i+2]
		b := block{extent: extent{startLine, endLine, columns & 0xffff, columns >> 16}, number: number[i]}
		if b.startCol == 0 {
			b.endCol = 0
		}
		list[i] = b
	}
	return list
}

// table are the numbers in the table of this name.
func table(file *ast.File, name string) (list []int) {
	ast.Inspect(file, func(n ast.Node) bool {
		kv, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		id, ok := kv.Key.(*ast.Ident)
		table, isTable := kv.Value.(*ast.CompositeLit)
		if !ok || id.Name != name || !isTable || list != nil {
			return true
		}
		for _, x := range table.Elts {
			v, _ := number(x)
			list = append(list, v)
		}
		return false
	})
	return list
}
