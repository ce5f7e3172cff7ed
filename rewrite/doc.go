/*
Package rewrite compiles functions annotated //greenlet:resumable into state
machines.

This comment is the design document: what becomes of each construct, and why.
The passes are listed in passes.go, one file each; section names are file
names where there is a file.

# Theory of operation

A resumable function is emitted twice, from the same blocks. Its companion is
the hot call: an ordinary Go call, whose locals are Go locals and which
allocates nothing. Where it suspends, it takes a frame, saves what is live,
records its state, and returns a status other than Done; so does its caller,
and links its own frame above: each call is unwound once at most. Resume is the
resumption: a method of the frame that goes on at the state. Whoever drives
resumes the innermost frame only, in O(1); when that returns, its caller's
frame is resumed, with the results to be fetched from the callee's.

	//greenlet:resumable
	func count(n int) {
		for i := 0; i < n; i++ {
			greenlet.Yield(i)
		}
	}

becomes

	func countResumable(r *greenlet.Run, n int) (st greenlet.Status) {
		i := 0
		if !(i < n) {
			return greenlet.Done
		}
		f := (*countFrame)(nil).take(r)
		r.Leaf(f, &f.Header)
		f.n, f.i, f.PC = n, i, 1
		... yield i
	}

	func (f *countFrame) Resume(r *greenlet.Run) (st greenlet.Status) {
		n := f.n
		var i int
		switch f.PC {
		case 1: // resumed from count.go:4
			i = f.i
			goto resumed_4
		}
		i = 0
	loop_3:
		if !(i < n) {
			return r.Return(f, &f.Header)
		}
		f.i, f.PC = i, 1
		... yield i
	resumed_4:
		i++
		goto loop_3
	}

Each variant has the blocks it can reach. State 0 of Resume is the start of a
frame that the constructor made. What is live is reloaded in the dispatch. A
switch has a handful of instructions whatever the depth.

The constructor leaves room for a greenlet before the frame, and New takes it: they are
one object. When the greenlet has ended it forgets what the frame holds, but for the
results (Forget), as a user may keep it.

	func newCountFrame(n int) *countFrame {
		f := greenlet.MakeFrame[countFrame]()
		f.n = n
		return f
	}

A function that defers, or that declares a type, takes its frame at the start
and has one variant only (see Defer).

# Annotation and colour

Colour is by annotation only (internal/color): a call suspends if its callee is
annotated, has a companion in another package, or is a switch of the runtime.
The companion is what resumable code calls:

	x := fib(n-1)        x, st = fibResumable(r, n-1)
	s.Serve(c)           st = s.ServeResumable(r, c)
	dep.Fib(n)           ... dep.FibResumable(r, n)

Because it is named after the function and stands beside it, promotion through
embedding, method expressions and instantiation need no rule of their own.

Frames of methods are types of the package, and may be called as those of other
functions: serverReadFrame is that of serverRead and of server.read. Then the
method's is server_ReadFrame (internal/names). Where another package can't tell
which is which, it takes results through an interface.

# Leaves

A statement that can't suspend passes through whole, comments and all. Inside
it only these change: a return also returns Done; a break, continue or goto to
something that was taken apart becomes a goto; variables are put where they
live now (see Variables). An if, switch or select of which only the header
suspends is a leaf, once what suspends has been lifted out of the header.

# Normalize: expressions

A suspension in an expression becomes a statement of its own, before it. What
has to be evaluated before the suspension goes to temporaries:

	x := a() + p.n + s(b(), c)        t0 := a()
	                                  t1 := b()
	                                  t2 <- s(t1, c)
	                                  x := t0 + p.n + t2

The spec orders calls, receives and logical operators. The rest, reads of
variables and fields, indexing, dereferencing, arithmetic, it leaves open; gc
does these as late as their operation, so p.n above is read after s. Some
other operations gc evaluates into temporaries in order, as if they were calls
(cmd/compile/internal/walk/order.go): conversions of strings to slices, slice
expressions, type assertions to types that an interface does not hold directly,
len and the other builtins; and operands without an address that it passes to
its runtime by address (normalize_order.go, normalize_map.go). So do we: see
normalizer.pin. All rules, with their goldens, are in docs/evaluation-order.md.

	a && s()                          t0 := a
	                                  if t0 { t0 <- s() }

	map[K]V{k(): s()}                 t0 := map[K]V{}; t0[k()] = s(), entry by entry,
	                                  the constant ones first

	f(g()), where g has several results: by temporaries

# Normalize: assignments

Operands on the left, then those on the right, are lifted in order; the
assignment itself is one leaf, so its second phase is Go's own.

	i, a[i] = 1, s()                  t0 <- s()
	                                  i, a[i] = 1, t0

	a[f()] += s()                     t0 := f()
	                                  t1 <- s()
	                                  a[t0] += t1

Results of a suspension that go to plain variables of the same types go there
directly.

# Variables

A variable that one block declares and uses stays there, with its :=. The
others are declared at the top of the function, under their own names where no
other variable has that and nothing else means something by it; else x2, x3.
A declaration becomes an assignment, with the zero value if there is no other.

Identity: if a literal captures a variable, or its address is taken, in the
open or by a method call or a slice expression, and it lives across a
suspension or may be declared again by a loop, it is boxed:

	for i := 0; i < 3; i++ {          i = new(int); *i = 0
		fns = append(fns,             ...
			func() int { return i })  iRef := i
		greenlet.Yield(i)             fns = append(fns, func() int { return *iRef })
	}                                 ...
	                                  i = greenlet.Copy(i); *i++

The literal captures iRef, not i: Go would allocate a captured variable that is
assigned again, and the literal would see the next box. A new box for each
declaration, and the copy before the post statement, give each iteration its
own variable. Large values are boxed as well, so that they are not copied at
each suspension.

Constants and types that are declared in code that is taken apart move to the
top. Types keep their names, for %T shows them. One whose name is taken begins a
scope of its own, in which all the rest stands, and the code calls it by an alias:

	if c {                            type item struct{ a int }
		type item struct{ a int }     type item2 = item
		...                           {
	} else {                              type item []int
		type item []int                   type item3 = item
		...                               ...
	}                                 }

A type of the package that is hidden so gets an alias, too. What has no other
name is refused by package subset: functions of the package, predeclared names,
and types that are embedded, whose name is that of a field. A variable of a local type has a field of type any, and the
function one variant only: in two, the type would be two types.

# Infer: types without a name

A local may have a type that this package can't spell: one private to another
package, or of a package that it may not import. (Predeclared types that the
package declares anew are spelled as aliases of the runtime.) Where such a variable stays in its block, := infers
its type as ever. Where it must be declared elsewhere, it is declared by a
witness, an expression of its type that has no effect, reads nothing that is
shared, and can't panic; its value is of no interest:

	p := dep.New(1)                   p := runFrameResult(dep.New)
	q := p.Next()                     q := runFrameNextResult(p)
	x := srv.State                    x := greenlet.Zero[dep.Server]().State
	for _, v := range dep.List()      t0 := runFrameResult2(dep.List)
	                                  v := greenlet.Elem(t0)
	w := dep.Var                      w := greenlet.Pointee(&dep.Var)
	list := slices.Clone(t0)          list := runFrameResult3(slices.Clone, t0)

runFrameResult is a generic function beside the generated code, one for each
form of signature, whose type arguments are all inferred:

	func runFrameResult[F ~func(P0) R0, P0, R0 any](_ F) (v R0) { return v }

A method's result is inferred by a constraint with that method, so that no
method value is evaluated: on a nil interface that would panic.

In the frame the field is an any, which is read back by inference as well:

	p = greenlet.Load(f.p, p)

A box is made by greenlet.NewLike(p). Results that arrive in a frame without a
name are asserted by a helper that infers their types from witnesses, and the
companion of an interface method with such types is found in the same way.

Nil embedded pointers are what witnesses can't see through: a field promoted
through one of a hidden type has none, nor have the elements of arrays of
length zero, and map literals taken apart that leave out a hidden type. These
are refused with type-unnameable, before anything is emitted.

# Flatten: if, for, goto and labels

	if c { s() } else { b() }         if !c { b(); goto after_if_1 }
	                                  ... s()
	                              after_if_1:

Go forbids a goto into a block or over a declaration: blocks that suspend lose
their braces and become labels at function level, named after what they are and
where. A block that only one if leads to and that can't suspend stays inside
it. Labels and gotos of the user's lead to labels of ours.

# Range

	for i, x := range xs { s() }      t0 := xs; t1 := len(t0); t2 := 0
	                              loop_1:
	                                  if !(t2 < t1) { goto after_loop_1 }
	                                  i, x := t2, t0[t2]
	                                  ...
	                                  t2++

Arrays are copied if their elements are wanted, as Go does. Strings are decoded
by the runtime, maps walked by its MapIter, which is Go's own iterator by way of
package reflect: a snapshot of the keys would differ when the loop deletes,
inserts, clears, or meets NaN. Channels are received from until they are closed.

# Switch and select

What remains of the header after lifting stays a Go statement that dispatches
to the clauses' labels; a clause that can't suspend stays in it.

	switch t := x.(type) {            switch t0 := x.(type) {
	case int: s(t)                    case int: t = t0; goto case_2
	}                                 }

If cases suspend, they are tested one after the other, and the number of the
one that matched is switched over. The operands of a select are evaluated once,
in order; what a case assigns to is evaluated when it is chosen.

# Calls

	x, err := fetch(n)                x, err, st = fetchResumable(r, n)
	                                  if st != greenlet.Done {
	                                      f := (*aFrame)(nil).take(r)
	                                      ... save, f.PC = 2
	                                      r.Link(f, &f.Header)
	                                      return ret0, st
	                                  }

in a hot call; a resumption has its frame, returns only the status, and goes on
at a label, resumed_9, to which its dispatch leads:

	case 2: // resumed from a.go:9
		callee := r.Callee().(*fetchFrame)
		x, err = callee.Results()
		callee.Release(r)
		goto resumed_9

Calls of interface methods are known only when they are made. Where a resumable
method of this package or of one it imports implements the interface, the call
is of the companion if the dynamic type has one:

	w.Walk(n)                         if c, ok := w.(interface{ WalkResumable(…) … }); ok {
	                                      ... c.WalkResumable(r, n), as above
	                                  } else {
	                                      w.Walk(n)
	                                  }

Everywhere else it stays as it is. A method that a struct has from an embedded
interface has no companion: what it calls is plain code. I.m(x) is called as x.m().
Since w is looked at before the arguments are evaluated, calls among these, which
may assign to w, are made first.

A companion is promoted with its method, and stays when a plain method overrides
that: an interface would find it. So the overriding type gets a method of the
companion's name that is none, by its signature (override.go).

# Function literals

A literal inside an annotated function that suspends becomes a type, with what it
captures, and a function of its own for the passes. What it captures is boxed, or
stays where it is and escapes, as with any literal:

	sum := 0                          sum = new(int)
	emit := func(i int) {             emit = (&runFunc1{sum: sum}).value()
		sum += i
		greenlet.Yield(i)             type runFunc1 struct {
	}                                     greenlet.Closure
	                                      sum *int
	                                  }

	                                  func (c *runFunc1) CallResumable(r *greenlet.Run, i int) … {
	                                      *c.sum += i
	                                      ... as any companion; the frame has a field c
	                                  }

	                                  func (c *runFunc1) value() func(int) {
	                                      return greenlet.Bind(&c.Closure, c, func(i int) {
	                                          ... the literal as it is written
	                                      })
	                                  }

value makes what the literal is to plain code: a function like any other, which
runs as plain code does. Called while its greenlet runs, a Yield in it is an error
that says so, and a switch begins a run. (A panic at each such call would be
simpler, but a callback that resumes a greenlet from outside is what literals are
for.)

A literal that is called or deferred where it stands needs no value: the call is
of CallResumable, or, if it recovers, of CallDeferred. One that is an argument of a
function of the standard library stays as it is: plain code will call it. So does
one that a go statement starts.

Types that the function around declares have no name where the literal goes: that
is refused. Its constants go along by value.

# Function values

	h(x)                              if c, ok := greenlet.Resumable(h).(interface{ CallResumable(…) … }); ok {
	                                      ... c.CallResumable(r, x), as a call
	                                  } else {
	                                      h(x)
	                                  }

Whether a function value can be suspended is known when it is called. The runtime
looks at its code pointer (runtime/closure.go): Bind and Register have noted those
of literals and of declared functions, and a literal's closure leads to its type.
A local variable that is only ever given functions which don't suspend is called
as it is written.

What h is, gc reads after the calls among the arguments: so these go to temporaries
first (normalize_call.go).

A resumable function used as a value stays as it is, for it is registered:
every exported one, and the others that the package names without a call. Methods,
functions with type parameters, and switches are not found by their code: such a
value is a literal that makes the call (values.go):

	f := s.serve                      f = (&runValue1{recv: greenlet.Ref(s)}).value()

# Range over functions

The body of a loop over an iterator function becomes a literal, which the iterator
gets, and the loop a call of the iterator:

	for x := range seq {              loop = greenlet.NewLoop()
		if x > 3 {                    ... seq(body), as the call of a function value
			return x                  loop.End()
		}                             if loop.Next != 0 {
		s(x)                              if loop.Next == -1 { return result0 }
	}                                 }

	                                  body:
	                                      c.loop.Begin()
	                                      if x > 3 { *c.result0 = x; c.loop.Leave(-1); return false }
	                                      ... s(x)
	                                      c.loop.Again()
	                                      return true

As with gc (cmd/compile/internal/rangefunc), a Loop keeps whether the iterator may
call the body, and panics if it calls it when it may not; a statement that leaves
the body notes where to, and the function goes on there once the iterator has
returned. Each function has numbers of its own for that: a branch out of two loops
is one out of the inner one, then one out of the outer. A defer in the body goes to
the frame of the function, and recover asks who defers that.

If the iterator can't be suspended but the body does, the runtime pulls from it, by
iter.Pull, on a goroutine (Iterate). It is stopped when the loop or the greenlet ends,
or by the garbage collector if that is dropped.
An iterator that a function of the standard library makes, with a body that doesn't
suspend, is left to Go.

# Defer, recover and panics

Only functions that defer pay. Their frame is taken at the start and holds the
results; their one variant is called step, and begins with a deferred call of
Go; a method run calls it, for hot calls and for Resume:

	func (f *aFrame) step(r *greenlet.Run) (st greenlet.Status) {
		st = greenlet.Broken
		defer f.Catch(&st)
		...
		f.DeferFunc(mu.Unlock)             // defer mu.Unlock()
		...
		f.ret0 = x                         // return x
		goto unwind
	unwind:
		for f.Pending() {
			... f.Next(r), which may suspend
		}
		f.End()
		return greenlet.Done
	}

Named results stay in the frame, or in boxes, for a panic loses Go's locals.
Catch stores a panic in the frame and makes run call step again, in the state
Unwind: so deferred calls are always made by ordinary code, which may suspend.
A plain deferred call is registered as a function that defers it, by Go, and
then raises the panic that is on its way, if one is: recover works in it as
anywhere, however it is written. End goes on with what was not recovered.

A deferred call of a resumable function is registered as a closure that makes
it, once its operands are evaluated: by its companion. If the function calls
recover, it has a form beside the companion, for this, which gets the frame that
defers the call. There recover asks that frame for its panic; elsewhere the frame
is nil, and so is what recover returns:

	//greenlet:resumable
	func cleanup(c Conn) {            func cleanupResumable(r …, c Conn) … { … run(r, nil, c) }
		if v := recover(); v != nil {     func cleanupDeferred(r …, d *greenlet.DeferHeader, c Conn) … { … run(r, d, c) }
			c.Send(v)
		}                                 v := f.deferrer.Recover()
	}

	defer cleanup(c)                  arg := c
	                                  f.DeferResumable(func(run *greenlet.Run) greenlet.Status {
	                                      return cleanupDeferred(run, &f.DeferHeader, arg)
	                                  })

That a function recovers shows by the name, as its colour does, also in another
package or in the dynamic type of an interface; functions that don't are as they
were. The one that does takes its frame at the start, where the deferring frame
stays in a field: so it has one variant for both ways to be called, and recover
may stand in any expression. A recover that is itself deferred is DeferRecover.
What a literal recovers is the literal's own.

The call of an interface method that may reach a resumable one (see Calls) is
deferred by its Deferred form, by its companion, or as a plain call, whichever
the dynamic type has first. So a resumable method that does not recover hides the
Deferred form of one that it overrides. A method expression's receiver is an
argument: a nil one panics when the call is made.

Operands are evaluated as gc does it, which assigns function, receiver and arguments to
temporaries at once: so calls come first, in order, and a variable is read behind them.

	defer c.Close(next(&c))           fn, arg := c.Close, next(&c)
	defer get().log(pair())           t := get()          // its call, but not what is left of it
	                                  arg, arg2 := pair()
	                                  fn := t.log

A switch may be deferred by itself. It waits in a frame of the runtime's, and
drops what it receives:

	defer g.Switch(a, b)              f.DeferSend(g, a, b)
	defer greenlet.Yield(v)           greenlet.DeferYield[T](&f.DeferHeader, v)

A panic that leaves a hot call passes through its callers as Go panics do. At
the driver it goes on in the frames that wait: the innermost that defers is
resumed in the state Unwind, the others are dropped. A panic thrown into a
greenlet begins there.

# Spilling

A hot call saves all that is live. A resumption saves what is live and may have
changed since the frame was last written. Fields whose
variables have died are cleared, so that a suspended greenlet holds on to
nothing it does not need (pass spill).

# Positions

Generated code says //line wherever Go, by counting, would report another line
than that of the statement it comes from (internal/emit, line.go). Deferred calls are
made at the line of the closing brace.

File names there are relative, as generated files are shared, and the lines of the glue
within a statement count on. Debuggers want more: for them the same code is generated
into an overlay (overlay.go), with full names, each line that of its statement, and
variables declared on the function's first.

# State numbers

0 is a frame that has not started; 1, 2, … are the suspensions in the order of
the code; greenlet.Unwind is making deferred calls.

# What is refused

Package subset decides, before anything is emitted, with a diagnostic: literals
that name types of the function around them, cgo files, functions without a body,
and names that clash.
*/
package rewrite
