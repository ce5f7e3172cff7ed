package main

import (
	"testing"

	"github.com/going-green/greenlet/examples/replication/register"
	"github.com/stretchr/testify/assert"
)

// Each key is a register of its own.
func TestHistory(t *testing.T) {
	h := &history{}
	h[0].Begin("c", register.Read{}).Done(0)
	h[1].Begin("c", register.Write(7)).Done(nil)
	o := h[1].Begin("c", register.Read{})
	assert.NoError(t, h.check())
	o.Done(0)
	assert.EqualError(t, h.check(), "no store shows its clients this of key 1:\n<>   c writes 7\n  <> c reads 0")
}
