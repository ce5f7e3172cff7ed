package durable_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
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
		"variable y: the snapshot does not have it"},
	{"variableRenamed", `
		func f() string { old := 7; greenlet.Yield("here"); return fmt.Sprint(old) }`, `
		func f() string {
			fresh := 8 //greenlet:was old
			greenlet.Yield("here")
			return fmt.Sprint(fresh)
		}`,
		"7"},
	{"variableBelowAFormerName", `
		func f() string { a, b := 7, 8; greenlet.Yield("here"); return fmt.Sprint(a, b) }`, `
		func f() string {
			x := 9 //greenlet:was a
			y := 9
			greenlet.Yield("here")
			return fmt.Sprint(x, y)
		}`,
		"variable y: the snapshot does not have it"},
	{"variableRenamedSilently", `
		func f() string { old := 7; greenlet.Yield("here"); return fmt.Sprint(old) }`, `
		func f() string { fresh := 7; greenlet.Yield("here"); return fmt.Sprint(fresh) }`,
		"variable fresh: the snapshot does not have it; if it was called old, say //greenlet:was old"},
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
		func f() string { x := 7; greenlet.Yield("here"); p := &x; greenlet.Yield("new"); *p++; return fmt.Sprint(x) }`,
		"new, 8"},
	{"parameterCaptured", `
		//greenlet:resumable durable
		func fIn(x int) int { greenlet.Yield("here"); return x }
		func f() string { x := fIn(7); return fmt.Sprint(x) }`, `
		//greenlet:resumable durable
		func fIn(x int) int { greenlet.Yield("here"); inc := func() { x++ }; greenlet.Yield("new"); inc(); return x }
		func f() string { x := fIn(7); return fmt.Sprint(x) }`,
		"new, 8"},
	{"variableNotCapturedAnyMore", `
		func f() string { x := 7; p := &x; *p = 7; greenlet.Yield("here"); return fmt.Sprint(x, *p) }`, `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"variable x: it was captured, or had its address taken, and is not now"},
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
	{"genericRenamed", `
		//greenlet:resumable durable
		func fOld[T any](v T) T { greenlet.Yield("here"); return v }
		func f() string {
			//greenlet:point one
			x := fOld(6)
			//greenlet:point two
			s := fOld("a")
			return fmt.Sprint(x, s)
		}`, `
		//greenlet:resumable durable
		//greenlet:was genericRenamedOld
		func fNew[T any](v T) T { greenlet.Yield("here"); return v }
		func f() string {
			//greenlet:point one
			x := fNew(6)
			//greenlet:point two
			s := fNew("a")
			return fmt.Sprint(x, s, "!")
		}`,
		"here, 6a!"},
	{"functionOfLiteralsRenamed", `
		//greenlet:resumable durable
		func fOld() int {
			n := 1
			inc := func() int { n++; return n }
			ask := func() int { greenlet.Yield("here"); n++; return n }
			//greenlet:point asks
			x := ask()
			return x + inc()
		}
		func f() string {
			//greenlet:point inner
			x := fOld()
			return fmt.Sprint(x)
		}`, `
		//greenlet:resumable durable
		//greenlet:was functionOfLiteralsRenamedOld
		func fNew() int {
			n := 1
			inc := func() int { n++; return n }
			ask := func() int { greenlet.Yield("here"); n++; return n }
			//greenlet:point asks
			x := ask()
			return x + inc() + 100
		}
		func f() string {
			//greenlet:point inner
			x := fNew()
			return fmt.Sprint(x)
		}`,
		"105"},
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
		"new, 8"},
	{"deferAddedOfNothing", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := 7; greenlet.Yield("here"); defer func() { recover() }(); greenlet.Yield("new"); return fmt.Sprint(x + 1) }`,
		"new, 8"},
	{"resultNamed", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() (s string) { x := 7; greenlet.Yield("here"); defer func() { s += "!" }(); return fmt.Sprint(x) }`,
		"variable s: the snapshot does not have it"},
	{"deferDropped", `
		func f() (s string) { x := 7; defer func() { s += "!" }(); greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() (s string) { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"and its call is deferred"},
	// What is making its deferred calls stands at no suspension that could have a name.
	{"deferDroppedOnItsWay", `
		func f() (s string) { g := func() { greenlet.Yield("here"); s += "!" }; defer func() { g() }(); return "7" }`, `
		func f() (s string) { g := func() { greenlet.Yield("here"); s += "!" }; func() { g() }(); return "7" }`,
		"it defers nothing any more, and the greenlet is making its deferred calls; keep a defer statement in it while there are snapshots that stand there"},
	{"pointTakenOver", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string {
			x := 7
			//greenlet:point Yield#c81a025f
			greenlet.Yield("there")
			return fmt.Sprint(x)
		}`,
		"7"},
	// What a switch receives comes after it: where that goes need not be what it was.
	{"receivedByOtherText", `
		func f() string {
			x := 7
			//greenlet:point ask
			if greenlet.Exchange[int, string]("here") == 0 { return fmt.Sprint(x) }
			return "misread"
		}`, `
		func f() string {
			x := 1
			//greenlet:point ask
			if greenlet.Exchange[int, string]("there") == 0 { return fmt.Sprint(x) }
			return "misread"
		}`,
		"7"},
	{"receivedByOtherVariable", `
		func f() string {
			x := 7
			//greenlet:point ask
			y := greenlet.Exchange[int, string]("here")
			return fmt.Sprint(x, y)
		}`, `
		func f() string {
			x := 1
			//greenlet:point ask
			z := greenlet.Exchange[int, string]("there")
			return fmt.Sprint(x, z)
		}`,
		"7 0"},
	{"receivedIsNoValueYet", `
		func f() string {
			//greenlet:point ask
			y := greenlet.Exchange[int, string]("here")
			return fmt.Sprint(y)
		}`, `
		func f() string {
			y := 7
			//greenlet:point ask
			z := greenlet.Exchange[int, string]("here")
			return fmt.Sprint(y, z)
		}`,
		"variable y: the snapshot does not have it"},
	{"receivedByACapturedOne", `
		func f() string {
			x := 7
			//greenlet:point ask
			x = greenlet.Exchange[int, string]("here")
			return fmt.Sprint(x)
		}`, `
		func f() string {
			x := 1
			show := func() string { return fmt.Sprint(x) }
			//greenlet:point ask
			x = greenlet.Exchange[int, string]("here")
			return show()
		}`,
		"variable x: the snapshot does not have it"},
	// Variables of one name are told by the order in which they are declared.
	{"shadowed", `
		func f() string { x := 7; { x := 8; greenlet.Yield("here"); x++; if x != 9 { return "inner" } }; return fmt.Sprint(x) }`, `
		func f() string { x := 1; { x := 2; y := x; greenlet.Yield("here"); y = x; x++; if x != 9 || y != 8 { return fmt.Sprint("inner", x) } }; return fmt.Sprint(x) }`,
		"7"},
	{"shadowedByAnother", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { if x := len("a"); x > 1 { greenlet.Yield("never"); return fmt.Sprint(x) }; x := 1; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"7"},
	{"shadowedBySomeLiveThere", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := 1; { x := 2; greenlet.Yield("here"); if x > 9 { return "" } }; return fmt.Sprint(x) }`,
		"variable x#1/2: the snapshot does not have it"},
	// The inner one would get the value of the outer one.
	{"shadowedNotAnyMore", `
		func f() string { x := 7; { x := 8; greenlet.Yield("here"); if x > 9 { return "" } }; return fmt.Sprint(x) }`, `
		func f() string { { x := 2; greenlet.Yield("here"); if x != 8 { return "misread" } }; return "8" }`,
		"variable x: the snapshot does not have it"},
	// What a statement has computed has no name: the statement must be the same.
	{"temporary", `
		//greenlet:resumable durable
		func fIn() string { greenlet.Yield("here"); return "5" }
		func f() string { x := 7; y := fmt.Sprint(x) + fIn(); return y }`, `
		//greenlet:resumable durable
		func fIn() string { greenlet.Yield("here"); return "5" }
		//greenlet:resumable durable
		func fA() int { greenlet.Yield("new"); return 1 }
		func f() string { z := min(1, 2) + fA(); x := 6 + z; y := fmt.Sprint(x) + fIn(); y += "!"; return y }`,
		"75!"},
	{"temporaryOfOtherStatement", `
		//greenlet:resumable durable
		func fIn() string { greenlet.Yield("here"); return "5" }
		func f() string { x := 7; y := fmt.Sprint(x) + fIn(); return y }`, `
		//greenlet:resumable durable
		func fIn() string { greenlet.Yield("here"); return "5" }
		func f() string { x := 7; y := fmt.Sprintln(x) + fIn(); return y }`,
		"it has no suspension temporaryOfOtherStatementIn#"},
	{"loopAround", `
		func f() string {
			s := ""
			for i, x := range []int{7, 8} { if i == 0 { greenlet.Yield("here") }; s += fmt.Sprint(x) }
			return s
		}`, `
		func f() string {
			s := ""
			for range []int{1, 2} { for i, x := range []int{7, 8} { if i == 0 { greenlet.Yield("here") }; s += fmt.Sprint(x) } }
			return s
		}`,
		"the snapshot does not have it"},
	{"loopAroundGone", `
		func f() string {
			s := ""
			for j := range []int{1, 2} { for i, x := range []int{7, 8} { if i + j == 0 { greenlet.Yield("here") }; s += fmt.Sprint(x) } }
			return s
		}`, `
		func f() string {
			s := ""
			for i, x := range []int{7, 8} { if i == 0 { greenlet.Yield("here") }; s += fmt.Sprint(x) }
			return s
		}`,
		"78"},
	{"loopsBefore", `
		func f() string { s := ""; for i := range 3 { if i == 1 { greenlet.Yield("here") }; s += fmt.Sprint(i) }; return s }`, `
		func f() string {
			s := ""
			for i := range 2 { greenlet.Yield("new"); s += fmt.Sprint(i) }
			for i := range 3 { if i == 1 { greenlet.Yield("here") }; s += fmt.Sprint(i) }
			return s
		}`,
		"012"},
	{"parametersSwapped", `
		//greenlet:resumable durable
		func fIn(a int, b string) string { greenlet.Yield("here"); return fmt.Sprint(a, b) }
		func f() string {
			//greenlet:point inner
			s := fIn(7, "b")
			return s
		}`, `
		//greenlet:resumable durable
		func fIn(b string, a int) string { greenlet.Yield("here"); return fmt.Sprint(a, b) }
		func f() string {
			//greenlet:point inner
			s := fIn("x", 1)
			return s
		}`,
		"7b"},
	{"methodOfRenamedType", `
		type fA struct { N int }
		//greenlet:resumable durable
		func (a *fA) next() int { greenlet.Yield("here"); return a.N }
		func f() string { a := &fA{7}; s := fmt.Sprint(a.next()); return s }`, `
		type fB struct { N int }
		func init() { durable.Was[fB]("main.RULEA") }
		//greenlet:resumable durable
		//greenlet:was (*RULEA).next
		func (a *fB) next() int { greenlet.Yield("here"); return a.N }
		func f() string { a := &fB{1}; s := fmt.Sprint(a.next()); return s }`,
		"7"},
	{"typeRenamedAndSaid", `
		type fA struct { N int; Next *fA }
		func f() string { x := []fA{{N: 7}}; var y any = fA{N: 8}; x[0].Next = &x[0]; greenlet.Yield("here"); return fmt.Sprint(x[0].Next.N, y) }`, `
		type fB struct { N int; Next *fB }
		func init() { durable.Was[fB]("main.RULEA") }
		func f() string { var x []fB; var y any; greenlet.Yield("here"); return fmt.Sprint(x[0].Next.N, y.(fB).N) }`,
		"7 8"},
	{"keysOfOtherType", `
		func f() string { x := map[int]string{7: "a"}; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		func f() string { x := map[int64]string{}; greenlet.Yield("here"); return fmt.Sprint(x) }`,
		"variable x: it was map[int]string, and is map[int64]string"},
	{"notDurableAnyMore", `
		//greenlet:resumable durable
		func fIn() { greenlet.Yield("here") }
		func f() string { fIn(); return "7" }`, `
		//greenlet:resumable
		func fIn() { greenlet.Yield("here") }
		func f() string { return "7" }`,
		"notDurableAnyMoreIn has changed: it is not in this program, or not durable"},
	{"switchIsCall", `
		func f() string {
			//greenlet:point ask
			greenlet.Yield("here")
			return "7"
		}`, `
		//greenlet:resumable durable
		func fIn() { greenlet.Yield("here") }
		func f() string {
			//greenlet:point ask
			fIn()
			return "7"
		}`,
		"its suspension ask is a call now, and was a switch"},
	{"callIsSwitch", `
		//greenlet:resumable durable
		func fIn() { greenlet.Yield("here") }
		func f() string {
			//greenlet:point ask
			fIn()
			return "7"
		}`, `
		//greenlet:resumable durable
		func fIn() { greenlet.Yield("here") }
		func f() string {
			if false { fIn() }
			//greenlet:point ask
			greenlet.Yield("here")
			return "7"
		}`,
		"its suspension ask is a switch now, and was a call of"},
	{"rangeOverMap", `
		func f() string {
			n := 0
			m := map[string]int{"a": 1, "b": 2}
			for k, v := range m {
				if n == 0 { greenlet.Yield("here") }
				n += len(k) * v
			}
			return fmt.Sprint(n)
		}`, `
		func f() string {
			n, more := 0, 0
			m := map[string]int{}
			for k, v := range m {
				if n == 0 { greenlet.Yield("here") }
				n += len(k) * v
				more = n
			}
			return fmt.Sprint(n, more)
		}`,
		"3 3"},
	{"interfaceOfOtherMethods", `
		type fA struct { N int }
		func (a fA) Error() string { return fmt.Sprint(a.N) }
		func f() string { var x error = fA{7}; y := fA{}; greenlet.Yield("here"); return fmt.Sprint(x, y.N) }`, `
		type fA struct { N int }
		func (a fA) String() string { return fmt.Sprint(a.N) }
		func f() string { var x fmt.Stringer = fA{1}; y := fA{}; greenlet.Yield("here"); return fmt.Sprint(x, y.N) }`,
		"variable x: it was error, and is fmt.Stringer"},

	{"migrated", `
		func f() string { price := 7; id := "a"; greenlet.Yield("here"); return fmt.Sprint(price, id) }`, `
		type fA struct { price int }
		type fB struct { amount float64; currency string }
		func init() {
			durable.Migrate("example.com/evolving.RULE", func(o fA) (fB, error) { return fB{float64(o.price) / 2, "EUR"}, nil })
		}
		func f() string { amount := 1.0; currency := ""; id := ""; greenlet.Yield("here"); return fmt.Sprint(amount, currency, id) }`,
		"3.5EURa"},
	{"migratedOfOneName", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		type fA struct { x int }
		type fB struct { x string }
		func init() {
			durable.Migrate("example.com/evolving.RULE", func(o fA) (fB, error) { return fB{fmt.Sprint("s", o.x)}, nil })
		}
		func f() string { x := ""; greenlet.Yield("here"); return x }`,
		"s7"},
	{"migratedTwice", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		type fA struct { x int }
		type fB struct { y float64 }
		type fIn struct { y float64 }
		type fOut struct { z string }
		func init() {
			durable.Migrate("example.com/evolving.RULE", func(o fA) (fB, error) { return fB{float64(o.x) + 0.5}, nil })
			durable.Migrate("example.com/evolving.RULE", func(o fIn) (fOut, error) { return fOut{fmt.Sprint("z", o.y)}, nil })
		}
		func f() string { z := ""; greenlet.Yield("here"); return z }`,
		"z7.5"},
	{"migratedToCaptured", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		type fA struct { x int }
		type fB struct { y string }
		func init() {
			durable.Migrate("example.com/evolving.RULE", func(o fA) (fB, error) { return fB{fmt.Sprint("s", o.x)}, nil })
		}
		func f() string { y := ""; p := &y; greenlet.Yield("here"); if p != nil { *p += "!" }; return y }`,
		"variable p: the snapshot does not have it"},
	{"migratedFromCaptured", `
		func f() string { x := 7; inc := func() { x++ }; greenlet.Yield("here"); inc(); return fmt.Sprint(x) }`, `
		type fA struct { x int }
		type fB struct { y string }
		func init() {
			durable.Migrate("example.com/evolving.RULE", func(o fA) (fB, error) { return fB{fmt.Sprint("s", o.x)}, nil })
		}
		func f() string { y := ""; greenlet.Yield("here"); add := func() { y += "!" }; greenlet.Yield("new"); add(); return y }`,
		"new, s7!"},
	{"migratedDefault", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		type fB struct { more []string }
		func init() {
			durable.Migrate("example.com/evolving.RULE", func(struct{}) (fB, error) { return fB{[]string{"m"}}, nil })
		}
		func f() string { x := 1; more := []string{}; greenlet.Yield("here"); return fmt.Sprint(x, more) }`,
		"7 [m]"},
	{"migratedElsewhere", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		type fA struct { x int }
		type fB struct { y int }
		func init() {
			durable.Migrate("example.com/evolving.RULE", func(o fA) (fB, error) { return fB{o.x}, nil }, "other")
		}
		func f() string { y := 1; greenlet.Yield("here"); return fmt.Sprint(y) }`,
		"variable y: the snapshot does not have it"},
	{"migrationFails", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		type fA struct { x int }
		type fB struct { y int }
		func init() {
			durable.Migrate("example.com/evolving.RULE", func(o fA) (fB, error) { return fB{}, errors.New("no such price") })
		}
		func f() string { y := 1; greenlet.Yield("here"); return fmt.Sprint(y) }`,
		"values of example.com/evolving.migrationFails can't be migrated: no such price"},
	{"migrationPanics", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		type fA struct { x int }
		type fB struct { y int }
		func init() {
			durable.Migrate("example.com/evolving.RULE", func(o fA) (fB, error) { var m map[int]int; m[o.x] = 1; return fB{}, nil })
		}
		func f() string { y := 1; greenlet.Yield("here"); return fmt.Sprint(y) }`,
		"can't be migrated: it panicked: assignment to entry in nil map"},
	{"migrationOfOtherResult", `
		func f() string { x := 7; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		type fA struct { x int }
		type fB struct { y int }
		func init() {
			durable.Migrate("example.com/evolving.RULE", func(o fA) (fB, error) { return fB{o.x}, nil })
		}
		func f() string { y := ""; greenlet.Yield("here"); return fmt.Sprint(y) }`,
		"variable y: its migration makes int, and it is string"},
	{"fieldsMigrated", `
		type fS struct { Price int; ID string; Next *fS }
		func f() string {
			x := []fS{{7, "a", nil}, {8, "b", nil}}
			x[1].Next = &x[0]
			m := map[string]fS{"k": x[1]}
			var v any = fS{9, "c", &x[1]}
			p := &x[1].ID
			greenlet.Yield("here")
			return fmt.Sprint(len(x), len(m), v != nil, *p)
		}`, `
		type fS struct { Amount float64; ID string; Next *fS }
		type fA struct { Price int }
		type fB struct { Amount float64 }
		func init() {
			durable.MigrateType[fS](func(o fA) (fB, error) { return fB{float64(o.Price) / 2}, nil })
		}
		func f() string {
			var x []fS
			var m map[string]fS
			var v any
			var p *string
			greenlet.Yield("here")
			*p += "!"
			return fmt.Sprint(x[0].Amount, x[1].Amount, x[1].ID, x[1].Next.Amount, m["k"].Amount, v.(fS).Amount, v.(fS).Next == &x[1])
		}`,
		"3.5 4b!3.5 4 4.5 true"},
	// Old's types are for reading: they have other names, and go as deep as they must.
	{"migratedDeep", `
		type fIn struct { N int }
		type fS struct { P *fIn; L []fIn }
		func f() string { x := fS{&fIn{7}, []fIn{{1}, {2}}}; greenlet.Yield("here"); return fmt.Sprint(x.L) }`, `
		type fIn struct { N string }
		type fS struct { Sum string }
		type fOld struct { N int }
		type fA struct { P *fOld; L []fOld }
		func init() {
			durable.MigrateType[fS](func(o fA) (fS, error) {
				sum := o.P.N
				for _, e := range o.L { sum += e.N }
				return fS{fmt.Sprint(sum)}, nil
			})
		}
		func f() string { x := fS{}; greenlet.Yield("here"); return x.Sum }`,
		"10"},
	// The frame's migration sees structs that have been migrated.
	{"migratedInAndOut", `
		type fS struct { N int }
		func f() string { x := &fS{7}; greenlet.Yield("here"); return fmt.Sprint(x) }`, `
		type fS struct { S string }
		type fA struct { N int }
		type fIn struct { x *fS }
		type fOut struct { text string }
		func init() {
			durable.MigrateType[fS](func(o fA) (fS, error) { return fS{fmt.Sprint("n", o.N)}, nil })
			durable.Migrate("example.com/evolving.RULE", func(o fIn) (fOut, error) { return fOut{o.x.S}, nil })
		}
		func f() string { text := ""; greenlet.Yield("here"); return text }`,
		"n7"},
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
	"maps"
	"os"
	"slices"
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
		b, err := durable.Snapshot(set()...)
		if err != nil {
			panic(err)
		}
		got["set"] = fmt.Sprintf("%x", b)
	} else {
		var given map[string]string
		json.NewDecoder(os.Stdin).Decode(&given)
		for name, hex := range given {
			var b []byte
			fmt.Sscanf(hex, "%x", &b)
			if name == "set" {
				goOnWithSet(b, got)
				continue
			}
			got[name] = goOn(b)
		}
	}
	json.NewEncoder(os.Stdout).Encode(got)
}

// set has the greenlets in the order of their names.
func set() (gs []*greenlet.Greenlet) {
	started := all()
	for _, name := range slices.Sorted(maps.Keys(started)) {
		g := started[name]
		for v := any(nil); v != "here"; {
			v = g.Switch()
		}
		gs = append(gs, g)
	}
	return gs
}

// goOnWithSet goes on with those that this program can go on with, and gives the bytes of the
// others.
func goOnWithSet(b []byte, got map[string]string) {
	gs, parked, err := durable.RestoreAll(b, nil, durable.Standard)
	if err != nil {
		panic(err)
	}
	for i, g := range gs {
		if g != nil {
			got[fmt.Sprint("set ", i)] = run(g)
		}
	}
	for _, p := range parked {
		for i, n := range p.Index {
			got[fmt.Sprint("set ", n)] = "error: " + p.Err.Error()
			got[fmt.Sprint("func ", n)] = p.Funcs[i]
			got[fmt.Sprint("parked ", n)] = fmt.Sprintf("%x", p.Snapshot)
		}
	}
}

func goOn(b []byte) string {
	gs, err := durable.Restore(b)
	if err != nil {
		return "error: " + err.Error()
	}
	return run(gs[0])
}

func run(g *greenlet.Greenlet) string {
	var log []string
	for !g.Dead() {
		log = append(log, fmt.Sprint(g.Switch()))
	}
	return strings.Join(log, ", ")
}
`

// evolving writes and builds one of the programs.
func evolving(t *testing.T, dir string, text func(r rule) string, starts bool) {
	write := newModule(t, dir, "example.com/evolving")
	list := "func all() map[string]*greenlet.Greenlet {\n\treturn map[string]*greenlet.Greenlet{\n"
	for _, r := range rules {
		src := strings.ReplaceAll(strings.ReplaceAll(text(r), "RULE", r.name), "func f(", "//greenlet:resumable durable\nfunc f(")
		for _, part := range []string{"func f", "type f", " f", "*f", "]f", "{f", "&f", "[f", "(f", "\tf"} {
			for _, next := range []string{"(", "T", "A", "B", "S", "In", "Out", "Old", "New"} {
				src = strings.ReplaceAll(src, part+next, strings.TrimSuffix(part, "f")+r.name+next)
			}
		}
		imports := ""
		if strings.Contains(src, "fmt.") {
			imports += "\t\"fmt\"\n"
		}
		if strings.Contains(src, "errors.") {
			imports += "\t\"errors\"\n"
		}
		if strings.Contains(src, "durable.") {
			imports += "\n\t\"github.com/going-green/greenlet/durable\"\n"
		}
		write(strings.ToLower(r.name)+".go", "package main\n\nimport (\n"+imports+"\n\tgreenlet \"github.com/going-green/greenlet/runtime\"\n)\n"+src)
		list += fmt.Sprintf("\t\t%q: greenlet.New(%s),\n", r.name, r.name)
	}
	if !starts {
		list = "func all() map[string]*greenlet.Greenlet {\n\treturn map[string]*greenlet.Greenlet{\n"
	}
	write("main.go", evolvingMain+list+"\t}\n}\n")
	generate(t, dir)
	build(t, dir, "program")
}

// newModule begins a module in dir that requires this one, and returns what writes its files.
func newModule(t *testing.T, dir, path string) (write func(name, text string)) {
	repo, err := filepath.Abs("..")
	require.NoError(t, err)
	mod, err := os.ReadFile(filepath.Join(repo, "go.mod"))
	require.NoError(t, err)
	sum, err := os.ReadFile(filepath.Join(repo, "go.sum"))
	require.NoError(t, err)
	_, requires, _ := strings.Cut(string(mod), "\nrequire (")
	write = func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	write("go.mod", "module "+path+"\n\ngo 1.26.0\n\nrequire github.com/going-green/greenlet v0.0.0\n\nrequire ("+requires+
		"\n\nreplace github.com/going-green/greenlet => "+repo+"\n")
	write("go.sum", string(sum))
	return write
}

// generate generates all packages of the module.
func generate(t *testing.T, dir string) {
	result, err := rewrite.Generate(context.Background(), rewrite.Options{Dir: dir, Env: append(os.Environ(), "GOFLAGS=-mod=mod")}, "./...")
	require.NoError(t, err)
	for _, d := range result.Diagnostics {
		t.Error(d)
	}
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
	set := taken["set"]
	delete(taken, "set")
	got := says(t, filepath.Join(after, "program"), taken)
	for _, r := range rules {
		if strings.HasPrefix(got[r.name], "error: ") {
			assert.Contains(t, got[r.name], r.want, r.name)
			continue
		}
		assert.Equal(t, r.want, got[r.name], r.name)
	}

	want := says(t, filepath.Join(before, "program"), taken)
	parkedOfSet(t, before, after, set, got, want)

	// The same program for a machine of other widths.
	if runtime.GOARCH != "amd64" {
		t.Skip("386 runs on amd64 only")
	}
	build(t, before, "program386", "GOARCH=386", "CGO_ENABLED=0")
	narrow := filepath.Join(before, "program386")
	if err := exec.Command(narrow, "take").Run(); err != nil {
		t.Skip("this machine does not run programs for 386: ", err)
	}
	assert.Equal(t, want, says(t, narrow, taken))
	taken386 := says(t, narrow, nil, "take")
	delete(taken386, "set")
	assert.Equal(t, want, says(t, filepath.Join(before, "program"), taken386))
	assert.Equal(t, got, says(t, filepath.Join(after, "program"), taken386))
}

// parkedOfSet restores all greenlets in one set: those that are refused alone are parked, by
// name, and the others go on; the program of before goes on with the parked ones.
func parkedOfSet(t *testing.T, before, after, set string, got, want map[string]string) {
	all := says(t, filepath.Join(after, "program"), map[string]string{"set": set})
	var names []string
	for _, r := range rules {
		names = append(names, r.name)
	}
	slices.Sort(names)
	parked := map[string]string{}
	for i, name := range names {
		assert.Equal(t, got[name], all[fmt.Sprint("set ", i)], name)
		if b := all[fmt.Sprint("parked ", i)]; b != "" {
			parked[name] = b
			assert.Equal(t, "example.com/evolving."+name, all[fmt.Sprint("func ", i)])
		}
	}
	assert.Greater(t, len(parked), 20)
	for name, result := range says(t, filepath.Join(before, "program"), parked) {
		assert.Equal(t, want[name], result, name)
	}
}
