package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Histories that a store can show its clients, and some that it can't.
func TestLinearizable(t *testing.T) {
	write := func(value uint32, start, end int) *operation {
		return &operation{client: "w", writes: true, value: value, start: start, end: end}
	}
	read := func(value uint32, start, end int) *operation {
		return &operation{client: "r", value: value, start: start, end: end}
	}
	for _, test := range []struct {
		what string
		ok   bool
		ops  []*operation
	}{
		{"nothing", true, nil},
		{"in order", true, []*operation{read(0, 1, 2), write(1, 3, 4), read(1, 5, 6)}},
		{"stale", false, []*operation{write(1, 1, 2), write(2, 3, 4), read(1, 5, 6)}},
		{"new, then old", false, []*operation{write(1, 1, 6), read(1, 2, 3), read(0, 4, 5)}},
		{"a write that nobody has answered, done late", true, []*operation{write(1, 1, 0), read(0, 2, 3), read(1, 4, 5)}},
		{"or not at all", true, []*operation{write(1, 1, 0), read(0, 2, 3)}},
		{"but not undone", false, []*operation{write(1, 1, 0), read(1, 2, 3), read(0, 4, 5)}},
	} {
		assert.Equal(t, test.ok, linearizable(test.ops), test.what)
	}
	h := &history{}
	h.end(h.begin("c", 1, true, 7))
	o := h.begin("c", 1, false, 0)
	assert.NoError(t, h.check())
	h.end(o)
	assert.EqualError(t, h.check(), "no store shows its clients this of key 1:\n  1-2 c writes 7\n  3-4 c reads 0")
	h.forget(o)
	assert.NoError(t, h.check())
}
