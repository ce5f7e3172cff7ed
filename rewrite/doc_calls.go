/*
# Calls

	x, err := fetch(n)                if x, err, st = fetchResumable(r, n); st != gen.Done {
	                                      f = gen.Take(r, f, 12)
	                                      ... save
	                                      return ret0, f.Link(r, f, 2, st)
	                                  }

in a hot call; a resumption has its frame, returns only the status, and goes on
in its dispatch, or at a label, resumed_9, to which that leads:

	case 2:
		x, err = r.Callee().(*fetchFrame).Returned(r)
		...

Returned gives the frame back. What a call hands out only to be returned has no variable
(pass frame, passResults): return fetch(n) is ret0, st = fetchResumable(r, n), or f.Ret0 = …. In a long function, which
takes its frame at the start (see Where variables live), all calls that are suspended
return in one place: gc takes Link in line, and its time for debugging information goes
with the square of what that declares.

Returned is for who called, and finds the results there. Users ask the method Results of
a frame that they made, whenever they like: it begins with f.Over(f), which panics unless
Return has noted the return in the header. A call's frame is cleared with that note.

What a call of an interface method reaches is known only when it is made. So the
call asks, and is of the companion if the dynamic type has one:

	w.Walk(n)                         if c, ok := w.(interface{ WalkResumable(…) … }); ok {
	                                      ... c.WalkResumable(r, n), as above
	                                  } else {
	                                      w.Walk(n)
	                                  }

It asks where the interface, or the type parameter's constraint, is declared by this
package or by one that has resumable functions: for users to implement, of whom
nothing is seen. Elsewhere it asks if this package, or one that it imports, has a
resumable method of the name and of a shape that some instance of both can have; if
not, it stays as it is (internal/color, dispatch.go). Asking costs some 3 ns a call,
on top of 3 for a call through an interface. A plain function makes plain calls: who
knows better moves the call to one.

I.m(x) is called as x.m(). A method that a struct has from an embedded interface has no
companion that is promoted along with it, so the struct gets one, which looks for that of
what is embedded as a call does. It has no frame: what it calls is linked to its caller's.

	type wrap struct{ source }        func (v wrap) NextResumable(r *gen.Run) (int, gen.Status) {
	                                      if form, ok := any(v.source).(interface{ NextResumable(…) … }); ok {
	                                          return form.NextResumable(r)
	                                      }
	                                      ... v.source.Next(), and gen.Done
	                                  }

It stands one level above the method that it forwards. So a struct that embeds wrap, and has
another Next from beside, gets one, too, and one that declares Next hides it. Structs without
a name, and those of functions, can have no methods: they may not become values of an
interface (color, forward.go; subset, exposed.go). In packages without directives nothing is
generated: a type of theirs that embeds such an interface is refused where a package with directives
makes a value of an interface with the method of it. What packages without directives do among
themselves no generator sees: there a Yield panics, for it has no parent, and SetLost tells of a switch.

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
	}                                     gen.Closure
	                                      sum *int
	                                  }

	                                  func (c *runFunc1) CallResumable(r *gen.Run, i int) … {
	                                      *c.sum += i
	                                      ... as any companion; the frame has a field c
	                                  }

	                                  func (c *runFunc1) value() func(int) {
	                                      return gen.Bind(&c.Closure, c, func(i int) {
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

The constants of the function around go along by value. Its types have no name where
the literal goes: so the code of one that has values of them stays where it is, and
what is declared for it is generic in the types of its parameters, results and
captured variables. All forms of it have the type itself, as %T, type switches and
comparisons of interfaces show. (The alternatives were to declare the type for the
package, which %T shows and which has one type for all instances of a generic
function; and again in each function, which is another type each time.)

	last := item{}                    last = new(item)
	add := func(x item) {             add = func(c *runFunc1[item]) func(item) {
		greenlet.Yield(x.n)               return gen.Bind(&c.Closure, c, func(x item) {
		last = x                              ... the literal as it is written
	}                                     })
	                                  }(&runFunc1[item]{last: last, step: func(f *runFunc1Frame[item], …) gen.Status {
	                                      ... as any step
	                                  }})

It is the same for bodies of loops over iterators, and for functions as values whose
type arguments are such types. The source function and its companion have a type each:
nothing but the function itself could name the other's (emit, fn_inplace.go).

# Function values

	h(x)                              if c, ok := gen.Resumable(h).(interface{ CallResumable(…) … }); ok {
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

In annotated functions, a declared function used as a value stays as it is, for it is
registered. Of methods, instances of generic functions, and switches the value is a
literal that makes the call (values.go):

	f := s.serve                      f = (&runValue1{recv: gen.Ref(s)}).value()

Plain code makes values, too: in package variables, in results of plain functions, in
annotated functions while they run as plain code. They are found by their code, which is
registered while the program is initialised, before any init function that may call one:

	var _ = gen.Register(fib, fibValue{})                           // fib
	var _ = gen.RegisterMethod((*new(T)).M, func(recv T) any { … }) // x.M, for all x

The package of a function registers it, and the method values of a method, if these are
exported, or named without a call in the package or its tests. There is one code of each for all
packages. It reads a receiver behind the code pointer, where gc keeps it. Instances, the method
values of their types, method expressions (of which each type that has the method has its own),
and method values of interfaces are registered by the package that names them, in the file where it
does (registration.go). A dispatched method of an interface is looked for in the receiver, as in a
call.

What is left is not found: values that are named in packages without directives, or of types that
have no name where they are made; and those made with type parameters of the function around, for
these gc makes a closure of the function around. So each package declares its generic functions,
methods, also promoted ones, and closures of annotated functions by name and place, and the runtime
its operations. The first call of a function that is not registered looks at the name of its code: it
panics if that is of a declared one. A method value of an interface is looked at in each call: it
panics if its receiver's method is declared. A value made with type parameters by a function without
the directive is refused (subset/openvalue.go). A literal of plain code is plain: what it calls runs
plain, and panics where it would suspend by Yield or Exchange; a switch of it begins a run, which
SetLost reports.

# Range over functions

The body of a loop over an iterator function becomes a literal, which the iterator
gets, and the loop a call of the iterator:

	for x := range seq {              loop = gen.NewLoop()
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

The iterator that greenlet.Seq makes has a resumable form (runtime/sequence.go), wherever
it was made. In plain code it drives a generator, by a run for each value; so it does here,
and between two values that run is data in the form's frame. Nothing of it is on Go's stack
while the body is suspended. That the generator's calls might be those of the greenlet
around, as with YieldFrom, would show: Current in them, and a switch to Main, are a
generator's own.

If another iterator can't be suspended but the body does, the runtime pulls from it, by
iter.Pull, on a goroutine (Iterate). It is stopped when the loop or the greenlet ends,
or by the garbage collector if that is dropped.
An iterator that a function of the standard library makes, with a body that doesn't
suspend, is left to Go.

# What frames yield

	type fibFrame struct {            func Seq[T any](run YieldFrame[T]) iter.Seq[T]
		gen.Yields[int]
		gen.Header               for n := range greenlet.Seq(newFibFrame(9)) { … }
		limit, a, b int
	}

Yields has no size, and a method yields(T) that no other package can declare or call: from
it Go infers T, and with it a wrong type is a compile error. Exchanges says the type of the
answers, too. What has no size stands first, for at the end it would be padded. Rejected:
methods of frames that drive them, newFibFrame(9).Seq(), which each frame would have to have
for each way to be driven.

What a function hands out is the type arguments of its Yields and Exchanges and of those that
it calls by name, with what a generic callee is instantiated by, to a fixed point (color,
yields.go). A literal that is called where it stands, or by a variable that holds nothing
else, counts as the code around. It must be certain: the frame says nothing if there is a
call that is looked up when it is made, or one of what hands out what it is given (Switch,
YieldFrom, Call), or if values are of several types, or of one without a name in the
package's scope. Throw and Kill hand out nothing; a loop over Seq leaves the generator to a
run of its own. Of another package's function it is what the frame says: if that says
nothing, it may yield anything.

So that the user's code type-checks before there is any of ours, stubs say it as well. They
are made of syntax, and say it in a second round, of what the first found (load, mark.go):
only if there were errors, or another package looks. In a round what has an error hands out
nothing, so that a generator may loop over frames of itself.

# YieldFrom

Python's yield from, which hands on what another generator yields, what is sent and thrown
to it, and returns its result. The calls of that generator become calls of the greenlet
that runs: the frame of YieldFrom is the caller of its outermost one, and its innermost
one is what the driver resumes. So a value costs the same however many hand it on, and
panics need no rule of their own. The generator itself is dead. If it lived on, each
switch to the one around would have to be forwarded, and two would claim to be current.

	x := greenlet.YieldFrom[int](g)   x, st = greenlet.YieldFromResumable[int](r, g)

YieldFrom is a function with a companion and a frame, lowered by hand: no pass knows it.

# Plain code on a stack of its own

	greenlet.OnStack(func(s greenlet.Section) { … })   st = greenlet.OnStackResumable(r, func(s greenlet.Section) { … })

OnStack is the runtime's, too: a frame whose Resume resumes a coroutine of iter.Pull (a
section), on which plain code runs. What that switches says where the section waits, as a
frame says it, and leaves the stack with a status, which Resume returns. To the driver it is
a frame that catches panics: what is thrown into it is raised where the section waits.

The literal is left as it is written, with all that is in it: it is a literal whose only
parameter is a Section, wherever it goes. What it captures is shared as with any literal.

Function values that plain code has made of resumable code, where Resumable finds no form,
run on a section as well: literals of annotated functions that ran as plain code, instances
and method values that no file registers. The runtime knows them by their code: gc names it
after the function, also where that is compiled in line, and says the line of the literal.
The form that calls one is of the type of the function, so that the call says it: the number
of parameters and results is in the name of what it calls.

	c, ok := gen.Resumable11(f).(interface { CallResumable(*gen.Run, int) (bool, gen.Status) })

For functions with more parameters or results, and for deferred calls, where recover would
not find the panic, the call panics, by name.

# Defer, recover and panics

Only functions that defer pay. Their frame is taken at the start and holds the
results; their one variant is called step, and begins with a deferred call of
Go; a method run calls it, for hot calls and for Resume:

	func (f *aFrame) step(r *gen.Run) (st gen.Status) {
		st = gen.Broken
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
		return gen.Done
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
		if v := recover(); v != nil {     func cleanupDeferred(r …, d *gen.DeferHeader, c Conn) … { … run(r, d, c) }
			c.Send(v)
		}                                 v := f.deferrer.Recover()
	}

	defer cleanup(c)                  arg := c
	                                  f.DeferResumable(func(run *gen.Run) gen.Status {
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

What is converted to a uintptr in an argument is kept as the pointer, and converted when
the call is made. A method that is marked //go:uintptrescapes is called by a value of it,
where gc does not see the mark: so the pointer is kept to the end of the call:

	defer m.use(uintptr(p))           fn, arg := m.use, p
	                                  f.Defer(func(body func()) {
	                                      defer runtime.KeepAlive(arg)
	                                      defer fn((uintptr)(arg))
	                                      body()
	                                  })

A switch may be deferred by itself. It waits in a frame of the runtime's, and
drops what it receives:

	defer g.Switch(a, b)              f.DeferSend(g, a, b)
	defer greenlet.Yield(v)           gen.DeferYield[T](&f.DeferHeader, v)

A panic that leaves a hot call passes through its callers as Go panics do. At
the driver it goes on in the frames that wait: the innermost that defers is
resumed in the state Unwind, the others are dropped. A panic thrown into a
greenlet begins there.
*/
package rewrite
