package olddep

import greenlet "github.com/going-green/greenlet/runtime"

//greenlet:resumable
func F() { greenlet.Yield(1) }
