package conformance

import (
	"errors"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

const plainCode = "foreign code is plain code"

func TestCAPITests_test_switch(t *testing.T) {
	row(t, plainCode)
	assert.Equal(t, 50, greenlet.New(newLeafFrame(50)).Switch())
}

func TestCAPITests_test_switch_kwargs(t *testing.T) {
	row(t, "arguments of the first switch")
	assert.Equal(t, 6, greenlet.New(newPairFrame(0, 0)).Switch(2, 4))
	assert.IsType(t, &greenlet.ArgumentError{}, caught(func() { greenlet.New(newPairFrame(0, 0)).Switch("2", 4) }))
}

//greenlet:resumable
func switchesToParents() {
	greenlet.Current().Parent().Switch()
	greenlet.Current().Parent().Switch()
}

func TestCAPITests_test_setparent(t *testing.T) {
	row(t, plainCode)
	g := greenlet.New(newSwitchesToParentsFrame())
	g.Switch()
	p := greenlet.New(newLeafFrame(9))
	g.SetParent(p)
	assert.Equal(t, 9, g.Switch())
	assert.True(t, p.Dead())
}

func TestCAPITests_test_getcurrent(t *testing.T) {
	row(t, plainCode+", where that is Main")
	assert.Same(t, greenlet.Main(), greenlet.Current())
}

func TestCAPITests_test_new_greenlet(t *testing.T) {
	row(t, plainCode)
	assert.Equal(t, -15, greenlet.New(newLeafFrame(-15)).Switch())
}

func TestCAPITests_test_raise_greenlet_dead(t *testing.T) {
	row(t, "`errors.Is(err, Exit)`")
	assert.True(t, errors.Is(greenlet.New(newLeafFrame(0)).Kill().(error), greenlet.Exit))
}

func TestCAPITests_test_raise_greenlet_error(t *testing.T) {
	row(t, "`errors.As` with a `*StateError`")
	err := caught(func() { greenlet.Yield(1) }).(error)
	var state *greenlet.StateError
	assert.True(t, errors.As(err, &state))
}

func TestCAPITests_test_throw(t *testing.T) {
	row(t, plainCode)
	var seen any
	g := greenlet.New(newRecoversFrame(&seen))
	g.Switch()
	g.Throw(errors.New("take that sucka!"))
	assert.EqualError(t, seen.(error), "take that sucka!")
}
