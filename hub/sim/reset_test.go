package sim

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/hub/socket"
)

// asker asks on a connection for each answer, and dials again when that breaks.
type asker struct {
	net      *Network
	answers  int
	atA, atB []error // that ended connections
}

//greenlet:resumable
func (a *asker) asks(n int) {
	h := a.net.Host("a")
	p := make([]byte, 10)
	for a.answers < n {
		c, err := h.Dial("tcp", "b:80")
		if err != nil {
			a.atA = append(a.atA, err)
			continue
		}
		for err == nil && a.answers < n {
			if _, err = c.Write(p); err == nil {
				c.SetReadDeadline(a.net.Hub().Now().Add(time.Second)) // nobody may be there any more
				_, err = c.ReadFull(p)
			}
			if err == nil {
				a.answers++
			}
		}
		if err != nil {
			a.atA = append(a.atA, err)
		}
		c.Close()
	}
	a.net.Shutdown()
}

//greenlet:resumable
func (a *asker) accepts(l *socket.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		a.net.Host("b").Go(a.serves, c)
	}
}

//greenlet:resumable
func (a *asker) serves(c *socket.Conn) {
	defer c.Close()
	p := make([]byte, 10)
	for {
		_, err := c.ReadFull(p)
		if err == nil {
			_, err = c.Write(p)
		}
		if err != nil {
			a.atB = append(a.atB, err)
			return
		}
	}
}

func asking(a *asker, o Options) Simulation {
	o.Latency = time.Millisecond
	return Simulation{Options: o, Start: func(n *Network) func() error {
		*a = asker{net: n}
		b := n.Host("b")
		b.Go(a.accepts, must(b.Listen("tcp", ":80")))
		n.Host("a").Go(a.asks, 200)
		return nil
	}}
}

func isReset(err error) bool { return errors.Is(err, syscall.ECONNRESET) }

// A connection that is reset ends with that error at both ends. The next dial makes another.
func TestResets(t *testing.T) {
	var a asker
	happened, err := asking(&a, Options{Resets: 0.02}).RunFaults(1, Choice{}, nil)
	require.NoError(t, err)
	assert.Equal(t, 200, a.answers)
	require.Greater(t, len(happened), 5)
	resets := 0
	for _, f := range happened {
		if f.Kind == Reset {
			assert.Contains(t, []string{"a>b", "b>a"}, f.Where)
			resets++
		}
	}
	assert.Len(t, a.atA, resets)
	for _, err := range a.atA {
		assert.True(t, isReset(err), err)
	}
	require.NotEmpty(t, a.atB)
	for _, err := range a.atB {
		assert.True(t, isReset(err), err)
	}

	// The list is all that it takes, and one less leaves the others.
	listed, err := asking(&a, Options{}).RunFaults(1, Choice{Only: happened}, nil)
	require.NoError(t, err)
	assert.Equal(t, happened, listed)
	none, err := asking(&a, Options{Resets: 1}).RunFaults(1, Choice{Only: []Fault{}}, nil)
	require.NoError(t, err)
	assert.Empty(t, none)
	assert.Empty(t, a.atA)
}

// If the other end's reset is lost, it has half a connection: it finds that out when it sends.
func TestResetIsLost(t *testing.T) {
	half := 0
	for seed := range uint64(50) {
		var a asker
		_, err := asking(&a, Options{Resets: 0.05, Loss: 0.3}).RunFaults(seed, Choice{}, nil)
		require.NoError(t, err)
		assert.Equal(t, 200, a.answers)
		half += len(a.atA) - len(a.atB)
	}
	assert.Positive(t, half)
}

// A plan has resets among its kinds, and they stop with it.
func TestResetsOfPlan(t *testing.T) {
	all := 0
	for seed := range uint64(40) {
		var a asker
		s := asking(&a, Options{})
		s.Plan = &Plan{For: 300 * time.Millisecond, Kinds: []Kind{Reset}}
		happened, err := s.RunFaults(seed, Choice{}, nil)
		require.NoError(t, err)
		for _, f := range happened {
			if !f.Kind.forced() {
				assert.Equal(t, Reset, f.Kind)
				all++
			}
		}
	}
	assert.Greater(t, all, 20)
}
