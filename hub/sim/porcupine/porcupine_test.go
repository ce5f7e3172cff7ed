package porcupine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/going-green/greenlet/examples/replication/register"
	"github.com/going-green/greenlet/hub/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// aRegister is a register that begins with 0.
var aRegister = Model{
	Init: func() any { return 0 },
	Step: func(state, input, output any) (bool, any) {
		if v, writes := input.(register.Write); writes {
			return true, int(v)
		}
		return output == state, state
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprint(input, " ", output) },
}

func check(h *sim.History) error { return Check(h, aRegister) }

// Of many runs of the replicated register porcupine says what its own check says: those with
// the race fail, and no others.
func TestReplication(t *testing.T) {
	failed := 0
	for _, planted := range []bool{true, false} {
		for seed := range uint64(300) {
			err, want := register.Simulation(planted, check).Run(seed, nil), register.Simulation(planted, register.Check).Run(seed, nil)
			require.Equal(t, want == nil, err == nil, "seed %d: %v", seed, err)
			if err != nil {
				failed++
				assert.True(t, planted)
				assert.ErrorAs(t, err, new(*NotLinearizable))
			}
		}
	}
	assert.Positive(t, failed)
}

// A seed that fails is shrunk by it as by any check, and has a page of porcupine's.
func TestPage(t *testing.T) {
	f := register.Simulation(true, check).Search(1, 1000)
	require.NotNil(t, f)
	assert.LessOrEqual(t, len(f.Faults), 10)
	var not *NotLinearizable
	require.True(t, errors.As(f, &not))
	assert.Contains(t, f.Error(), "the history is not linearizable:\n<-")
	file := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, not.WritePage(file))
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(page), "writes 5")
	assert.Error(t, not.WritePage(t.TempDir()))
}

// What has not ended may take place late, or not at all, and can't be undone.
func TestPending(t *testing.T) {
	var h sim.History
	w := h.Begin("writer", register.Write(1))
	read := func(value int) { h.Begin("reader", register.Read{}).Done(value) }
	read(0)
	assert.NoError(t, check(&h))
	read(1)
	assert.NoError(t, check(&h))
	read(0)
	assert.Error(t, check(&h))

	h = sim.History{}
	w = h.Begin("writer", register.Write(1))
	w.Done(nil)
	h.Begin("reader", register.Read{}) // it says nothing
	assert.NoError(t, check(&h))
	read(0)
	assert.Error(t, check(&h))
}
