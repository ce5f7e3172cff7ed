package durable_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/rewrite"
)

// Rules of evolution: what the function f before has yielded at is gone on with by after, or
// refused. All are built into two programs, of which one takes the snapshots.
type rule struct {
	name          string
	before, after string // declarations; an f in them is called like the rule
	want          string // the result, or a part of the error
}

var rules = []rule{
	{"same", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"7"},
	{"variableAdded", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { early := 1; x := early + 6; greenlet.Yield("here"); late := x + 1; return fmt.Sprint(x, late) }`,
		"7 8"},
	{"variableDropped", `
		func f() string { x, gone := 7, &[]string{"a", "b"}; greenlet.Yield("here"); return fmt.Sprint(x, gone) }`, `
		func f() string { x := 1; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"7"},
	{"variableMissing", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x, y := 7, 8; greenlet.Yield("here"); return fmt.Sprint(x, y) }`,
		"variable y is needed behind"},
	{"variableRenamed", `
		func f() string { old := 7; greenlet.Yield("here"); return fmt.Sprint(old) }`, `
		func f() string {
			fresh := 8 //greenlet:was old
			greenlet.Yield("here")
			return fmt.Sprint(fresh)
		}`,
		"7"},
	{"variableRenamedSilently", `
		func f() string { old := 7; greenlet.Yield("here"); return fmt.Sprint(old) }`, `
		func f() string { fresh := 7; greenlet.Yield("here"); return fmt.Sprint(fresh) }`,
		"variable fresh is needed behind"},
	{"variableOfOtherType", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := "7"; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"variable x: it was int, and is string"},
	{"elementsOfOtherType", `
		func f() string { x := []int(nil); greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := []int8(nil); greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"variable x: it was []int, and is []int8"},
	{"arrayOfOtherLength", `
		func f() string { x := [2]int{1, 2}; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := [3]int{1, 2}; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"variable x: it was [2]int, and is [3]int"},
	{"variableCaptured", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := 7; p := &x; *p = 7; greenlet.Yield("here"); return fmt.Sprint(x, *p) }`,
		"variable x: it was captured"},
	{"parameterAdded", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f(verbose bool) string { x := 7; if verbose { x++ }; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"7"},
	{"typeOfOtherKind", `
		type fT int
		func f() string { x := fT(7); greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		type fT string
		func f() string { x := fT("7"); greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"variable x: it was main.typeOfOtherKindT, and is main.typeOfOtherKindT"},
	{"typeRenamed", `
		type fA int
		func f() string { x := fA(7); greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		type fB int
		func f() string { x := fB(7); greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"variable x: it was main.typeRenamedA"},
	{"insertedBefore", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := 7; greenlet.Yield("new"); x++; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"7"},
	{"insertedAfter", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := 7; greenlet.Yield("here"); greenlet.Yield("new"); x++; return fmt.Sprint(x) }`,
		"new, 8"},
	{"movedIntoLoop", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := 7; for x < 9 { greenlet.Yield("here"); x++ }; return fmt.Sprint(x) }`,
		"here, 9"},
	{"pointNamed", `
		func f() string {
			x := 7
			//greenlet:point charge
			greenlet.Yield("here")
			return fmt.Sprint(x)
		}`, `
		func f() string {
			x := 7
			for range 2 {
				//greenlet:point charge
				greenlet.Yield(fmt.Sprint("otherwise ", x))
			}
			return fmt.Sprint(x)
		}`,
		"variable"}, // the loop's counter is needed
	{"pointNamedOtherwise", `
		func f() string {
			x := 7
			//greenlet:point charge
			greenlet.Yield("here")
			return fmt.Sprint(x)
		}`, `
		func f() string {
			x := 7
			greenlet.Yield("here")
			//greenlet:point charge
			greenlet.Yield(fmt.Sprint("otherwise ", x))
			return fmt.Sprint(x + 1)
		}`,
		"8"},
	{"callChanged", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := 7; greenlet.Yield("there"); return fmt.Sprint(x) }`,
		"it has no suspension Yield#"},
	{"equalCalls", `
		func f() string { greenlet.Yield("first"); x := 7; greenlet.Yield("here"); x++; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { greenlet.Yield("other"); x := 7; greenlet.Yield("here"); x += 5; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"here, 12"},
	{"equalCallsMore", `
		func f() string { x := 7; greenlet.Yield("here"); greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := 7; greenlet.Yield("here"); greenlet.Yield("here"); greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"it has no suspension Yield#"},
	{"functionRenamed", `
		//greenlet:resumable durable
		func fOld(n int) int { greenlet.Yield("here"); return n + 1 }
		func f() string {
			//greenlet:point inner
			x := fOld(6)
			return fmt.Sprint(x)
		}`, `
		//greenlet:resumable durable
		//greenlet:was functionRenamedOld
		func fNew(n int) int { greenlet.Yield("here"); return n + 2 }
		func f() string {
			//greenlet:point inner
			x := fNew(6)
			return fmt.Sprint(x)
		}`,
		"8"},
	{"functionGone", `
		//greenlet:resumable durable
		func fOld(n int) int { greenlet.Yield("here"); return n + 1 }
		func f() string {
			//greenlet:point inner
			x := fOld(6)
			return fmt.Sprint(x)
		}`, `
		//greenlet:resumable durable
		func fNew(n int) int { greenlet.Yield("here"); return n + 2 }
		func f() string {
			//greenlet:point inner
			x := fNew(6)
			return fmt.Sprint(x)
		}`,
		"functionGoneOld has changed: it is not in this program"},
	{"otherCallee", `
		//greenlet:resumable durable
		func fA(n int) int { greenlet.Yield("here"); return n + 1 }
		func f() string {
			//greenlet:point inner
			x := fA(6)
			return fmt.Sprint(x)
		}`, `
		//greenlet:resumable durable
		func fA(n int) int { greenlet.Yield("here"); return n + 1 }
		//greenlet:resumable durable
		func fB(n string) string { greenlet.Yield("here"); return n }
		func f() string {
			if false { fA(6) }
			//greenlet:point inner
			x := fB("6")
			return fmt.Sprint(x)
		}`,
		"its suspension inner is a call of example.com/evolving.otherCalleeB now, and the greenlet is in example.com/evolving.otherCalleeA"},
	{"fieldAdded", `
		type fS struct { A int; B string }
		func f() string { x := &fS{7, "b"}; greenlet.Yield("here"); return fmt.Sprint(*x) }`, `
		type fS struct { New []int; B string; A int }
		func f() string { x := &fS{A: 1}; greenlet.Yield("here"); return fmt.Sprint(*x) }`,
		"{[] b 7}"},
	{"fieldDropped", `
		type fS struct { A int; gone map[string]*fS; B string }
		func f() string { x := fS{7, nil, "b"}; x.gone = map[string]*fS{"x": &x}; greenlet.Yield("here"); return fmt.Sprint(x.A, x.B) }`, `
		type fS struct { A int; B string }
		func f() string { x := fS{A: 1}; p := &x; *p = x; greenlet.Yield("here"); return fmt.Sprint(x.A, x.B) }`,
		"7b"},
	{"fieldOfOtherType", `
		type fS struct { A int }
		func f() string { x := []fS{{7}}; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		type fS struct { A string }
		func f() string { x := []fS{{"7"}}; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"field A: it was int, and is string"},
	{"pointerIntoField", `
		type fS struct { A int; B [3]int }
		func f() string { s := &fS{}; p := &s.B[1]; *p = 7; greenlet.Yield("here"); *p++; return fmt.Sprint(s.B) }`, `
		type fS struct { New string; B [3]int; A int }
		func f() string { s := &fS{}; p := &s.B[1]; *p = 7; greenlet.Yield("here"); *p++; return fmt.Sprint(s.B) }`,
		"[0 8 0]"},
	{"pointerIntoFieldGone", `
		type fS struct { A int; B int }
		func f() string { s := &fS{}; p := &s.B; *p = 7; greenlet.Yield("here"); *p++; return fmt.Sprint(s.A, *p) }`, `
		type fS struct { A int }
		func f() string { s := &fS{}; p := new(int); *p = 7; greenlet.Yield("here"); *p++; return fmt.Sprint(s.A, *p) }`,
		"there is no .B in it"},
	{"literalChanged", `
		func f() string { x := 7; g := func() int { return x + 1 }; greenlet.Yield("here"); return fmt.Sprint(g()) }`, `
		func f() string { x := 7; g := func() int { return x + 2 }; greenlet.Yield("here"); return fmt.Sprint(g()) }`,
		"this program has no such function literal"},
	{"literalMoved", `
		func f() string { x := 7; g := func() int { return x + 1 }; greenlet.Yield("here"); x++; return fmt.Sprint(g()) }`, `
		func f() string {
			x := 7
			h := func() int { return x + 5 }
			h()
			g := func() int { return x + 1 }
			greenlet.Yield("here")
			x += 2
			return fmt.Sprint(g())
		}`,
		"10"},
	{"literalDropped", `
		func f() string { x := 7; g := func() int { return x + 1 }; greenlet.Yield("here"); return fmt.Sprint(x, g()) }`, `
		func f() string { x := 7; p := &x; *p = x; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"7"},
	{"typeInInterfaceGone", `
		type fT struct { A int }
		func f() string { known := &fT{}; var x any = fT{7}; greenlet.Yield("here"); return fmt.Sprint(x, known) }`, `
		func f() string { var x any = 7; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"typeInInterfaceGoneT has changed: it is not known to this program"},
	{"typeInInterfaceDropped", `
		type fT struct { A int; P *fT }
		func f() string { known := &fT{}; var x any = fT{7, &fT{}}; y := 8; greenlet.Yield("here"); return fmt.Sprint(x != nil, y, *known) }`, `
		func f() string { y := 1; greenlet.Yield("here"); return fmt.Sprint(y) }`,
		"8"},
	// What is mentioned first where it is dropped, and kept where it is mentioned later.
	{"droppedThenKept", `
		type fIn struct { V int; M map[string]int }
		type fOut struct { P *fIn; M map[string]int }
		func f() string {
			m := map[string]int{"a": 1}
			gone := &fIn{7, m}
			kept := &fOut{gone, m}
			greenlet.Yield("here")
			return fmt.Sprint(*gone, kept.P.V, m)
		}`, `
		type fIn struct { V int; M map[string]int }
		type fOut struct { P *fIn; M map[string]int }
		func f() string {
			kept := &fOut{}
			greenlet.Yield("here")
			kept.M["b"] = 2
			return fmt.Sprint(kept.P.V, kept.P.M, kept.M)
		}`,
		"7 map[a:1 b:2] map[a:1 b:2]"},
	// One function has changed, the other not: both say what the type is that they share.
	{"sharedByTwoFunctions", `
		type fS struct { V int; Next *fS }
		//greenlet:resumable durable
		func fIn(s *fS) { greenlet.Yield("here"); s.V++ }
		func f() string { s := &fS{V: 7}; s.Next = s; fIn(s); return fmt.Sprint(s.V, s.Next == s) }`, `
		type fS struct { V int; Next *fS }
		//greenlet:resumable durable
		func fIn(s *fS) { x := s.V; greenlet.Yield("here"); s.V++; greenlet.Yield("new"); x = s.V; s.V += x }
		func f() string { s := &fS{V: 7}; s.Next = s; fIn(s); return fmt.Sprint(s.V, s.Next == s) }`,
		"new, 16 true"},
	{"deferAdded", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := 7; greenlet.Yield("here"); defer func() { x++ }(); greenlet.Yield("new"); return fmt.Sprint(x + 1) }`,
		"variable x: it was captured"},
	{"deferAddedOfNothing", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := 7; greenlet.Yield("here"); defer func() { recover() }(); greenlet.Yield("new"); return fmt.Sprint(x + 1) }`,
		"new, 8"},
	{"resultNamed", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() (s string) { x := 7; greenlet.Yield("here"); defer func() { s += "!" }(); return fmt.Sprint(x) }`,
		"variable s is needed behind"},
	{"deferDropped", `
		func f() (s string) { x := 7; defer func() { s += "!" }(); greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() (s string) { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"and its call is deferred"},
	{"wide", `
		func f() string { x, y := int64(1)<<40, []uint{7, 1<<32 - 1}; greenlet.Yield("here"); return fmt.Sprint(x, y) }`, `
		func f() string { x, y := int64(1)<<40, []uint{7, 1<<32 - 1}; greenlet.Yield("here"); return fmt.Sprint(x, y) }`,
		"1099511627776 [7 4294967295]"},
}

// main is that of both programs. It takes snapshots, or goes on with those that it is given.
const evolvingMain = `package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/going-green/greenlet/durable"
	greenlet "github.com/going-green/greenlet/runtime"
)

func main() {
	got := map[string]string{}
	if len(os.Args) > 1 {
		for name, g := range all() {
			for v := any(nil); v != "here"; {
				v = g.Switch()
			}
			b, err := durable.Snapshot(g)
			if err != nil {
				panic(err)
			}
			got[name] = fmt.Sprintf("%x", b)
		}
	} else {
		var given map[string]string
		json.NewDecoder(os.Stdin).Decode(&given)
		for name, hex := range given {
			var b []byte
			fmt.Sscanf(hex, "%x", &b)
			got[name] = goOn(b)
		}
	}
	json.NewEncoder(os.Stdout).Encode(got)
}

func goOn(b []byte) string {
	gs, err := durable.Restore(b)
	if err != nil {
		return "error: " + err.Error()
	}
	var log []string
	for g := gs[0]; !g.Dead(); {
		log = append(log, fmt.Sprint(g.Switch()))
	}
	return strings.Join(log, ", ")
}
`

// evolving writes and builds one of the programs.
func evolving(t *testing.T, dir string, text func(r rule) string, starts bool) {
	repo, err := filepath.Abs("..")
	require.NoError(t, err)
	mod, err := os.ReadFile(filepath.Join(repo, "go.mod"))
	require.NoError(t, err)
	sum, err := os.ReadFile(filepath.Join(repo, "go.sum"))
	require.NoError(t, err)
	_, requires, _ := strings.Cut(string(mod), "\nrequire (")
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	write("go.mod", "module example.com/evolving\n\ngo 1.26.0\n\nrequire github.com/going-green/greenlet v0.0.0\n\nrequire ("+requires+
		"\n\nreplace github.com/going-green/greenlet => "+repo+"\n")
	write("go.sum", string(sum))
	list := "func all() map[string]*greenlet.Greenlet {\n\treturn map[string]*greenlet.Greenlet{\n"
	for _, r := range rules {
		src := strings.ReplaceAll(text(r), "func f(", "//greenlet:resumable durable\nfunc f(")
		for _, part := range []string{"func f", "type f", " f", "*f", "]f", "{f", "&f"} {
			for _, next := range []string{"(", "T", "A", "B", "S", "In", "Out", "Old", "New"} {
				src = strings.ReplaceAll(src, part+next, strings.TrimSuffix(part, "f")+r.name+next)
			}
		}
		write(strings.ToLower(r.name)+".go", "package main\n\nimport (\n\t\"fmt\"\n\n\tgreenlet \"github.com/going-green/greenlet/runtime\"\n)\n"+src)
		list += fmt.Sprintf("\t\t%q: greenlet.New(%s),\n", r.name, r.name)
	}
	if !starts {
		list = "func all() map[string]*greenlet.Greenlet {\n\treturn map[string]*greenlet.Greenlet{\n"
	}
	write("main.go", evolvingMain+list+"\t}\n}\n")
	result, err := rewrite.Generate(context.Background(), rewrite.Options{Dir: dir, Env: append(os.Environ(), "GOFLAGS=-mod=mod")}, ".")
	require.NoError(t, err)
	for _, d := range result.Diagnostics {
		t.Error(d)
	}
	build(t, dir, "program")
}

func build(t *testing.T, dir, name string, env ...string) {
	cmd := exec.Command("go", "build", "-mod=mod", "-buildvcs=false", "-o", name, ".")
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOFLAGS="), env...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// says runs one of the programs.
func says(t *testing.T, program string, given map[string]string, args ...string) map[string]string {
	in, err := json.Marshal(given)
	require.NoError(t, err)
	cmd := exec.Command(program, args...)
	cmd.Stdin = strings.NewReader(string(in))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var got map[string]string
	require.NoError(t, json.Unmarshal(out, &got))
	return got
}

func TestEvolution(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	before, after := t.TempDir(), t.TempDir()
	evolving(t, before, func(r rule) string { return r.before }, true)
	evolving(t, after, func(r rule) string { return r.after }, false)
	taken := says(t, filepath.Join(before, "program"), nil, "take")
	got := says(t, filepath.Join(after, "program"), taken)
	for _, r := range rules {
		if strings.HasPrefix(got[r.name], "error: ") {
			assert.Contains(t, got[r.name], r.want, r.name)
			continue
		}
		assert.Equal(t, r.want, got[r.name], r.name)
	}

	// The same program for a machine of other widths.
	if runtime.GOARCH != "amd64" {
		t.Skip("386 runs on amd64 only")
	}
	build(t, before, "program386", "GOARCH=386", "CGO_ENABLED=0")
	narrow := filepath.Join(before, "program386")
	want := says(t, filepath.Join(before, "program"), taken)
	assert.Equal(t, want, says(t, narrow, taken))
	taken386 := says(t, narrow, nil, "take")
	assert.Equal(t, want, says(t, filepath.Join(before, "program"), taken386))
	assert.Equal(t, got, says(t, filepath.Join(after, "program"), taken386))
}
