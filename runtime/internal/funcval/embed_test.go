package funcval

import (
	"runtime"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

type counted[T any] struct {
	n        int
	v        T
	get, add Embedded
}

// embed makes functions of which the first needs the dictionary.
func embed[T any](v T) (get func() any, add func()) {
	c := &counted[T]{v: v}
	return Embed(&c.get, func() any { return c.v }, unsafe.Pointer(c)),
		Embed(&c.add, func() { c.n++ }, unsafe.Pointer(c))
}

func TestEmbed(t *testing.T) {
	get, add := embed("v")
	number, _ := embed(struct{ a, b, c int }{1, 2, 3})
	add()
	runtime.GC()
	add()
	assert.Equal(t, "v", get())
	assert.Equal(t, struct{ a, b, c int }{1, 2, 3}, number())
	assert.Equal(t, 1.0, testing.AllocsPerRun(100, func() { kept, _ = embed(1.5) }))
}

var kept func() any

func TestEmbedOther(t *testing.T) {
	c := &counted[int]{}
	n := 0
	assert.Panics(t, func() { Embed(&c.get, func() any { return n }, unsafe.Pointer(c)) })
}
