package gen

import (
	"unsafe"

	greenlet "github.com/going-green/greenlet/runtime"
)

// rooted is a frame with room for the greenlet that will run it, so that both are one
// object.
type rooted[F any] struct {
	g     greenlet.Greenlet
	frame F
}

// MakeFrame is a frame that has what f has, for a constructor. The first field of F is a
// [Header] or [DeferHeader].
func MakeFrame[F any](f F) *F {
	r := &rooted[F]{frame: f}
	if unsafe.Offsetof(r.frame) == unsafe.Sizeof(r.g) { // it may be more where a word has 32 bits
		(*Header)(unsafe.Pointer(&r.frame)).HasRoom()
	}
	return &r.frame
}
