package p

import (
	greenlet "github.com/going-green/greenlet/runtime"
) // behind the imports

//greenlet:resumable
func f() { greenlet.Yield(1) }
