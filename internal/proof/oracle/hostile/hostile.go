// Package hostile runs a program and interferes with it from outside, at a
// switch that is given by its number: with the tracer, which may put a panic in
// the place of what was sent, and by what it does with the greenlets once the
// program is over. What it sees, it prints.
//
// It is compiled into binaries of test programs, against the runtime or, as a
// copy, against the oracle's: both must print the same. Only with the runtime
// does it look for leaks.
package hostile

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	greenlet "github.com/going-green/greenlet/runtime"
)

// A Program is a main function, and functions that zero what the packages of
// the program have in variables.
type Program struct {
	Main   func()
	Forget []func()
}

// What is done to a program. A number follows that says at which switch; for
// Stop and Drop at which of those to plain code.
const (
	Watch  = "watch"  // nothing; the number has no meaning
	Throw  = "throw"  // the receiver gets a panic
	Kill   = "kill"   // the receiver gets Exit; in the end all others do
	Stop   = "stop"   // the plain code gets a panic, then all greenlets are killed
	Drop   = "drop"   // the plain code gets a panic, and nobody resumes the greenlets
	Resume = "resume" // greenlets that are dead are switched to, thrown into and killed
)

const (
	// Mark begins lines that are not printed by the program.
	Mark = "\x01"
	// Begin follows it where a run of the program begins, and the action.
	Begin = "begin "
	// End follows it where that is over, and the numbers of switches, and of
	// those to plain code.
	End = "end "
	// Leak follows it where something has not been collected.
	Leak = "leak "
)

// maxLines is how many switches are printed.
const maxLines = 500

// Main runs the program once for each action of the list, as "throw:3".
func Main(p Program, actions []string) {
	for _, action := range actions {
		kind, number, _ := strings.Cut(action, ":")
		at, err := strconv.Atoi(number)
		if err != nil {
			panic(err)
		}
		say(Begin, action)
		d := &driver{Program: p, kind: kind, at: at, found: found{ids: map[id]int{}}}
		switches, toPlain := d.run()
		d = nil
		if leaks := leaks(p.Forget); len(leaks) > 0 {
			for _, leak := range leaks {
				say(Leak, leak)
			}
			os.Exit(1) // what leaks would be found again
		}
		say(End, switches, " ", toPlain)
	}
}

func say(v ...any) { fmt.Println(Mark + fmt.Sprint(v...)) }

type driver struct {
	Program
	kind              string
	at                int
	switches, toPlain int
	done              bool // the program is over
	found
}

var (
	errThrown  = errors.New("hostile: thrown")
	errStopped = errors.New("hostile: stopped")
)

// run returns the numbers of switches, in all and to plain code. Nothing that
// it knows of is on the stack any more then.
func (d *driver) run() (switches, toPlain int) {
	finished := make(chan bool)
	go func() {
		defer close(finished)
		greenlet.SetTrace(d.trace)
		d.try("program", func() any { d.Main(); return nil })
		d.done = true
		greenlet.SetTrace(nil)
		switches, toPlain = d.switches, d.toPlain
		d.after()
	}()
	<-finished
	return switches, toPlain
}

// trace is the tracer.
func (d *driver) trace(e greenlet.Event, from, to *greenlet.Greenlet) {
	if d.done {
		return
	}
	d.switches++
	if d.switches <= maxLines {
		say(e, " ", d.name(from), " ", d.name(to))
	}
	note(from)
	note(to)
	if to == greenlet.Main() {
		d.toPlain++
	}
	switch d.kind {
	case Throw:
		if d.switches == d.at {
			panic(errThrown)
		}
	case Kill:
		if d.switches == d.at {
			panic(greenlet.Exit)
		}
	case Stop, Drop:
		if to == greenlet.Main() && d.toPlain == d.at {
			panic(errStopped)
		}
	case Resume:
		if d.switches == d.at {
			d.done = true // for switches from here
			d.resumeDead()
			d.done = false
		}
	}
}

// after is what is done once the program is over.
func (d *driver) after() {
	switch d.kind {
	case Stop:
		for _, g := range d.greenlets {
			if g.Active() {
				g.SetParent(greenlet.Main())
			}
			d.kill(g)
		}
	case Kill:
		for _, g := range d.greenlets {
			d.kill(g)
		}
		d.resumeDead()
	case Throw, Resume:
		d.resumeDead()
	}
	for _, g := range d.greenlets {
		say(d.name(g), state(g))
	}
	d.greenlets = nil
}

// kill kills g until it is dead, within reason: deferred calls may suspend.
func (d *driver) kill(g *greenlet.Greenlet) {
	for range 5 {
		if g.Dead() {
			return
		}
		d.try("kill "+d.name(g), func() any { return g.Kill() })
	}
}

// resumeDead switches to all that are dead, in each way.
func (d *driver) resumeDead() {
	for _, g := range d.greenlets {
		if !g.Dead() {
			continue
		}
		d.try("resume "+d.name(g), func() any { return g.Switch() })
		d.try("resume "+d.name(g), func() any { return g.Switch(7) })
		d.try("resume "+d.name(g), func() any { return greenlet.Switch[any](g, "seven") })
		d.try("throw "+d.name(g), func() any { return g.Throw(errThrown) })
		d.try("kill "+d.name(g), func() any { return g.Kill() })
	}
}

// try prints what comes of fn.
func (d *driver) try(what string, fn func() any) {
	whole := false
	defer func() {
		if whole {
			return
		}
		if v := recover(); v != nil {
			say(what, " panics: ", d.text(v))
		} else {
			say(what, " exits")
		}
	}()
	v := fn()
	whole = true
	say(what, ": ", d.text(v))
}

func (d *driver) text(v any) string {
	switch v := v.(type) {
	case *greenlet.Greenlet:
		return d.name(v)
	case *greenlet.StateError:
		reason := v.Reason
		if v.Op == "Results" {
			reason, _, _ = strings.Cut(reason, " there") // where the frame stands, the oracle doesn't know
		}
		return fmt.Sprint("greenlet: ", v.Op, ": ", d.name(v.Greenlet), ": ", reason) // without the stack
	}
	return fmt.Sprint(v)
}

func state(g *greenlet.Greenlet) string {
	switch {
	case g.Dead():
		return " dead"
	case g.Started():
		return " suspended"
	}
	return " unstarted"
}
