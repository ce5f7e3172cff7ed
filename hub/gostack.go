package hub

import (
	"fmt"
	"path"
	"reflect"
	"regexp"
	"runtime"
	"strings"
)

// A hub that is blocked is asked by other goroutines what its own does: by its number, see package
// goid, which is in the stacks that Go prints.

// maxStacks bounds the memory for the stacks of all goroutines.
const maxStacks = 64 << 20

// goStack is the stack of the goroutine id as Go prints it, or empty if there is none. It
// stops all goroutines for as long as it takes to print their stacks.
func goStack(id uint64) string {
	buf := make([]byte, 1<<16)
	n := runtime.Stack(buf, true)
	for n == len(buf) && n < maxStacks {
		buf = make([]byte, 4*n)
		n = runtime.Stack(buf, true)
	}
	head := fmt.Sprintf("goroutine %d ", id)
	for text := range strings.SplitSeq(string(buf[:n]), "\n\n") {
		if strings.HasPrefix(text, head) {
			return strings.TrimSuffix(text, "\n")
		}
	}
	return ""
}

// innermost is the first call in stack, as Go prints it, that is not the standard
// library's: its function and position.
func innermost(stack string) string {
	lines := strings.Split(stack, "\n")
	for i := 1; i+1 < len(lines); i += 2 {
		fn, file := lines[i], strings.TrimSpace(lines[i+1])
		if end := strings.LastIndexByte(fn, '('); end > 0 {
			fn = fn[:end]
		}
		if file, _, _ = strings.Cut(file, " +0x"); !isStandard(fn, file) {
			return fmt.Sprintf("%s (%s)", sourceName(fn), sourceFile(fn, file))
		}
	}
	return ""
}

// generated is what the generator calls the form of a function that can be suspended, or
// the methods that resume it.
var generated = regexp.MustCompile(`^(.*\.)(?:\(\*(\w+)Frame\)\.(?:body|Resume|Ask|run|step)|([^.]*)Resumable)$`)

// sourceName is the source's name of fn, if the generator has made it.
func sourceName(fn string) string { return generated.ReplaceAllString(fn, "$1$2$3") }

// sourceFile is the file of fn as greenlets' stacks have it: by import path, which is not
// known of a program's own package.
func sourceFile(fn, file string) string {
	dir, base := path.Split(fn)
	if dir == "" {
		return file
	}
	pkg, _, _ := strings.Cut(base, ".")
	return path.Join(dir, pkg, path.Base(file))
}

// isStandard reports whether fn in file is of the standard library.
func isStandard(fn, file string) bool {
	if standard != "" {
		return strings.HasPrefix(file, standard)
	}
	first, _, nested := strings.Cut(fn, "/")
	return !strings.HasPrefix(fn, "main.") && !(nested && strings.Contains(first, "."))
}

// standard is the directory of the standard library, empty if the program was built by
// -trimpath.
var standard = func() string {
	file, _ := runtime.FuncForPC(reflect.ValueOf(strings.Cut).Pointer()).FileLine(0)
	return strings.TrimSuffix(file, "strings/strings.go")
}()
