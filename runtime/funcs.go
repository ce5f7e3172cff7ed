package greenlet

import (
	"cmp"
	"strconv"
	"strings"
	"sync"
)

// Funcs is for generated code: it describes the resumable functions of a source file. It is
// data that the linker lays out, and is read when it is first asked for.
type Funcs struct {
	Package string // as in tracebacks: its import path, or main
	File    string // path/to/pkg/file.go, as go build -trimpath has it
	// List has a line for each function, blank ones aside: its name without the package, a space, the line of
	// its declaration and, if it defers, a space and that of its closing brace. If a //line
	// directive gives one of these another file, that stands behind an @, with a zero byte
	// for each space. Behind a colon and a space are its Points, if it has any.
	List string

	once sync.Once
	list []Func
}

// At is the function number i of the file.
func (f *Funcs) At(i int) *Func {
	f.once.Do(f.read)
	return &f.list[i]
}

func (f *Funcs) read() {
	for text := range strings.Lines(f.List) {
		head, points, _ := strings.Cut(strings.TrimSuffix(text, "\n"), ": ")
		if head == "" {
			continue
		}
		name, where, _ := strings.Cut(head, " ")
		begin, end, _ := strings.Cut(where, " ")
		fn := Func{Name: f.Package + "." + name, File: f.File, Points: points}
		var file string
		fn.Line, file = f.place(begin)
		fn.File = cmp.Or(file, f.File)
		fn.End, fn.EndFile = f.place(end)
		f.list = append(f.list, fn)
	}
}

// place is a line and, if it is in another file than f, that file.
func (f *Funcs) place(text string) (line int, file string) {
	number, file, _ := strings.Cut(text, "@")
	line, _ = strconv.Atoi(number)
	return line, strings.ReplaceAll(file, "\x00", " ")
}
