package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestCheck has histories that a register can show its clients, and some that it can't.
func TestCheck(t *testing.T) {
	write := func(value, start, end int) *operation { return &operation{"w", true, value, start, end} }
	read := func(value, start, end int) *operation { return &operation{"r", false, value, start, end} }
	for _, test := range []struct {
		what string
		ok   bool
		ops  []*operation
	}{
		{"nothing", true, nil},
		{"in order", true, []*operation{read(0, 1, 2), write(1, 3, 4), read(1, 5, 6)}},
		{"from nowhere", false, []*operation{write(1, 1, 2), read(2, 3, 4)}},
		{"stale", false, []*operation{write(1, 1, 2), write(2, 3, 4), read(1, 5, 6)}},
		{"old or new while it is written", true, []*operation{write(1, 1, 6), read(0, 2, 3), read(1, 4, 5)}},
		{"new, then old", false, []*operation{write(1, 1, 6), read(1, 2, 3), read(0, 4, 5)}},
		{"writes in either order", true, []*operation{write(1, 1, 3), write(2, 2, 4), read(1, 5, 6), read(1, 7, 8)}},
		{"writes in both orders", false, []*operation{write(1, 1, 3), write(2, 2, 4), read(1, 5, 6), read(2, 7, 8)}},
		{"a write that never ended, done late", true, []*operation{write(1, 1, 0), read(0, 2, 3), read(1, 4, 5)}},
		{"or not at all", true, []*operation{write(1, 1, 0), read(0, 2, 3)}},
		{"but not undone", false, []*operation{write(1, 1, 0), read(1, 2, 3), read(0, 4, 5)}},
		{"a read that never ended", true, []*operation{write(1, 1, 2), read(7, 3, 0)}},
	} {
		h := &history{operations: test.ops, events: 8}
		assert.Equal(t, test.ok, h.check() == nil, test.what)
	}
}

// Few runs show the race.
func TestRare(t *testing.T) {
	failed := 0
	for seed := range uint64(300) {
		if simulation(true).Run(seed, nil) != nil {
			failed++
		}
	}
	assert.Positive(t, failed)
	assert.Less(t, failed, 30)
	simulation(false).Test(t, 300)
}
