package durable

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable durable
func counts(n int) {
	for i := range n {
		greenlet.Yield(i)
	}
}

//greenlet:resumable durable
func loopsOverSeq() (s string) {
	for x := range greenlet.Seq(newCountsFrame(3)) {
		greenlet.Yield("seq")
		s += fmt.Sprint(x)
	}
	return s
}

//greenlet:resumable durable
func pulls() (s string) {
	next, stop := greenlet.Pull(newCountsFrame(3))
	for x, ok := next(); ok; x, ok = next() {
		greenlet.Yield("pull")
		s += fmt.Sprint(x)
	}
	stop()
	return s
}

//greenlet:resumable durable
func loopsOverValues() (s string) {
	for x := range slices.Values([]int{0, 1, 2}) { //greenlet:allow plain-iterator it is to be refused
		greenlet.Yield("values")
		s += fmt.Sprint(x)
	}
	return s
}

// switches is what to write in their place.
//
//greenlet:resumable durable
func switches() (s string) {
	g := greenlet.New(counts, 3)
	for x := g.Switch(); x != nil && !g.Dead(); x = g.Switch() {
		greenlet.Yield("switch")
		s += fmt.Sprint(x)
	}
	return s
}

//greenlet:resumable durable
func keepsLiteral[T any](x T) string {
	s := ""
	f := func() string { s += fmt.Sprint(x); return s }
	greenlet.Yield("generic")
	return f()
}

func init() {
	Register(newKeepsLiteralFrame(0))
}

// What of the runtime holds code or a stack is refused by what it is, and what to write instead
// works.
func TestRefusedByName(t *testing.T) {
	for _, c := range []struct {
		g    *greenlet.Greenlet
		want string
	}{
		{greenlet.New(loopsOverSeq), "it is in a loop over greenlet.Seq; start the generator by greenlet.New"},
		{greenlet.New(pulls), "what greenlet.Pull returns"},
		{greenlet.New(loopsOverValues), "a loop over an iterator of plain code, which is on a stack of its own; collect the values first"},
		{greenlet.New(newKeepsLiteralFrame(1)), "a literal of a generic function, of whose types there may be any number"},
	} {
		c.g.Switch()
		_, err := Snapshot(c.g)
		assert.ErrorContains(t, err, c.want)
		if strings.Contains(c.want, "a literal of a generic") { // a fork would share what it captures
			_, err = Fork(c.g)
			assert.ErrorContains(t, err, c.want)
		}
		c.g.Kill()
	}
	g := greenlet.New(switches)
	g.Switch()
	b, err := Snapshot(g)
	require.NoError(t, err)
	gs, err := Restore(b)
	require.NoError(t, err)
	assert.Equal(t, []any{"012", "012"}, []any{ends(g), ends(gs[0])})
}

//greenlet:resumable durable
func defersInInstance[T any](v T, log *[]string) {
	n := 1
	defer func() { *log = append(*log, fmt.Sprint(v, n)) }()
	greenlet.Yield("in")
	n++
}

//greenlet:resumable durable
func callsInstance(log *[]string) { defersInInstance("x", log) }

// What a generic function has deferred is refused, by a fork as by a snapshot, and goes on.
func TestDeferredInInstance(t *testing.T) {
	var log []string
	g := greenlet.New(callsInstance, &log)
	g.Switch()
	_, err := Fork(g)
	assert.ErrorContains(t, err, "it is a literal of a generic function")
	_, err = Snapshot(g)
	assert.ErrorContains(t, err, "it is a literal of a generic function")
	g.Switch()
	assert.Equal(t, []string{"x2"}, log)
}
