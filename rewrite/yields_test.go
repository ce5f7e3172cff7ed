package rewrite

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const yieldsOfDeps = `
-- a/a.go --
package a

import (
	"example.com/m/b"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Lengths loops over what is known of another package, and of itself.
//
//greenlet:resumable
func Lengths(n int) {
	for s := range greenlet.Seq(b.NewNamesFrame()) {
		greenlet.Yield(len(s) + n)
	}
	if n > 0 {
		for x := range greenlet.Seq(NewLengthsFrame(n - 1)) {
			greenlet.Yield(x * 2)
		}
	}
}

//greenlet:resumable
func names() { b.Names() }

func Sum() (sum int) {
	for x := range greenlet.Seq(NewLengthsFrame(2)) {
		sum += x
	}
	for s := range greenlet.Seq(newNamesFrame()) {
		sum += len(s)
	}
	return sum
}
-- b/b.go --
package b

import greenlet "github.com/going-green/greenlet/runtime"

//greenlet:resumable
func Names() { greenlet.Yield("name") }
-- c/c.go --
package c

import (
	"example.com/m/a"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func run() {
	for n := range greenlet.Seq(a.NewLengthsFrame(1)) {
		greenlet.Yield([]int{n})
	}
}
`

// Code that takes its types from frames is generated before there are any, of all packages or
// one, whichever comes first.
func TestYieldsBeforeGeneration(t *testing.T) {
	t.Run("all", func(t *testing.T) {
		g := newGen(t, yieldsOfDeps)
		g.ok("./...", "a/a_greenlet.go", "b/b_greenlet.go", "c/c_greenlet.go")
		require.Contains(t, g.read("a/a_greenlet.go"), "type LengthsFrame struct {\n\tgen.Yields[int]\n\tgen.Header\n")
		require.Contains(t, g.read("a/a_greenlet.go"), "type namesFrame struct {\n\tgen.Yields[string]\n\tgen.Header\n")
		require.Contains(t, g.read("c/c_greenlet.go"), "type runFrame struct {\n\tgen.Yields[[]int]\n\tgen.Header\n")
		g.ok("./...")
	})
	t.Run("one by one", func(t *testing.T) {
		g := newGen(t, yieldsOfDeps)
		g.ok("./c", "c/c_greenlet.go")
		require.Contains(t, g.read("c/c_greenlet.go"), "gen.Yields[[]int]\n")
		g.ok("./a", "a/a_greenlet.go")
		g.ok("./b", "b/b_greenlet.go")
		g.ok("./...")
	})
}

// What a function yields depends on the bodies of functions of other packages, generated or
// not.
func TestYieldsOfDependencyChange(t *testing.T) {
	g := newGen(t, yieldsOfDeps)
	g.opt.Cache = t.TempDir()
	g.ok("./...", "a/a_greenlet.go", "b/b_greenlet.go", "c/c_greenlet.go")
	g.write("b/b.go", `package b

import greenlet "github.com/going-green/greenlet/runtime"

//greenlet:resumable
func Names() { greenlet.Yield([]byte("name")) }
`)
	g.ok("./a", "a/a_greenlet.go")
	require.Contains(t, g.read("a/a_greenlet.go"), "type namesFrame struct {\n\tgen.Yields[[]byte]\n")
	g.ok("./...", "b/b_greenlet.go")
	g.ok("./...")
	g.write("b/b.go", `package b

import greenlet "github.com/going-green/greenlet/runtime"

//greenlet:resumable
func Names() { greenlet.Yield(5) }
`)
	g.refused("./a", `
a/a.go:14:22: invalid argument: s (variable of type int) for built-in len [type-error]
a/a.go:31:14: invalid argument: s (variable of type int) for built-in len [type-error]
`)
}

// Another type than a frame's is an error, and if there is none, it is said why.
func TestYieldsErrors(t *testing.T) {
	g := newGen(t, `
-- a.go --
package a

import (
	"iter"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func count() { greenlet.Yield(1) }

//greenlet:resumable
func each(f func(int)) { f(1) }

//greenlet:resumable
func idle() {}

//greenlet:resumable
func mixed(n int) {
	greenlet.Yield(n)
	if n > 0 {
		mixed(n - 1)
	}
	greenlet.Yield("a")
}

//greenlet:resumable
func calls() { mixed(1) }

//greenlet:resumable
func switches(g *greenlet.Greenlet) { g.Switch() }

type local struct{}

//greenlet:resumable
func (local) run() {
	type hidden int
	greenlet.Yield(hidden(1))
}

//greenlet:resumable
func dispatches(s interface{ run() }) { s.run() }

// wraps would yield a []any if it yielded an int, and then no int.
//
//greenlet:resumable
func wraps(n int) {
	if n == 0 {
		greenlet.Yield(1)
	}
	for v := range greenlet.Seq(newWrapsFrame(n - 1)) {
		greenlet.Yield([]any{v})
	}
}

var _ iter.Seq[string] = greenlet.Seq(newCountFrame())
var _ = greenlet.Seq[string](newCountFrame())

func plain() {
	greenlet.Seq(newEachFrame(nil))
	greenlet.Pull(newIdleFrame())
	greenlet.Pull(newMixedFrame(1))
	greenlet.Pull(newCallsFrame())
	greenlet.Pull(newSwitchesFrame(nil))
	greenlet.Pull(local{}.newRunFrame())
	greenlet.Pull(newDispatchesFrame(local{}))
	greenlet.Exchanger(newCountFrame())
	greenlet.Seq(count)
	greenlet.Seq(mixed, 1)
	undefined()
}
`)
	g.refused(".", `
a.go:51:30: it is not known what wraps yields: it yields values of type []any, besides such of type int (a.go:52) [yield-unknown]
	say the type: greenlet.SeqOf[T](…)
a.go:56:26: cannot use greenlet.Seq(newCountFrame()) (value of func type iter.Seq[int]) as iter.Seq[string] value in variable declaration [type-error]
a.go:57:30: cannot use newCountFrame() (value of type *countFrame) as greenlet.YieldFrame[string] value in argument to greenlet.Seq[string]: *countFrame does not implement greenlet.YieldFrame[string] (wrong type for method yields) 		have yields(int) 		want yields(string) [type-error]
a.go:60:15: it is not known what each yields: it calls a function value (a.go:13) [yield-unknown]
	say the type: greenlet.SeqOf[T](…)
a.go:61:16: it is not known what idle yields: it yields nothing (a.go:16) [yield-unknown]
	say the type: greenlet.PullOf[T](…)
a.go:62:16: it is not known what mixed yields: it yields values of type string, besides such of type int (a.go:24) [yield-unknown]
	say the type: greenlet.PullOf[T](…)
a.go:63:16: it is not known what calls yields: it calls mixed, which yields values of type string, besides such of type int (a.go:28) [yield-unknown]
	say the type: greenlet.PullOf[T](…)
a.go:64:16: it is not known what switches yields: it calls Greenlet.Switch, which may hand out anything (a.go:31) [yield-unknown]
	say the type: greenlet.PullOf[T](…)
a.go:65:16: it is not known what local.run yields: it yields values of type hidden, which has no name outside of it (a.go:38) [yield-unknown]
	say the type: greenlet.PullOf[T](…)
a.go:66:16: it is not known what dispatches yields: it calls run, a method of an interface (a.go:42) [yield-unknown]
	say the type: greenlet.PullOf[T](…)
a.go:67:21: it is not known what count is answered: it awaits no answers, or of several types [yield-unknown]
	say the types: greenlet.ExchangerOf[In, int](…)
a.go:68:15: count is a function, of which greenlet.Seq can't tell what it yields [yield-unknown]
	give it a frame, or say the type: greenlet.SeqOf[T](count, …)
a.go:69:22: mixed is a function, of which greenlet.Seq can't tell what it yields [yield-unknown]
	give it a frame, or say the type: greenlet.SeqOf[T](mixed, …)
a.go:70:2: undefined: undefined [type-error]
`)
}
