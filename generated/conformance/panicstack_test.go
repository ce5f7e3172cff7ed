package conformance

import (
	"path"
	"strings"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

//greenlet:resumable
func failsLate(int) {
	greenlet.Yield(1)
	fails()
}

func fails() { panic("it fails") }

// runsFailing runs a greenlet from plain code, in each way there is.
var runsFailing = map[string]func(){
	"Switch": func() {
		g := greenlet.New(newFailsLateFrame(0))
		g.Switch()
		g.Switch()
	},
	"Pull": func() {
		next, _ := greenlet.Pull(newFailsLateFrame(0))
		next()
		next()
	},
	"Exchanger": func() {
		x := greenlet.ExchangerOf[int, int](newFailsLateFrame(0))
		x.Next()
		x.Send(0)
	},
	"Seq": func() {
		for range greenlet.Seq(newFailsLateFrame(0)) {
		}
	},
}

//greenlet:resumable
func hotAbove(how string) {
	plainAbove(how)
	greenlet.Yield(2)
}

func plainAbove(how string) { runsFailing[how]() }

//greenlet:resumable
func coldAbove(how string) {
	greenlet.Yield(2)
	hotAbove(how)
}

//greenlet:resumable
func callsAbove(how string) { coldAbove(how) }

// The stack of a panic that leaves one greenlet and then another, whose plain code has run
// the first, has the calls of both.
func TestPanicStackOfNested(t *testing.T) {
	for how := range runsFailing {
		g := greenlet.New(newCallsAboveFrame(how))
		g.Switch()
		assert.PanicsWithValue(t, "it fails", func() { g.Switch() })
		var names []string
		for _, f := range greenlet.PanicStack("it fails") {
			if name := path.Ext(f.Func); !strings.HasPrefix(name, ".func") { // that of the table
				names = append(names, name[1:])
			}
		}
		assert.Equal(t, []string{"fails", "failsLate", "plainAbove", "hotAbove", "coldAbove", "callsAbove"}, names, how)
	}
}
