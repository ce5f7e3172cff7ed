package diag

import (
	"go/token"
	"io"
	"strings"
)

// SGR sequences of a terminal; the compiler's users know these colours from
// gcc and clang.
const (
	bold  = "\x1b[1m"
	red   = "\x1b[1;31m"
	faint = "\x1b[2m"
	plain = "\x1b[0m"
)

// Format writes the list as the compiler writes its errors, in the order of
// the list:
//
//	walk.go:41:9: goto enters a block that suspends [goto-into-suspend]
//		walk.go:33:2: the block starts here
//		move the label out of the loop
//
// With color it adds the escape sequences of a terminal. The error is that of
// w.
func (l List) Format(w io.Writer, color bool) error {
	paint := func(sgr, s string) string {
		if !color || s == "" {
			return s
		}
		return sgr + s + plain
	}
	var b strings.Builder
	for _, d := range l {
		b.WriteString(paint(bold, position(d.Pos)) + paint(red, oneLine(d.Message)))
		if d.Code != "" {
			b.WriteString(" " + paint(faint, "["+string(d.Code)+"]"))
		}
		b.WriteString("\n")
		for _, r := range d.Related {
			b.WriteString("\t" + paint(bold, position(r.Pos)) + oneLine(r.Message) + "\n")
		}
		if d.Remedy != "" {
			b.WriteString("\t" + oneLine(d.Remedy) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// position is "file:line:col: ", or "" for something that has no place in a
// source file, such as a declaration known from export data only.
func position(pos token.Position) string {
	if !pos.IsValid() && pos.Filename == "" {
		return ""
	}
	return pos.String() + ": "
}

// oneLine keeps a message that quotes source from breaking the shape that
// editors parse: one line per place.
func oneLine(s string) string {
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(s)
}
