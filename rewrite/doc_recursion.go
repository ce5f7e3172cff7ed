/*
# Askers that call themselves

A recursive generator, as a walk of a tree is one, has one frame for all its activations. The
one that runs has the fields. What those keep that have called another one is on a stack in the
frame, gen.Calls. So a call takes no frame, a return resumes nobody, and both stay in Ask:

	func (t *tree) walk() {                   func (f *treeWalkFrame) Ask(p *int) gen.Status {
		if t == nil {                         again:
			return                                    t := f.t
		}                                             switch f.PC {
		t.left.walk()                                 case 2:
		greenlet.Yield(t.value)
		t.right.walk()                                        if t.right != nil {
	}                                                                 f.t, f.PC = t.right, 0
	                                                                  f.Tail(3)
	                                                                  goto again
	                                                          }
	                                                          goto returned
	                                                  }
	                                                  if t == nil {
	                                                          goto returned
	                                                  }
	                                                  if t.left != nil {
	                                                          f.t, f.PC = t.left, 0
	                                                          f.Push(1, treeWalkWaiting{t: t})
	                                                          goto again
	                                                  }
	                                          resumed_44:
	                                                  f.PC = 2
	                                                  *p = t.value
	                                                  return gen.Left
	                                          returned:
	                                                  if pc, c, ok := f.Pop(); ok {
	                                                          f.t, f.PC = c.t, pc
	                                                          t = c.t
	                                                          goto resumed_44
	                                                  }
	                                                  return gen.Done
	                                          }

Behind a call in tail position nothing is left to do: such a call is counted only, so that
stacks show it. Where the function begins with a comparison of parameters and returns, the call
makes the comparison with its arguments, and is not made if it would return at once.

Three things differ from a frame for each activation. The companion takes its frame at once.
Go's stack has one call of Ask, whatever the depth; what waits in the frame is added where a
panic leaves the driver, or a deferred stop of Pull, or the loop over Seq. And a runaway
recursion takes memory rather than Go's stack.

The function has no results, no type parameters and no variadic parameter, and is not
durable; what lives across a call is of types with names (emit, fn_nested.go). Functions that
call each other in a circle have a frame for each call: one frame for all would need to have the
fields of all.

# Push iterators that call themselves

It is much the same for functions that hand out values otherwise: by a call of a function that they
were given, as a push iterator does, or by Yield with results of their own. Their hot calls are Go's,
and each that suspends has its frame. But what Resume calls has none:

	func (t *tree) push(yield func(int) bool) bool {
		return t == nil || t.left.push(yield) && yield(t.value) && t.right.push(yield)
	}

	func (f *treePushFrame) Resume(r *gen.Run) (st gen.Status) {
		var ret0 bool
	again:
		t, yield := f.t, f.yield
		var t0 bool
		switch f.PC {
		case 1:                                 // a hot call has returned
			t0 = r.Callee().(*treePushFrame).Returned(r)
			goto resumed_45
		...
		}
		...
		if t.left != nil {
			f.t, f.PC = t.left, 0
			f.Push(1, treePushWaiting{t: t})
			goto again
		}
		t0 = true                               // as push returns at once
	resumed_45:
		...
	returned:
		if pc, c, ok := f.Pop(); ok {           // one in the frame has
			f.t, f.PC = c.t, pc
			t, t0 = c.t, ret0
			goto resumed_45
		}
		f.Ret0 = ret0
		return f.Return(r, f)
	}

So a walk has as many frames as its first value has calls, and the driver sees no others. A
parameter that all calls pass on, and nothing else changes, is kept once: yield is. A call whose
results are returned as they are is in tail position. Rejected: a variant of such functions that is an
asker, for where yield is that of PullSeq: it would be a third copy of the code, for a tenth of
the instructions. Long functions have one variant (maxTwice), and a frame for each call.
*/
package rewrite
