package conformance

import (
	"errors"
	"fmt"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/stretchr/testify/assert"
)

//greenlet:resumable
func addsUp(n int) (sum int) {
	for i := range n {
		sum += i
		greenlet.Yield(i)
	}
	return sum
}

// Python has no frames: a greenlet's result is what switch returns in its parent. Results
// before the end say where the function stands.
func TestResultsBeforeTheReturn(t *testing.T) {
	message := func(f *addsUpFrame) (m string) {
		defer func() {
			if v := recover(); v != nil {
				err, ok := v.(error)
				var state *greenlet.StateError
				assert.True(t, ok && errors.As(err, &state))
				m = err.Error()
			}
		}()
		return fmt.Sprint(f.Results())
	}
	const missing = "greenlet: Results: the results of github.com/going-green/greenlet/generated/conformance.addsUp are not there: "
	f := newAddsUpFrame(2)
	assert.Equal(t, missing+"it has not started", message(f))
	g := greenlet.New(f)
	assert.Equal(t, missing+"it has not started, or not come to its first switch", message(f))
	g.Switch()
	assert.Equal(t, missing+"it has not returned; it last waited at github.com/going-green/greenlet/generated/conformance/results_test.go:16", message(f))
	g.Switch()
	g.Switch()
	assert.True(t, g.Dead())
	assert.Equal(t, "1", message(f))

	f = newAddsUpFrame(2)
	g = greenlet.New(f)
	g.Switch()
	g.Kill()
	assert.Equal(t, missing+"a panic or Kill has ended it", message(f))
}
