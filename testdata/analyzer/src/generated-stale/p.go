package p

import greenlet "github.com/going-green/greenlet/runtime"

//go:generate go tool greenlet

//greenlet:resumable
func f() { greenlet.Yield(1) }
