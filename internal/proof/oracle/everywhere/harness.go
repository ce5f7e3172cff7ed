package everywhere

// What is added to a program. It is written so that it can stand in any
// package: with its own names, and with none that are predeclared, as far as
// can be.
const (
	yielder  = "suspend__" // a statement that suspends
	identity = "through__" // a function that suspends and returns its argument
	realMain = "main__"    // what func main is renamed to

	harnessFile = "everywhere__.go"

	// plainVariable, in the environment, makes an instrumented program run as
	// it is written, so that what the instrumenting changes can be told from what
	// the rewriting does.
	plainVariable = "EVERYWHERE_PLAIN"
	// lostVariable names a file for lost suspensions: the functions, one a line, that ran
	// as plain code for code that was rewritten, and came to a suspension.
	lostVariable = "EVERYWHERE_LOST"
	// countVariable names a file for the number of suspensions.
	countVariable = "EVERYWHERE_COUNT"
)

// harness drives the program as a greenlet until it is dead.
//
// Plain code, as a goroutine or a callback, that runs what is instrumented is
// its own main greenlet and goes through. Programs that would suspend for ever
// do it seldom after the first 200000 times.
const harness = `package main

import (
	os__ "os"
	regexp__ "regexp"
	runtime__ "runtime"
	strconv__ "strconv"
	strings__ "strings"

	greenlet__ "github.com/going-green/greenlet/runtime"
)

var count__, next__, suspensions__ = 0, 0, 0

//greenlet:resumable
func suspend__() {
	if greenlet__.Current() == greenlet__.Main() {
		if lost__ != nil {
			plainly__()
		}
		return
	}
	count__++
	if count__ > 200000 {
		if count__ < next__ {
			return
		}
		next__ = count__ + 1009
	}
	suspensions__++
	greenlet__.Yield(count__)
}

var lost__ *os__.File

// looked__ is how often plainly__ was called, about: goroutines count at the same time.
var looked__ = 0

// told__ are hashes of stacks that plainly__ has looked at.
var told__ [1024]uintptr

// plainly__ notes what runs as plain code although code that was rewritten has called it: the
// outermost function of the program below that, if nothing else is between them.
func plainly__() {
	// Goroutines call this millions of times, deep in their stacks, and each look is a walk of one.
	if looked__++; looked__ > 100000 && looked__%1009 != 0 {
		return
	}
	var stack [100]uintptr // on the stack: programs count allocations
	n := runtime__.Callers(2, stack[:])
	hash := uintptr(n)
	for _, pc := range stack[:n] {
		hash = hash*31 + pc
	}
	if told__[hash%1024] == hash {
		return
	}
	told__[hash%1024] = hash
	pcs := append([]uintptr(nil), stack[:n]...)
	frames := runtime__.CallersFrames(pcs) // of suspend__
	last := ""
	for more := 0 == 0; more; {
		var f runtime__.Frame
		f, more = frames.Next()
		name := f.Function
		switch {
		case !strings__.HasPrefix(name, "main."):
			return
		case generated__.MatchString(name):
			lost__.WriteString(last + "\n")
			return
		case !strings__.HasPrefix(name, "main.suspend__") && !strings__.HasPrefix(name, "main.through__"):
			last = name
		}
	}
}

var generated__ = regexp__.MustCompile("(Resumable|Deferred)(\\[\\.\\.\\.\\])?$|Frame(\\[\\.\\.\\.\\])?\\)\\.(Resume|step|run|Ask)$|\\.(CallResumable|CallDeferred)$")

//greenlet:resumable
func through__[T interface{}](v T) T {
	suspend__()
	return v
}

func main() {
	if os__.Getenv("EVERYWHERE_PLAIN") != "" {
		main__()
		return
	}
	if name := os__.Getenv("EVERYWHERE_LOST"); name != "" {
		file, err := os__.Create(name)
		if err != nil {
			panic(err)
		}
		lost__ = file
	}
	g := greenlet__.New(newMain__Frame())
	for !g.Dead() {
		g.Switch()
	}
	if name := os__.Getenv("EVERYWHERE_COUNT"); name != "" {
		if err := os__.WriteFile(name, []byte(strconv__.Itoa(suspensions__)), 0o666); err != nil {
			panic(err)
		}
	}
}
`
