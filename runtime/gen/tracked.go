package gen

import greenlet "github.com/going-green/greenlet/runtime"

// Tracked has the program keep a list of its greenlets, for a debugger: see [greenlet.SetTracking]. What is
// generated for debuggers calls it when the program begins, and no other.
func Tracked() bool { return greenlet.SetTracking(true) }
