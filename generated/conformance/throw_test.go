package conformance

import (
	"errors"
	"fmt"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

//greenlet:resumable
func switches() any {
	s := switchOrRecover()
	greenlet.Current().Parent().Switch(s)
	return "end"
}

//greenlet:resumable
func switchOrRecover() (s string) {
	defer func() {
		if v := recover(); v != nil {
			s = fmt.Sprint("caught ", v)
		}
	}()
	greenlet.Current().Parent().Switch("ok")
	return "unexpected"
}

func TestThrowTests_test_class(t *testing.T) {
	row(t, "")
	g := greenlet.New(newSwitchesFrame())
	assert.Equal(t, "ok", g.Switch())
	assert.Equal(t, "caught some error", g.Throw(errTest))
	assert.Equal(t, "end", g.Switch())
}

type codeError struct{ code int }

func (e *codeError) Error() string { return fmt.Sprint("code ", e.code) }

func TestThrowTests_test_val(t *testing.T) {
	row(t, "one form, `Throw(v)`, for any value; `errors.Is` and `errors.As` work on what arrives")
	g := greenlet.New(newSwitchesFrame())
	g.Switch()
	assert.Equal(t, "caught ciao", g.Throw("ciao"))
	g = greenlet.New(newSwitchesFrame())
	g.Switch()
	assert.Equal(t, "caught code 5", g.Throw(&codeError{5}))
	g = greenlet.New(newStandsFrame())
	g.Switch()
	err := caught(func() { g.Throw(fmt.Errorf("wrapped: %w", &codeError{6})) }).(error)
	var code *codeError
	assert.True(t, errors.As(err, &code))
	assert.Equal(t, 6, code.code)
}

func TestThrowTests_test_kill(t *testing.T) {
	row(t, "")
	g := greenlet.New(newStandsFrame())
	g.Switch()
	assert.Equal(t, greenlet.Exit, g.Throw(nil))
	assert.True(t, g.Dead())
	assert.Equal(t, greenlet.Exit, g.Kill())
	wrapped := fmt.Errorf("wrapped: %w", greenlet.Exit)
	assert.Equal(t, wrapped, g.Throw(wrapped))
}

func TestThrowTests_test_throw_goes_to_original_parent(t *testing.T) {
	row(t, "")
	// A suspended parent catches.
	var seen any
	catches := greenlet.New(newRecoversFrame(&seen))
	g := greenlet.NewChild(catches, newLeafFrame(0))
	catches.Switch()
	assert.Equal(t, "recovered some error", g.Throw(errTest))
	assert.Equal(t, errTest, seen)
	assert.True(t, g.Dead())
	assert.True(t, catches.Dead())
	// Unstarted parents die with it.
	p := greenlet.New(newLeafFrame(0))
	g = greenlet.NewChild(p, newLeafFrame(0))
	assert.Equal(t, errTest, caught(func() { g.Throw(errTest) }))
	assert.True(t, g.Dead())
	assert.True(t, p.Dead())
	// As do suspended ones that don't catch.
	p = greenlet.New(newStandsFrame())
	p.Switch()
	g = greenlet.NewChild(p, newLeafFrame(0))
	assert.Equal(t, errTest, caught(func() { g.Throw(errTest) }))
	assert.True(t, p.Dead())
}

func TestThrowTests_test_not_throwable(t *testing.T) {
	row(t, "anything can be thrown; nil is `Exit`")
	g := greenlet.New(newStandsFrame())
	assert.Equal(t, greenlet.Exit, g.Throw(nil))
	g = greenlet.New(newStandsFrame())
	assert.Equal(t, 42, caught(func() { g.Throw(42) }))
}
