// Package names holds the naming rules of generated declarations, shared by
// the stub overlay, the front end and the emitter so that they cannot differ.
//
// For a function fib the generator declares
//
//	fibFrame       one activation
//	newFibFrame    its constructor
//	fibResumable   its companion: the form that resumable code calls
//	fibDeferred    the form that resumable code defers, if fib calls recover
//
// and for Fib: FibFrame, NewFibFrame, FibResumable, FibDeferred. A method Serve
// of Server has the frame ServerServeFrame and the methods NewServeFrame,
// ServeResumable and ServeDeferred.
package names

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const companionSuffix = "Resumable"

// Companion is the name of the resumable form of a function or method.
func Companion(fn string) string { return fn + companionSuffix }

// Deferred is the name of the form of a function or method that recovers in
// which resumable code defers it.
func Deferred(fn string) string { return fn + "Deferred" }

// Recovers reports whether a function with this body has a Deferred form: it
// calls recover, outside of literals. That goes by syntax, because stubs are
// made before there are types and must agree with what is generated in the end;
// who calls something else by that name has the form for nothing.
func Recovers(body *ast.BlockStmt) bool {
	if body == nil {
		return false
	}
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			id, ok := ast.Unparen(n.Fun).(*ast.Ident)
			found = found || ok && id.Name == "recover"
		}
		return !found
	})
	return found
}

// Frame is the name of the frame type of a function (recv == "") or of method
// fn of the type named recv. It is exported when both names are.
func Frame(recv, fn string) string {
	if recv == "" {
		return fn + "Frame"
	}
	name := recv + upper(fn) + "Frame"
	if token.IsExported(recv) && !token.IsExported(fn) {
		return lower(name)
	}
	return name
}

// Frames names the frames of a package's resumable functions. That of a function
// is always called as Frame says, but those of methods may share such a name:
// with a function, serverRead and server.read, or another method. The first, by
// receiver and name, gets it, and the next that is free is server_ReadFrame,
// server_2ReadFrame, … for the others. Functions of test files come after all
// others, for a package is compiled without them, too.
func Frames(decls []*ast.FuncDecl, test func(*ast.FuncDecl) bool) map[*ast.FuncDecl]string {
	sorted := slices.Clone(decls)
	slices.SortStableFunc(sorted, func(a, b *ast.FuncDecl) int {
		return cmp.Or(compareBool(test(a), test(b)), strings.Compare(Receiver(a), Receiver(b)), strings.Compare(a.Name.Name, b.Name.Name))
	})
	frames := map[*ast.FuncDecl]string{}
	owner := map[string][2]string{}
	for _, decl := range sorted {
		if fn := decl.Name.Name; Receiver(decl) == "" {
			frames[decl] = Frame("", fn)
			for _, name := range []string{Frame("", fn), Constructor(fn), Companion(fn)} {
				owner[name] = [2]string{"", fn}
			}
		}
	}
	for _, decl := range sorted {
		recv, fn := Receiver(decl), decl.Name.Name
		if recv == "" {
			continue
		}
		key := [2]string{recv, fn}
		name := Frame(recv, fn)
		for i := 1; owner[name] != [2]string{} && owner[name] != key; i++ {
			part := "_"
			if i > 1 {
				part += strconv.Itoa(i)
			}
			name = Frame(recv+part, fn)
		}
		owner[name] = key
		frames[decl] = name
	}
	return frames
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// FrameOf is Frame for a function or method, or false for a method whose
// receiver has no named type.
func FrameOf(fn *types.Func) (name string, ok bool) {
	recv := ""
	if fn.Signature().Recv() != nil {
		if recv = ReceiverType(fn); recv == "" {
			return "", false
		}
	}
	return Frame(recv, fn.Name()), true
}

// InSource is how messages call a declared function: T.Method, also for methods of *T.
func InSource(decl *ast.FuncDecl) string {
	if recv := Receiver(decl); recv != "" {
		return recv + "." + decl.Name.Name
	}
	return decl.Name.Name
}

// ReceiverType is the name of a method's receiver type, as Go's tracebacks have
// it: not of the alias that its declaration may name. It is "" if there is none.
func ReceiverType(fn *types.Func) string {
	if r := fn.Signature().Recv(); r != nil {
		return TypeName(r.Type())
	}
	return ""
}

// TypeName is the name of the type that t is, or that it points to, or "" if it has none.
func TypeName(t types.Type) string {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name()
	}
	return ""
}

// Constructor is the name of the function or method that makes a frame.
func Constructor(fn string) string {
	if token.IsExported(fn) {
		return "New" + fn + "Frame"
	}
	return "new" + upper(fn) + "Frame"
}

// Helper is the name of a function that only the generated code of a frame
// calls: fibFrameResult for fibFrame, resultFibFrame for FibFrame.
func Helper(frame, what string) string {
	if token.IsExported(frame) {
		return lower(what) + frame
	}
	return frame + upper(what)
}

// Receiver is the name of the receiver's base type, or "" for a function.
func Receiver(decl *ast.FuncDecl) string {
	if decl.Recv == nil || len(decl.Recv.List) == 0 {
		return ""
	}
	t := decl.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// Matches reports whether name names fn: Walk, Tree.Walk or (*Tree).Walk, or * for all.
func Matches(fn *ast.FuncDecl, name string) bool {
	if name == "*" {
		return true
	}
	name = strings.NewReplacer("(", "", ")", "", "*", "").Replace(name)
	if name == fn.Name.Name {
		return true
	}
	return name == Receiver(fn)+"."+fn.Name.Name
}

// InTraceback is the name of a function as Go's tracebacks have it behind its
// package: fib, (*Server).Serve, Server.Serve.
func InTraceback(fn *types.Func) string {
	recv := ReceiverType(fn)
	if recv == "" {
		return fn.Name()
	}
	if _, ptr := types.Unalias(fn.Signature().Recv().Type()).(*types.Pointer); ptr {
		recv = "(*" + recv + ")"
	}
	return recv + "." + fn.Name()
}

// Upper is name with its first letter in upper case, if that has one.
func Upper(name string) string {
	if name == "" {
		return ""
	}
	return upper(name)
}

// upper and lower change the case of the first letter. A name that starts
// with an underscore or a caseless letter stays as it is.
func upper(s string) string { return first(s, unicode.ToUpper) }
func lower(s string) string { return first(s, unicode.ToLower) }

func first(s string, f func(rune) rune) string {
	c, n := utf8.DecodeRuneInString(s)
	return string(f(c)) + s[n:]
}

// suffixes are the last parts of a file name that the go command reads as
// build constraints; they must stay last in the generated file's name.
var suffixes = knownSuffixes()

// IsTest reports whether the go command compiles the file at path for tests only.
func IsTest(path string) bool { return strings.HasSuffix(path, "_test.go") }

// Generated is the path of the file generated from the source file at path:
// x.go → x_greenlet.go, x_linux_amd64.go → x_greenlet_linux_amd64.go,
// x_test.go → x_greenlet_test.go.
func Generated(path string) string {
	dir, base := filepath.Split(path)
	parts := strings.Split(strings.TrimSuffix(base, ".go"), "_")
	cut := len(parts)
	for cut > 1 && suffixes[parts[cut-1]] {
		cut--
	}
	name := strings.Join(parts[:cut], "_") + "_greenlet"
	if cut < len(parts) {
		name += "_" + strings.Join(parts[cut:], "_")
	}
	return dir + name + ".go"
}

// systems and processors are the values of GOOS and GOARCH that there are or have been.
const (
	systems    = "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos"
	processors = "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm"
)

// IsSystem reports whether s is a value of GOOS.
func IsSystem(s string) bool { return slices.Contains(strings.Fields(systems), s) }

// IsProcessor reports whether s is a value of GOARCH.
func IsProcessor(s string) bool { return slices.Contains(strings.Fields(processors), s) }

func knownSuffixes() map[string]bool {
	m := map[string]bool{"test": true}
	for _, s := range strings.Fields(systems + " " + processors) {
		m[s] = true
	}
	return m
}
