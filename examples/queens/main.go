// Queens solves the eight queens puzzle by plain recursive search. The search
// does not know what becomes of its solutions: it yields each, and main ranges
// over them, as many as it likes.
package main

import (
	"fmt"
	"strings"

	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

// board has a queen in each of its first rows; columns[row] is where.
type board struct {
	size    int
	columns []int
}

// attacked reports whether a queen in the next row, in the given column, would
// be attacked.
func (b *board) attacked(column int) bool {
	row := len(b.columns)
	for r, c := range b.columns {
		if c == column || c-column == row-r || column-c == row-r {
			return true
		}
	}
	return false
}

func (b *board) String() string {
	var s strings.Builder
	for _, c := range b.columns {
		s.WriteString(strings.Repeat(". ", c) + "Q" + strings.Repeat(" .", b.size-c-1) + "\n")
	}
	return s.String()
}

// solve puts queens in the remaining rows in all possible ways and yields the
// board each time it is full. The board goes on to change after that: who wants
// to keep a solution copies it.
//
//greenlet:resumable
func (b *board) solve() {
	if len(b.columns) == b.size {
		greenlet.Yield(b)
		return
	}
	for column := range b.size {
		if b.attacked(column) {
			continue
		}
		b.columns = append(b.columns, column)
		b.solve()
		b.columns = b.columns[:len(b.columns)-1]
	}
}

// newSearch is a generator of the solutions for a board of the given size.
func newSearch(size int) greenlet.YieldFrame[*board] {
	b := &board{size: size}
	return b.newSolveFrame()
}

func main() {
	// The first solution is wanted, and no work is done for a second one.
	for b := range greenlet.Seq(newSearch(8)) {
		fmt.Print(b)
		break
	}
	for size := 4; size <= 9; size++ {
		solutions := 0
		for range greenlet.Seq(newSearch(size)) {
			solutions++
		}
		fmt.Printf("%d queens: %d solutions\n", size, solutions)
	}
}
