// Forks solves the eight queens puzzle with code that knows nothing of search: it puts a queen
// into each row, asking where, and gives up when that one is attacked. Who answers gives all
// the answers, each to a fork of the greenlet that asks.
package main

import (
	"fmt"
	"strings"

	"github.com/going-green/greenlet/durable"
	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

// board has the columns of the queens in each row. It is an array: forks copy variables, but
// share what pointers and slices lead to.
type board [16]int

// attacked reports whether a queen in a row, with others in those before, would be attacked.
func (b board) attacked(row, column int) bool {
	for r, c := range b[:row] {
		if c == column || c-column == row-r || column-c == row-r {
			return true
		}
	}
	return false
}

func (b board) draw(size int) string {
	var s strings.Builder
	for _, c := range b[:size] {
		s.WriteString(strings.Repeat(". ", c) + "Q" + strings.Repeat(" .", size-c-1) + "\n")
	}
	return s.String()
}

// choose is one of the numbers below n: all of them, as it were.
//
//greenlet:resumable durable
func choose(n int) int { return greenlet.Exchange[int, int](n) }

// place puts queens on a board and returns what it looks like, or "" if that can't be.
//
//greenlet:resumable durable
func place(size int) string {
	var b board
	for row := range size {
		column := choose(size)
		if b.attacked(row, column) {
			return ""
		}
		b[row] = column
	}
	return b.draw(size)
}

// ends calls found with what g returns, for all choices that it has from now on. g has yielded
// v, which is how many there are, or has returned it.
func ends(g *greenlet.Greenlet, v any, found func(result string)) {
	if g.Dead() {
		found(v.(string))
		return
	}
	for choice := range v.(int) {
		f, err := durable.Fork(g)
		if err != nil {
			panic(err)
		}
		ends(f, f.Switch(choice), found)
	}
}

func main() {
	for size := 4; size <= 8; size++ {
		solutions, tries, first := 0, 0, ""
		g := greenlet.New(place, size)
		ends(g, g.Switch(), func(result string) {
			tries++
			if result != "" {
				if solutions++; solutions == 1 {
					first = result
				}
			}
		})
		if size == 8 {
			fmt.Print(first)
		}
		fmt.Printf("%d queens: %d solutions in %d ends\n", size, solutions, tries)
	}
}
