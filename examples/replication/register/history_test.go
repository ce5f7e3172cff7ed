package register

import (
	"testing"

	"github.com/going-green/greenlet/hub/sim"

	"github.com/stretchr/testify/assert"
)

// TestCheck has histories that a register can show its clients, and some that it can't.
func TestCheck(t *testing.T) {
	write := func(value, start, end int) seen { return seen{Write(value), nil, start, end} }
	read := func(value, start, end int) seen { return seen{Read{}, value, start, end} }
	for _, test := range []struct {
		what string
		ok   bool
		ops  []seen
	}{
		{"nothing", true, nil},
		{"in order", true, []seen{read(0, 1, 2), write(1, 3, 4), read(1, 5, 6)}},
		{"from nowhere", false, []seen{write(1, 1, 2), read(2, 3, 4)}},
		{"stale", false, []seen{write(1, 1, 2), write(2, 3, 4), read(1, 5, 6)}},
		{"old or new while it is written", true, []seen{write(1, 1, 6), read(0, 2, 3), read(1, 4, 5)}},
		{"new, then old", false, []seen{write(1, 1, 6), read(1, 2, 3), read(0, 4, 5)}},
		{"writes in either order", true, []seen{write(1, 1, 3), write(2, 2, 4), read(1, 5, 6), read(1, 7, 8)}},
		{"writes in both orders", false, []seen{write(1, 1, 3), write(2, 2, 4), read(1, 5, 6), read(2, 7, 8)}},
		{"a write that never ended, done late", true, []seen{write(1, 1, 0), read(0, 2, 3), read(1, 4, 5)}},
		{"or not at all", true, []seen{write(1, 1, 0), read(0, 2, 3)}},
		{"but not undone", false, []seen{write(1, 1, 0), read(1, 2, 3), read(0, 4, 5)}},
		{"a read that never ended", true, []seen{write(1, 1, 2), read(7, 3, 0)}},
	} {
		assert.Equal(t, test.ok, Check(happened(test.ops)) == nil, test.what)
	}
}

// Of reads that have not ended there may be any number.
func TestCheckOfManyThatHaveNotEnded(t *testing.T) {
	h := &sim.History{}
	for range 100 {
		h.Begin("reader", Read{})
	}
	h.Begin("writer", Write(1)).Done(nil)
	h.Begin("reader", Read{}).Done(1)
	assert.NoError(t, Check(h))
	h.Begin("reader", Read{}).Done(0)
	assert.Error(t, Check(h))
}

// seen is an operation of a test; end is 0 if it has none.
type seen struct {
	input, output any
	start, end    int
}

// happened is the history of operations, whose events are numbered without gaps.
func happened(list []seen) *sim.History {
	h := &sim.History{}
	operations := map[int]*sim.Operation{}
	for event := 1; ; event++ {
		any := false
		for i, s := range list {
			switch event {
			case s.start:
				operations[i] = h.Begin("client", s.input)
			case s.end:
				operations[i].Done(s.output)
			default:
				continue
			}
			any = true
		}
		if !any {
			return h
		}
	}
}

// Few runs show the race.
func TestRare(t *testing.T) {
	failed := 0
	for seed := range uint64(300) {
		if Simulation(true, Check).Run(seed, nil) != nil {
			failed++
		}
	}
	assert.Positive(t, failed)
	assert.Less(t, failed, 30)
	Simulation(false, Check).Test(t, 300)
}
