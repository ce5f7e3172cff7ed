// Package goid tells goroutines apart.
package goid

import (
	"bytes"
	"runtime"
	"strconv"
)

// Current is the number of this goroutine. Go tells it nobody but in stacks: that takes some
// microseconds, and more the deeper the stack is.
func Current() uint64 {
	var buf [64]byte
	text := buf[:runtime.Stack(buf[:], false)]
	text, _, _ = bytes.Cut(bytes.TrimPrefix(text, []byte("goroutine ")), []byte(" "))
	id, _ := strconv.ParseUint(string(text), 10, 64)
	return id
}
