package progen

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/proof/oracle"
)

// Programs as durable ones. Each greenlet goes on as another, which shares nothing with it: then it must be all that
// the program has. So the variables of the package become the greenlet's own, which it gets by a function.

// files are those of a program.
func (r *Runner) files(text string) oracle.Files {
	if !r.Durable {
		return oracle.Files{"in.go": text}
	}
	return oracle.Files{"in.go": ownGlobals(text), "own.go": ownByOracle}
}

// annotated are programs as the generator gets them.
func (r *Runner) annotated(programs []oracle.Program) []oracle.Program {
	if !r.Durable {
		return programs
	}
	list := slices.Clone(programs)
	for i := range list {
		files := maps.Clone(list[i].Files)
		files["own.go"] = ownByLocal
		list[i].Files = files.Durable()
	}
	return list
}

// owned are the variables of the prelude that are replaced.
var owned = map[string]bool{"gi": true, "gs": true, "gx": true, "gm": true, "ga": true, "gr": true, "gshow": true, "gtell": true, "gf": true}

// runs matches the beginnings of what greenlets run, of one program or several.
var runs = regexp.MustCompile(`(?m)^func run(p[0-9]+)?\(\) \{\n`)

// two matches a second greenlet. It would share the variables with the first, and is replaced.
var two = regexp.MustCompile(`(g, h := greenlet\.New\(new\w+\(\)\), )greenlet\.New\(new\w+\(\)\)`)

// ownGlobals makes (*gi_()) of gi, and leaves out the declarations.
func ownGlobals(text string) string {
	before, rest, _ := strings.Cut(text, "var (\n\tgi ")
	_, after, _ := strings.Cut(rest, "lines ")
	text = before + "var (\n\tlines " + after
	text = strings.Replace(text, "var gf = mut\n", "", 1)
	text = two.ReplaceAllString(text, "${1}greenlet.New(newNothing_Frame())")
	text = runs.ReplaceAllString(text, "$0\tbegin_()\n")
	return replace(text, func(name string) string {
		if owned[name] {
			return "(*" + name + "_())"
		}
		return name
	})
}

const ownGlobalsType = `
type globals_ struct {
	gi    int
	gs    string
	gx    []int
	gm    map[string]int
	ga    [3]int
	gr    rec
	gshow func(int, string)
	gtell teller
	gf    func(int) int
}

func newGlobals_() *globals_ {
	g := &globals_{gi: 1, gs: "g", gx: []int{1, 2, 3}, gm: map[string]int{"a": 1}, gr: rec{n: 1, xs: []int{4, 5, 6}}, gf: mut}
	g.gshow, g.gtell = show_, &g.gr
	return g
}

// show_ is what gshow is at first. A method value that plain code makes can't be stored.
func show_(n int, s string) { gr_().show(n, s) }

//greenlet:resumable
func nothing_() {}

func own_() *globals_ { return mine_ }

func gi_() *int                 { return &own_().gi }
func gs_() *string              { return &own_().gs }
func gx_() *[]int               { return &own_().gx }
func gm_() *map[string]int      { return &own_().gm }
func ga_() *[3]int              { return &own_().ga }
func gr_() *rec                 { return &own_().gr }
func gshow_() *func(int, string) { return &own_().gshow }
func gtell_() *teller           { return &own_().gtell }
func gf_() *func(int) int       { return &own_().gf }
`

const ownByOracle = `package main

import _ "github.com/going-green/greenlet/runtime"

var mine_ *globals_

func init() { mine_ = newGlobals_() }

//greenlet:resumable
func begin_() {}
` + ownGlobalsType

// ownByLocal has the variables of who is switched to in mine_: plain code does not know its greenlet.
const ownByLocal = `package main

import (
	"fmt"

	"github.com/going-green/greenlet/durable"
	greenlet "github.com/going-green/greenlet/runtime"
)

var (
	owned_ greenlet.Local[*globals_]
	mine_  *globals_
)

func init() {
	durable.Local(fmt.Sprintf("%T", globals_{}), &owned_)
	durable.Func(fmt.Sprintf("%T.mut", globals_{}), mut)
	durable.Func(fmt.Sprintf("%T.show", globals_{}), show_)
	before := greenlet.SetTrace(nil)
	greenlet.SetTrace(func(e greenlet.Event, from, to *greenlet.Greenlet) {
		if before != nil {
			before(e, from, to)
		}
		if v, ok := owned_.Get(to); ok {
			mine_ = v
		}
	})
}

//greenlet:resumable
func begin_() {
	mine_ = newGlobals_()
	owned_.Set(greenlet.Current(), mine_)
}
` + ownGlobalsType

// everySwitch runs before what the programs do at switches.
const everySwitch = `package main

import (
	"fmt"
	"os"

	"github.com/going-green/greenlet/durable/durabletest"
	greenlet "github.com/going-green/greenlet/runtime"
)

func init() {
	then := greenlet.SetTrace(nil)
	stop := durabletest.EverySwitchCloned()
	every := greenlet.SetTrace(nil)
	counting := os.Getenv("PROGEN_COUNTS") != ""
	n := 0
	greenlet.SetTrace(func(e greenlet.Event, from, to *greenlet.Greenlet) {
		every(e, from, to)
		then(e, from, to)
		if n++; counting && n%16 == 0 {
			again := stop()
			greenlet.SetTrace(nil)
			fmt.Fprintln(os.Stderr, "counts", again)
			os.Exit(9)
		}
	})
}
`
