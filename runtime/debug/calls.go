package debug

import "github.com/going-green/greenlet/runtime/internal/funcval"

// StackCalls is how often, since the program has begun, resumable code has called a function
// value, started it or pulled from it by PullSeq, that plain code had made of resumable code,
// so that it ran on a stack of its own, as by [greenlet.OnStack]. Each is some forty times the
// price of a call: made in resumable code, or by greenlet.Call of the function that makes it, the
// value needs no stack.
func StackCalls() int64 { return funcval.Stacked.Load() }
