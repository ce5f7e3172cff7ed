package gen

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// TestYieldsSize: what a frame says to the compiler costs nothing, also where the frame has
// nothing else.
func TestYieldsSize(t *testing.T) {
	assert.Equal(t, unsafe.Sizeof(Header{}), unsafe.Sizeof(struct {
		Yields[[9]int]
		Header
	}{}))
	assert.Equal(t, unsafe.Sizeof(Header{}), unsafe.Sizeof(struct {
		Exchanges[string, int]
		Header
	}{}))
}
