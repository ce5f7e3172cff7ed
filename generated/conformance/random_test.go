package conformance

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/require"
)

// Random programs of up to 20 greenlets: whoever runs draws what it does next
// and logs what happens to it. The model of model_test.go draws the same.

type kind int

const (
	opSwitch kind = iota
	opSwitchNone
	opSwitchTwo
	opSwitchInt
	opThrow
	opKill
	opCreate
	opReparent
	opYield
	opExchange
	opPanic
	opPanicExit
	opReturn
	opMain
	opNested
	kinds
)

// weights say how often an operation is drawn.
var weights = [kinds]int{
	opSwitch: 20, opSwitchNone: 6, opSwitchTwo: 3, opSwitchInt: 6, opThrow: 6, opKill: 3, opCreate: 14, opReparent: 6,
	opYield: 5, opExchange: 3, opPanic: 2, opPanicExit: 1, opReturn: 3, opMain: 3, opNested: 3,
}

type op struct {
	kind kind
	a, b int // slots; the last is Main
	v    int
	deep int // calls between the greenlet's function and the operation
}

const slots = 20

// program is the source of operations.
type program struct {
	rng  *rand.Rand
	left int
}

func newProgram(seed uint64, steps int) *program {
	return &program{rand.New(rand.NewPCG(seed, 1)), steps}
}

// next is what is done next; at the end that is a switch to Main.
func (p *program) next() (o op, ok bool) {
	if p.left == 0 {
		return op{kind: opMain, v: -1}, false
	}
	p.left--
	n := 0
	for _, w := range weights {
		n += w
	}
	n = p.rng.IntN(n)
	for n >= weights[o.kind] {
		n -= weights[o.kind]
		o.kind++
	}
	o.a, o.b, o.v, o.deep = p.rng.IntN(slots+1), p.rng.IntN(slots+1), p.rng.IntN(1000), p.rng.IntN(3)
	return o, true
}

type thrown int

func show(v any) string {
	switch v := v.(type) {
	case thrown:
		return fmt.Sprintf("!%d", int(v))
	case *greenlet.StateError:
		return "state"
	case *greenlet.TypeError:
		return "type"
	case *greenlet.ArgumentError:
		return "args"
	}
	return fmt.Sprint(v)
}

type world struct {
	p       *program
	g       [slots + 1]*greenlet.Greenlet
	created int
	level   int
	log     []string
}

func (w *world) note(who int, what string, v any) {
	w.log = append(w.log, fmt.Sprintf("%d %s %s", who, what, show(v)))
}

type act struct {
	w       *world
	id      int
	catches bool
}

//greenlet:resumable
func (a *act) run(v any) int {
	a.w.note(a.id, "starts", v)
	for {
		o, _ := a.w.p.next()
		if o.kind == opReturn {
			return o.v
		}
		var got any
		if o.kind == opYield && a.catches {
			greenlet.Yield(o.v) // not by a call: what recovered before has returned
			got = nil
		} else if a.catches {
			got = a.guarded(o)
		} else {
			got = a.do(o, o.deep)
		}
		a.w.note(a.id, "got", got)
	}
}

//greenlet:resumable
func (a *act) guarded(o op) (got any) {
	defer a.recovers(&got)
	return a.do(o, o.deep)
}

func (a *act) recovers(got *any) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, greenlet.Exit) && a.id%2 == 0 {
		panic(v)
	}
	a.w.note(a.id, "caught", v)
}

//greenlet:resumable
func (a *act) do(o op, deep int) any {
	if deep > 0 {
		return a.do(o, deep-1)
	}
	w, me := a.w, greenlet.Current()
	to := w.g[o.a]
	switch o.kind {
	case opYield:
		greenlet.Yield(o.v)
		return nil
	case opExchange:
		return greenlet.Exchange[int](o.v)
	case opPanic:
		fail(thrown(o.v))
	case opPanicExit:
		fail(greenlet.Exit)
	case opMain:
		return greenlet.Main().Switch(o.v)
	case opNested:
		if w.level < 3 {
			w.level++
			w.plain(3)
			w.level--
		}
		return nil
	case opCreate:
		w.create(o, me)
		return nil
	case opReparent:
		w.reparent(o)
		return nil
	}
	if to == nil {
		return nil
	}
	switch o.kind {
	case opSwitch:
		return to.Switch(o.v)
	case opSwitchNone:
		return to.Switch()
	case opSwitchTwo:
		return to.Switch(o.v, o.b)
	case opSwitchInt:
		return greenlet.Switch[int](to, o.v)
	case opThrow:
		return to.Throw(thrown(o.v))
	case opKill:
		return to.Kill()
	}
	return nil
}

func (w *world) create(o op, me *greenlet.Greenlet) {
	if o.a == slots || w.g[o.a] != nil && !w.g[o.a].Dead() {
		return
	}
	w.created++
	a := &act{w, w.created, o.v%2 == 0}
	parent := me
	if p := w.g[o.b]; o.v%3 == 0 && p != nil {
		parent = p
	}
	w.g[o.a] = greenlet.NewChild(parent, a.newRunFrame(-1))
}

func (w *world) reparent(o op) {
	g, p := w.g[o.a], w.g[o.b]
	if g == nil || p == nil {
		return
	}
	if v := caught(func() { g.SetParent(p) }); v != nil {
		w.note(0, "refused", v)
	}
}

// plain does n operations as plain code, or all if n is negative.
func (w *world) plain(n int) {
	for ; n != 0; n-- {
		o, ok := w.p.next()
		if !ok {
			return
		}
		var got any
		if v := caught(func() { got = w.doPlain(o) }); v != nil {
			w.note(0, "caught", v)
		} else {
			w.note(0, "got", got)
		}
	}
}

func (w *world) doPlain(o op) any {
	to := w.g[o.a]
	switch {
	case o.kind == opCreate:
		w.create(o, greenlet.Main())
	case o.kind == opReparent:
		w.reparent(o)
	case to == nil:
	case o.kind == opSwitch:
		return to.Switch(o.v)
	case o.kind == opSwitchNone:
		return to.Switch()
	case o.kind == opSwitchTwo:
		return to.Switch(o.v, o.b)
	case o.kind == opSwitchInt:
		return greenlet.Switch[int](to, o.v)
	case o.kind == opThrow:
		return to.Throw(thrown(o.v))
	case o.kind == opKill:
		return to.Kill()
	}
	return nil
}

// TestRandom runs random programs and the model of each. With -long they have
// a million steps.
func TestRandom(t *testing.T) {
	total, each := 20_000, 500
	if *long {
		total = 1_000_000
	}
	happened := map[string]int{}
	for seed := range uint64(total / each) {
		w := &world{p: newProgram(seed, each)}
		w.g[slots] = greenlet.Main()
		if seed%4 == 0 { // a tracer changes nothing
			greenlet.SetTrace(func(greenlet.Event, *greenlet.Greenlet, *greenlet.Greenlet) {})
		}
		w.plain(-1)
		greenlet.SetTrace(nil)
		m := newModel(newProgram(seed, each))
		m.run()
		if !slices.Equal(m.log, w.log) {
			i := 0
			for i < len(m.log) && i < len(w.log) && m.log[i] == w.log[i] {
				i++
			}
			from := max(0, i-10)
			require.Equal(t, m.log[from:min(len(m.log), i+3)], w.log[from:min(len(w.log), i+3)], "seed %d, entry %d", seed, i)
			t.FailNow()
		}
		for _, line := range w.log {
			var who int
			var what, v string
			fmt.Sscan(strings.ReplaceAll(line, "[", "several "), &who, &what, &v)
			if _, err := strconv.Atoi(strings.TrimPrefix(v, "!")); err == nil {
				v = strings.TrimRight(v, "0123456789") + "n"
			}
			if who > 0 {
				what = "greenlet " + what
			}
			happened[what+" "+v]++
		}
	}
	t.Log(happened)
	// The programs are worth something only if all of it happens.
	for _, what := range []string{"greenlet starts n", "greenlet got n", "greenlet caught !n", "caught state", "caught type", "caught args", "caught !n", "got greenlet:", "refused state",
		"greenlet caught state", "greenlet caught type", "greenlet caught args", "greenlet caught greenlet:", "greenlet got greenlet:",
		"greenlet starts greenlet:"} {
		require.NotZero(t, happened[what], what)
	}
}
