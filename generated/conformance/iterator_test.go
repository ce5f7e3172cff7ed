package conformance

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/going-green/greenlet/runtime/debug"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A plain iterator runs on a stack of its own in a loop of resumable code whose body
// suspends: what it calls suspends as well.

// asking is a reader that asks for what it reads.
type asking struct{ n int }

func (a *asking) Read(p []byte) (int, error) {
	s := greenlet.Exchange[string](fmt.Sprint("read ", a.n)) //greenlet:allow yield-without-parent it runs in a section
	a.n++
	if s == "" {
		return 0, io.EOF
	}
	return copy(p, s), nil
}

// linesOf is a library's iterator.
func linesOf(r io.Reader, over func(string)) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		defer over("lines")
		s := bufio.NewScanner(r)
		for i := 0; s.Scan(); i++ {
			if !yield(i, s.Text()) {
				return
			}
		}
	}
}

func timesOf(n int) func(func() bool) {
	return func(yield func() bool) {
		for i := range n {
			greenlet.Yield(fmt.Sprint("time ", i)) //greenlet:allow yield-without-parent it runs in a section
			if !yield() {
				return
			}
		}
	}
}

func failsWithin(over func(string)) func(func(int) bool) {
	return func(yield func(int) bool) {
		defer over("fails")
		greenlet.Yield("fails") //greenlet:allow yield-without-parent it runs in a section
		if yield(1) {
			panic("failed")
		}
	}
}

//greenlet:resumable
func loops(note func(string)) {
	for i, line := range linesOf(&asking{}, note) { //greenlet:allow plain-iterator it is what is tested
		greenlet.Yield(fmt.Sprint("line ", i, line))
		if line == "stop" {
			break
		}
	}
	for range timesOf(2) { //greenlet:allow plain-iterator it is what is tested
		greenlet.Yield("body")
	}
	for _, stops := range []bool{false, true} {
		func() {
			defer func() { note(fmt.Sprint("recovered ", recover())) }()
			for v := range failsWithin(note) { //greenlet:allow plain-iterator it is what is tested
				greenlet.Yield(v)
				if stops {
					panic("in the body")
				}
			}
		}()
	}
}

// stepThrough drives loops for n steps, answering each read.
func stepThrough(g *greenlet.Greenlet, note func(string), n int, answers ...string) {
	v := g.Switch()
	for ; n != 0 && !g.Dead(); n-- {
		note(fmt.Sprint(v))
		if s, ok := v.(string); ok && s[:4] == "read" {
			v = g.Switch(answers[0])
			answers = answers[1:]
		} else {
			v = g.Switch()
		}
	}
}

func TestPlainIteratorSuspends(t *testing.T) {
	var log []string
	note := func(s string) { log = append(log, s) }
	stepThrough(greenlet.New(newLoopsFrame(note)), note, -1, "a\nst", "op\nc\n")
	assert.Equal(t, []string{"read 0", "line 0a", "read 1", "line 1stop", "lines",
		"time 0", "body", "time 1", "body",
		"fails", "1", "fails", "recovered failed",
		"fails", "1", "fails", "recovered in the body"}, log)
}

// goesOn yields when the loop is left, as one that commits or closes does.
func goesOn(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				break
			}
		}
		greenlet.Yield("behind the loop") //greenlet:allow yield-without-parent it runs on the stack of the loop
		defer greenlet.Yield("deferred")  //greenlet:allow yield-without-parent it runs on the stack of the loop
	}
}

//greenlet:resumable
func leavesEarly(how string) (got string) {
	defer func() { got += " end" }()
outer:
	for range 2 {
		for v := range goesOn(3) { //greenlet:allow plain-iterator it is what is tested
			greenlet.Yield(v)
			switch how {
			case "break":
				break outer
			case "continue":
				continue outer
			case "return":
				return "returned"
			case "goto":
				goto out
			}
		}
	}
	return "whole"
out:
	return "went"
}

func TestPlainIteratorSuspendsBehindTheLoop(t *testing.T) {
	const left = "0 behind the loop deferred "
	for how, want := range map[string]string{
		"break": left + "whole end", "continue": left + left + "whole end",
		"return": left + "returned end", "goto": left + "went end",
		"": "0 1 2 behind the loop deferred 0 1 2 behind the loop deferred whole end",
	} {
		g := greenlet.New(leavesEarly, how)
		var got []string
		for v := g.Switch(); ; v = g.Switch() {
			if got = append(got, fmt.Sprint(v)); g.Dead() {
				break
			}
		}
		assert.Equal(t, want, strings.Join(got, " "), how)
	}
	g := greenlet.New(leavesEarly, "break")
	g.Switch()
	require.Equal(t, "behind the loop", g.Switch())
	assert.PanicsWithValue(t, "thrown", func() { g.Throw("thrown") })
	assert.True(t, g.Dead())
}

// What is thrown into it, where the iterator waits or the body, ends both.
func TestPlainIteratorUnwinds(t *testing.T) {
	for n, want := range map[int][]string{
		0: {"lines"},           // where the iterator reads
		1: {"read 0", "lines"}, // in the body
		5: {"read 0", "line 0a", "read 1", "line 1stop", "lines", "time 0"},
	} {
		var log []string
		note := func(s string) { log = append(log, s) }
		g := greenlet.New(newLoopsFrame(note))
		stepThrough(g, note, n, "a\nst", "op\nc\n")
		assert.PanicsWithValue(t, "thrown", func() { g.Throw("thrown") }, n)
		assert.True(t, g.Dead())
		assert.Equal(t, want, log, n)
	}
}

// countsAsLiteral is the commonest form of an iterator.
//
//greenlet:resumable
func countsAsLiteral(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// An iterator that plain code has got from an annotated function is pulled from by a section,
// with no goroutine of the scheduler's, and counts as run on a stack.
func TestPullSeqOfLiteral(t *testing.T) {
	before := debug.StackCalls()
	next, stop := greenlet.PullSeq(countsAsLiteral(3))
	for i := range 3 {
		v, ok := next()
		assert.True(t, ok)
		assert.Equal(t, i, v)
	}
	_, ok := next()
	assert.False(t, ok)
	stop()
	assert.Equal(t, before+1, debug.StackCalls())

	over := false
	next2, stop2 := greenlet.PullSeq2(pairsAsLiteral(&over))
	k, v, ok := next2()
	assert.Equal(t, "a 1 true", fmt.Sprint(k, " ", v, " ", ok))
	stop2()
	assert.True(t, over)
}

//greenlet:resumable
func pairsAsLiteral(over *bool) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		defer func() { *over = true }()
		_ = yield("a", 1) && yield("b", 2)
	}
}
