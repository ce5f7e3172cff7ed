/*
Package rewrite compiles functions annotated //greenlet:resumable into state
machines.

This comment is the design document: what becomes of each construct, and why.
The passes are in internal/lower, one file each, and listed in passes.go there; section
names are file names where there is a file. Calls, literals, loops over functions and defer are in
doc_calls.go.

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
	func add(n int) int {
		x := fetch(n)
		return x + 1
	}

becomes

	func addResumable(r *gen.Run, n int) (int, gen.Status) { return (*addFrame)(nil).body(r, n) }

	func (f *addFrame) body(r *gen.Run, n int) (ret0 int, st gen.Status) {
		if x, st = fetchResumable(r, n); st != gen.Done {
			f = gen.Take(r, f, 58)
			return ret0, f.Link(r, f, 1, st)
		}
		return x + 1, gen.Done
	}

	func (f *addFrame) Resume(r *gen.Run) (st gen.Status) {
		switch f.PC {
		case 0:
			f.Ret0, st = f.body(r, f.n)
			return f.Started(r, f, st)
		default:
			x = r.Callee().(*fetchFrame).Returned(r)
			f.Ret0 = x + 1
			return f.Return(r, f)
		}
	}

The code of hot calls is a method of the frame type, called without a frame; a frame
that the constructor made starts by it, too (state 0), and Take gives it back the frame
that it has. A function that nothing starts (see Roots) has no state 0: its companion is the
hot call itself, and what that takes is a frame by gen.New. Resume has only what suspensions lead to. Code that one case of its dispatch
leads to stands there, other code behind a label. What is live is reloaded in the
dispatch. A switch has a handful of instructions whatever the depth.

Where loops make much code reachable both ways, by a weight of maxTwice (emit,
fn_variant.go), body is the one variant: called with a frame that is suspended it goes on
at its state, and Resume does nothing but call it. That costs a call for each
resumption; for all functions it would be a fifth of a tree walk's instructions.

Frames are taken from free lists of the run and cleared when they are given back (Free): no
call finds what another has left. A frame's type knows the number of its list by a hash
of its name. Rejected: lists linked by the headers of frames, which read a frame that is
not used yet; methods of each type for taking and giving back, 13 % of what was generated.

The constructor leaves room for a greenlet before the frame, and New takes it: they are
one object. When the greenlet has ended it forgets what the frame holds, but for the
results (Forget), as a user may keep it.

It names its function, which has no effect but for the order in which package variables are
initialised: what is initialised with a frame waits for all that the function reads, as if it
were called. (Calls of a generic type's methods gc doesn't count, so neither do we.) Where that
is a cycle, Go says so; an init function is the way out.

	func newAddFrame(n int) *addFrame { _ = add; return gen.MakeFrame(addFrame{n: n}) }

The results, and what hands them out, a frame has from what it embeds: gen.Returns[int] is a
header with a field Ret0.

What tracebacks and messages need is one variable for a file (emit, describe.go), a string that
is read when it is wanted: of each function a line, with its name, the line of its declaration,
and its suspensions, of each the line, and what lives across it or has changed.

	var add_go = gen.Funcs{Package: "p", File: "p/add.go", List: `
	add 3: 4; 9 x y; 12 +z
	`}

# Roots

Only what may start needs a constructor, Results, Args, Send and Forget, and code for state 0. That is
a function that other packages see; one that the package names as a value (see Functions as
values); and one whose constructor is named, be it by a test or by a file for another system.
Others are only called.

A function that defers, or that declares a type, takes its frame at the start
and has one variant only (see Defer): in two, the type would be two types.

# Askers

Most generators do no more than yield: all their suspensions are Yields of one
type. Who asks such a one for values of this type, as Pull and Seq do, needs no run. So
its resumption is a method Ask, which knows of none, and is mostly a leaf in Go's sense:
it has no frame on the stack, and checks for none. That takes a fifth off the time of a
value. Resume is Ask for anyone else.

	func (f *countFrame) Ask(p *int) gen.Status {
		...
			f.i, f.PC = i, 1
			*p = i
			return gen.Left
		...
	}

	func (f *countFrame) Resume(r *gen.Run) gen.Status {
		var v int
		if f.Ask(&v) == gen.Done {
			return f.Return(r, f)
		}
		return gen.Yielded(r, v)
	}

It is the same for functions whose suspensions are all Exchanges of the same two types.
There Ask returns where the answer is awaited, or nil; its caller puts it there.

	*p = blend
	return &f.x

An asker calls nothing that can suspend but itself, doesn't ask who runs (Current), makes no
greenlets of its own (New), and doesn't defer (emit, fn_asker.go).

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

	a && s() && b                     t0 := a
	                                  if t0 { t0 <- s() }
	                                  if t0 { t0 = b }, by the one temporary

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
	                                  i = gen.Copy(i); *i++

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

A literal that suspends, and the body of a loop over an iterator function, become
declarations elsewhere. What they capture of such types is in fields of type any, and
each use infers the type: from the variable's witness, in which other variables are
replaced by their witnesses until none is left.

	v := dep.New(1)                   v = runFrameResult(dep.New) ...
	f := func() int {                 type runFunc1 struct {
		return v.M(1)                     gen.Closure
	}                                     v any
	                                  }
	                                  ... (*gen.Load(c.v, runFunc1FrameResult(dep.New))).MResumable(r, 1)

The body of a loop whose variables have such types can't be a function with these
parameters. It finds what the iterator hands out in captured variables, and the runtime
makes the function of it that the iterator wants, of a type that is inferred from the
iterator:

	for k, it := range x.All() {      yielded0 := gen.Seq2Key(t0) ...
		greenlet.Yield(it.N)          ... t0(gen.Body2(t0, yielded0, yielded1, (&runRange1{...}).value()))
	}

A method value whose parameters or results are of such types stays as it is, for the
package of the method registers it (lower/values.go).

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

	for i, x := range f() { s() }     t0 := f(); t1 := len(t0); i := 0
	                              loop_1:
	                                  if !(i < t1) { goto after_loop_1 }
	                                  x := t0[i]
	                                  ...
	                                  i++

What the loop is over is a temporary, unless it is a variable that nothing in the loop
writes; so is the counter, unless nothing writes the loop's own variable, and nothing
keeps an iteration's.

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

# Spilling

A hot call saves all that is live. A resumption saves what is live and may have
changed since the frame was last written, and loads what is live (pass spill).

Fields whose variables have died are cleared: at the suspension, so that a suspended
greenlet holds on to nothing it does not need; and before a call, a loop or a wait for a
channel, so that a function which runs on doesn't either. What such a call reads itself
is cleared behind it. Between, nothing is: the collector would hardly see it.

	greenlet.Yield(0)                 f.PC = 1
	use(p)                            ...
	collect()                         resumed_1:
	                                      use(p)
	                                      f.p = nil
	                                      collect()

# Where variables live

A local of a resumption is loaded where that begins and saved where it ends. If that
happens more often than the variable is named, its field is the variable, where there
is a frame (Var.Resident); a hot call has none, and has a Go variable for it:

	x0 := e(0)                        f.x0, st = eResumable(r, 0)
	x1 := e(1)                        ...
	...                               f.x1, st = eResumable(r, 1)
	use(x0 + x1 + …)                  use(f.x0 + f.x1 + …)

So N variables over N suspensions make code for N uses, not N² moves. The cost model
(lower, reside.go) weighs both by how often they happen: what is in a loop counts eight
times, in two loops 64 times, and of four calls of resumable functions one suspends. A
move is a load, where a state is resumed, or a store, where what a suspension saves
isn't clean; a use is a mention of the variable. If both are even the variable is a local, which Go can keep in a register. What is live at the start
is a local, too, but for parameters: it begins with the zero value, which a recycled
frame does not have.

What a hot call saves can't be shared like that, since each of its suspensions returns.
If what it would save, over all of them, is more than a suspension is worth (8) for each
and a frame taken at the start (64), the function is long, and takes its frame at the
start (Func.Eager): a few nanoseconds a call, of one that makes dozens of calls. Rejected:
one epilogue for all suspensions, to which each jumps with its state. It would have to
know what is live in which state, to store nothing that is dead or was never set, and to
go back where a value is handed out.

# Shared fields

Two locals of one type share a field if neither is ever written where the other is live
(lower, slots.go). It is named after the first.

	{                                 type fFrame struct {
		a := load(1)                      gen.Header
		greenlet.Yield(0)                 a block // also b
		use(a)                        }
	}
	{
		b := load(2)
		greenlet.Yield(1)
		use(b)
	}

Then the field holds, at each suspension, what is live there, whether its variables are
residents or not: a local that is clean at a suspension was live ever since its field
was written. It is enough to look where variables are written. If two are live at one
point, the one that was written last on the way there was written where the other was live: for
nothing is live but behind a write of the whole of it. The exceptions, which begin with the
zero value, share nothing. Nor do parameters, which the constructor and Args set; results,
which callers and deferred calls read. A box is made before its first value is
evaluated: it does not take the place of another that this value is made of.

A shared field is cleared when none of its variables is live.

# Positions

Generated code says //line wherever Go, by counting, would report another line
than that of the statement it comes from (internal/emit, line.go). Deferred calls are
made at the line of the closing brace. Where the source has //line directives of its
own, as what goyacc, ragel and templ make has, the places are those that it gives
(place.go), and so are those of diagnostics, as with gc and go vet.

File names there are relative, as generated files are shared: a name must be right on
every machine. Up to Go 1.26 gc takes them as they stand, neither cleaned nor
trimmed, and so runtime.Caller says main.go; later releases take them against the
directory of the generated file, as package go/token always has. A name that both
make the right one of does not exist: with the import path before it the first would be
content, as of a build with -trimpath, and the second would have the directories twice.
With the empty name that //line :10:1 may have, it is the generated file's. So the
runtime makes whole names where it is asked for them, by the package that is in the
name of each function (package runtime, callers.go).

The lines of the glue within a statement count on. Debuggers want more: for them the
same code is generated into an overlay (overlay.go), with full names, each line that of
its statement, and variables declared on the function's first.

# State numbers

0 is a frame that has not started; 1, 2, … are the suspensions in the order of
the code; gen.Unwind is making deferred calls.

# What is refused

Package subset decides, before anything is emitted, with a diagnostic: cgo files,
functions without a body, and names that clash, also those of types of the function
around a literal with what else has the name where the literal stands.
*/
package rewrite
