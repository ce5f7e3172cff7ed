package conformance

import (
	"fmt"
	"runtime"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

// A deferred call of plain code that runtime.Goexit makes panics, below resumable functions that
// defer: their deferred calls are made, one may recover, and Goexit goes on.

type exitLog struct{ lines []string }

func (l *exitLog) say(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *exitLog) recovers(who string) { l.say("%s recovered %v", who, recover()) }

func plainExit() {
	defer func() { panic("x") }()
	runtime.Goexit()
}

//greenlet:resumable
func (l *exitLog) exitRecovered(yields bool) {
	defer l.say("outer")
	defer l.recovers("it")
	if yields {
		greenlet.Yield(1)
	}
	plainExit()
	l.say("not here")
}

//greenlet:resumable
func (l *exitLog) exitBelow(yields bool) {
	defer l.recovers("the caller")
	l.exitRecovered(yields)
	l.say("not here")
}

//greenlet:resumable
func (l *exitLog) exitPanics(yields bool) {
	defer l.say("not recovered")
	if yields {
		greenlet.Yield(1)
	}
	plainExit()
}

//greenlet:resumable
func (l *exitLog) exitAbove(yields bool) {
	defer l.say("above is over")
	defer l.recovers("above")
	l.exitPanics(yields)
}

// recoversInDeferred panics in a deferred call that Goexit makes, and recovers: that panic is
// none of Goexit's.
//
//greenlet:resumable
func (l *exitLog) recoversInDeferred() {
	defer l.say("it is over")
	func() {
		defer l.recovers("within")
		panic("y")
	}()
	l.say("and goes on")
}

// drives is plain code.
func (l *exitLog) drives() {
	for range greenlet.SeqOf[int](l.newRecoversInDeferredFrame()) {
		l.say("no value")
	}
}

//greenlet:resumable
func (l *exitLog) exitDeferred(yields bool) {
	defer l.say("exits is over")
	defer l.drives()
	if yields {
		greenlet.Yield(1)
	}
	runtime.Goexit()
}

// ends has f run on a goroutine that is to end by Goexit.
func (l *exitLog) ends(f func()) []string {
	done := make(chan bool)
	go func() {
		defer close(done)
		defer l.say("the goroutine ends")
		f()
		l.say("not here")
	}()
	<-done
	return l.lines
}

func TestGoexitPanicOfPlain(t *testing.T) {
	cases := []struct {
		name  string
		plain func(l *exitLog)
		frame func(l *exitLog, yields bool) greenlet.Frame
	}{
		{"recovered", func(l *exitLog) { l.exitRecovered(false) }, func(l *exitLog, y bool) greenlet.Frame { return l.newExitRecoveredFrame(y) }},
		{"below", func(l *exitLog) { l.exitBelow(false) }, func(l *exitLog, y bool) greenlet.Frame { return l.newExitBelowFrame(y) }},
		{"above", func(l *exitLog) { l.exitAbove(false) }, func(l *exitLog, y bool) greenlet.Frame { return l.newExitAboveFrame(y) }},
		{"deferred", func(l *exitLog) { l.exitDeferred(false) }, func(l *exitLog, y bool) greenlet.Frame { return l.newExitDeferredFrame(y) }},
	}
	for _, c := range cases {
		for _, yields := range []bool{false, true} {
			t.Run(fmt.Sprint(c.name, " ", yields), func(t *testing.T) {
				var plain, run exitLog
				want := plain.ends(func() { c.plain(&plain) })
				got := run.ends(func() {
					g := greenlet.New(c.frame(&run, yields))
					for !g.Dead() {
						g.Switch()
					}
				})
				assert.Equal(t, want, got)
			})
		}
	}
}
