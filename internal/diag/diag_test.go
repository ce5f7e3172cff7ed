package diag_test

import (
	"errors"
	"fmt"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/diag"
)

func at(file string, line, col int) token.Position {
	return token.Position{Filename: file, Line: line, Column: col}
}

var walk = diag.List{
	{
		Pos: at("walk.go", 41, 9), Code: "goto-into-suspend", Message: "goto enters a block that suspends",
		Related: []diag.Related{
			{Pos: at("walk.go", 33, 2), Message: "the block starts here"},
			{Message: "known from export data"},
		},
		Remedy: "move the label out of the loop",
	},
	{Pos: at("walk.go", 5, 0), Message: "two\nlines"},
}

func format(t *testing.T, l diag.List, color bool) string {
	var b strings.Builder
	require.NoError(t, l.Format(&b, color))
	return b.String()
}

func TestFormat(t *testing.T) {
	assert.Equal(t, `walk.go:41:9: goto enters a block that suspends [goto-into-suspend]
	walk.go:33:2: the block starts here
	known from export data
	move the label out of the loop
walk.go:5: two lines
`, format(t, walk, false))
}

// Colour adds escape sequences and nothing else, and ends each of them before
// the line does.
func TestFormatColor(t *testing.T) {
	text := format(t, walk, true)
	for line := range strings.Lines(text) {
		assert.Equal(t, strings.Count(line, "\x1b[")/2, strings.Count(line, "\x1b[0m"), "%q", line)
	}
	bare := strings.NewReplacer("\x1b[1;31m", "", "\x1b[1m", "", "\x1b[2m", "", "\x1b[0m", "").Replace(text)
	assert.NotEqual(t, text, bare)
	assert.Equal(t, format(t, walk, false), bare)
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestFormatError(t *testing.T) {
	assert.EqualError(t, walk.Format(full{}, false), "disk full")
}

func TestSort(t *testing.T) {
	list := diag.List{
		{Pos: at("b.go", 1, 1), Code: "x", Message: "m"},
		{Pos: at("a.go", 10, 1), Code: "x", Message: "m"},
		{Pos: at("a.go", 9, 20), Code: "x", Message: "m"},
		{Pos: at("a.go", 9, 3), Code: "y", Message: "m"},
		{Pos: at("a.go", 9, 3), Code: "x", Message: "n"},
		{Pos: at("a.go", 9, 3), Code: "x", Message: "m", Remedy: "the first one stays"},
		{Pos: at("a.go", 9, 3), Code: "x", Message: "m"},
	}
	list.Sort()
	var got []string
	for _, d := range list {
		got = append(got, fmt.Sprint(d.Pos, " ", d.Code, " ", d.Message))
	}
	assert.Equal(t, []string{
		"a.go:9:3 x m", "a.go:9:3 x n", "a.go:9:3 y m", "a.go:9:20 x m", "a.go:10:1 x m", "b.go:1:1 x m",
	}, got)
	assert.Equal(t, "the first one stays", list[0].Remedy)
}

func TestErr(t *testing.T) {
	assert.NoError(t, diag.List(nil).Err())
	err := walk.Err()
	require.Error(t, err)
	assert.Equal(t, strings.TrimSuffix(format(t, diag.List{walk[1], walk[0]}, false), "\n"), err.Error())
	assert.Equal(t, 41, walk[0].Pos.Line, "the list itself keeps its order")

	var e *diag.Error
	require.ErrorAs(t, fmt.Errorf("generate: %w", err), &e)
	assert.Len(t, e.List, 2)
}

func TestRelative(t *testing.T) {
	dir := t.TempDir()
	inside, outside := filepath.Join(dir, "p", "walk.go"), filepath.Join(filepath.Dir(dir), "other.go")
	list := diag.List{{
		Pos:     at(inside, 1, 2),
		Related: []diag.Related{{Pos: at(outside, 3, 4)}, {Pos: at(inside, 5, 6)}, {Message: "nowhere"}},
	}, {Pos: at("p/rel.go", 1, 1)}}
	got := list.Relative(dir)
	assert.Equal(t, at(filepath.Join("p", "walk.go"), 1, 2), got[0].Pos)
	assert.Equal(t, at(outside, 3, 4), got[0].Related[0].Pos)
	assert.Equal(t, at(filepath.Join("p", "walk.go"), 5, 6), got[0].Related[1].Pos)
	assert.Equal(t, token.Position{}, got[0].Related[2].Pos)
	assert.Equal(t, "p/rel.go", got[1].Pos.Filename)
	assert.Equal(t, inside, list[0].Related[1].Pos.Filename, "the list itself is not changed")
}
