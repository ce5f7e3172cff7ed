package conformance

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var errOrigin = errors.New("it fails")

func originFails() { panic(errOrigin) }

var originIndirect = originFails

//greenlet:resumable
func originDeep(suspends bool) {
	if suspends {
		greenlet.Yield(1)
	}
	originIndirect()
}

//greenlet:resumable
func originDefers(suspends bool) {
	defer func() {}()
	originDeep(suspends)
}

//greenlet:resumable
func originRaises(suspends bool) {
	defer func() {
		if v := recover(); v != nil {
			panic(v)
		}
	}()
	originDefers(suspends)
}

//greenlet:resumable
func originRecovers(suspends bool) {
	func() {
		defer func() { recover() }()
		originDefers(suspends)
	}()
	panic(errOrigin) // the same value, and another panic
}

//greenlet:resumable
func originThrown() {
	defer func() {}()
	greenlet.Yield(1)
}

// Where a panic came from is kept when frames that defer have passed it on, or have raised it
// again, whether the calls above them had been suspended or not.
func TestPanicStackPastDefer(t *testing.T) {
	for name, test := range map[string]struct {
		frame func(suspends bool) greenlet.Frame
		want  string
	}{
		"deferring": {
			func(s bool) greenlet.Frame { return newOriginDefersFrame(s) },
			"originFails originDeep originDefers",
		},
		"raised again": {
			func(s bool) greenlet.Frame { return newOriginRaisesFrame(s) },
			"originFails originDeep originRaises",
		},
		"another": {
			func(s bool) greenlet.Frame { return newOriginRecoversFrame(s) },
			"originRecovers",
		},
	} {
		for _, suspends := range []bool{false, true} {
			t.Run(fmt.Sprint(name, suspends), func(t *testing.T) {
				g := greenlet.New(test.frame(suspends))
				if suspends {
					g.Switch()
				}
				assert.PanicsWithValue(t, errOrigin, func() { g.Switch() })
				assert.Equal(t, test.want, originNames())
			})
		}
	}
	g := greenlet.New(newOriginThrownFrame())
	g.Switch()
	assert.PanicsWithValue(t, errOrigin, func() { g.Throw(errOrigin) })
	assert.Equal(t, "originThrown", originNames())
}

func originNames() string {
	var names []string
	for _, f := range greenlet.PanicStack(errOrigin) {
		names = append(names, strings.TrimPrefix(path.Ext(f.Func), "."))
	}
	return strings.Join(names, " ")
}

func plainYield()    { greenlet.Yield(1) }         //greenlet:allow yield-without-parent it is what is tested
func plainExchange() { greenlet.Exchange[int](1) } //greenlet:allow yield-without-parent it is what is tested
func plainSwitch()   { plainParent.Switch() }

var plainParent *greenlet.Greenlet

func plainBetween(f func()) { f() }

//greenlet:resumable
func plainBelow(f func(), defers bool) {
	plainParent = greenlet.Current()
	between := plainBetween
	if defers {
		defer func() {
			v := recover()
			panic(v)
		}()
	}
	between(f)
}

// What plain code in the way is told: its name and line, what it is called by, and what to do.
func TestPlainIsNamed(t *testing.T) {
	for op, f := range map[string]func(){"Yield": plainYield, "Exchange": plainExchange, "Switch": plainSwitch} {
		for _, defers := range []bool{false, true} {
			g := greenlet.New(newPlainBelowFrame(f, defers))
			var err *greenlet.StateError
			func() {
				defer func() { err = recover().(*greenlet.StateError) }()
				g.Switch()
			}()
			assert.Equal(t, strings.ToLower(op), strings.ToLower(err.Op))
			assert.Regexp(t, `^annotate .*conformance\.plainBetween, and what it calls on the way, //greenlet:resumable, or run it by greenlet\.OnStack$`, err.Remedy)
			require.Len(t, err.Plain, 2)
			assert.Regexp(t, `conformance\.plain`+op+` \(.*origin_test.go:\d+\)$`, err.Plain[0])
			assert.Regexp(t, `conformance\.plainBetween \(.*origin_test.go:\d+\)$`, err.Plain[1])
			assert.Regexp(t, `conformance\.plainBelow \(.*origin_test.go:\d+\)$`, err.Caller)
			assert.Contains(t, err.Error(), "; called by ")
		}
	}
	// Where no greenlet runs, it is who yields.
	defer func() {
		err := recover().(*greenlet.StateError)
		require.Len(t, err.Plain, 1)
		assert.Regexp(t, `^annotate .*conformance\.plainYield //greenlet:resumable, if it is not, and run it as a greenlet, or `, err.Remedy)
		assert.Regexp(t, `conformance\.plainYield \(`, err.Plain[0])
		assert.Regexp(t, `conformance\.plainBetween \(`, err.Caller)
	}()
	plainBetween(plainYield)
}
