// Package analyzer finds mistakes with greenlets while programs are written: what
// the generator would refuse, what would fail when it runs, and what hardly means
// what it says. It is an analyzer for the drivers of
// golang.org/x/tools/go/analysis; the command greenletvet is one of them, package
// golangci has what golangci-lint wants.
//
//	go get -tool github.com/going-green/greenlet/cmd/greenletvet
//	go vet -vettool=$(go tool -n greenletvet) ./...
//	go tool greenletvet -fix ./...
//
// Each message ends with a code in brackets:
//
//	switch-in-plain       a function that switches, and that resumable code calls, lacks the directive (fix)
//	needless-directive    nothing in an annotated function can suspend (fix)
//	call-without-frame    plain code calls a function that yields (fix, where its result is not used)
//	yield-without-parent  plain code yields (fix)
//	switch-in-callback    a function that suspends is given to plain code, such as sort.Slice, to call
//	generated-missing     a file with directives has no generated file beside it
//	generated-stale       a generated file is of another version of its source
//	generated-protocol    generated code, or that of a dependency, is for another version of the runtime
//	no-go-generate        a package with directives has no //go:generate line (fix)
//	lock-across-switch    a mutex is held at a switch
//	blocking-call         resumable code sleeps, waits for a channel, the network, a process …
//	switch-in-goroutine   resumable code starts a goroutine that switches, or that holds a greenlet
//	plain-iterator        a loop whose body suspends is over a plain iterator, which costs a stack of its own
//	frame-discarded       the result of newXFrame, greenlet.New, Seq or Pull is dropped
//	yield-type            a generator yields what its SeqOf[T] or PullOf[T] doesn't take
//	switch-to-dead        a switch to a greenlet that a condition has just said is dead
//	companion-promoted    a plain method overrides a resumable one where the generator does not run
//	unpredictable         code that hub/sim simulates depends on the order of a map, a clock, goroutines, chance
//
// and those of the generator, such as directive-unknown or name-clash. Package
// diag has an example for each. The flag -skip takes codes that are not wanted.
//
// A mistake is only called one if it is certain, as far as that can be read: by
// calls of functions by their names, not of function values and of interface
// methods. In packages that neither have directives nor import, directly or not,
// one that uses greenlets, nothing is looked at, and nothing reported.
package analyzer

const doc = `find mistakes with greenlets

Greenletvet reports what fails, or hardly means what it says, in programs
that use github.com/going-green/greenlet. With go vet, which remembers what it
has found out about packages:

	go vet -vettool=$(go tool -n greenletvet) ./...

On its own, it can apply fixes; -diff shows them:

	go tool greenletvet -fix ./...
	go tool greenletvet -fix -diff ./...

Each message ends with a code in brackets. The codes, those with a fix marked *:

	switch-in-plain*      resumable code calls a function that switches and
	                      lacks the directive
	needless-directive*   nothing in an annotated function can suspend
	call-without-frame*   plain code calls a function that yields
	yield-without-parent* plain code yields
	switch-in-callback    a function that suspends is given to plain code, such
	                      as sort.Slice, to call
	generated-missing     a generated file is not there
	generated-stale       or is of another version of its source
	generated-protocol    or for another version of the runtime; also of dependencies
	no-go-generate*       a package has directives and no //go:generate line
	lock-across-switch    a mutex is held at a switch
	blocking-call         resumable code blocks, and all greenlets with it
	switch-in-goroutine   a goroutine switches that resumable code starts
	plain-iterator        a loop that suspends ranges over a plain iterator,
	                      which costs a stack of its own
	frame-discarded       a frame or greenlet is made and dropped
	yield-type            a generator yields what its Seq or Pull doesn't take
	switch-to-dead        a switch to a greenlet that a condition has just said is dead
	companion-promoted    a plain method overrides a resumable one in a package
	                      that is not generated for
	unpredictable         code that hub/sim simulates depends on the order of a
	                      map, a clock, goroutines, or chance of its own

What is so on purpose is allowed on its line, or the one above, with a reason:

	//greenlet:allow frame-discarded it is to be collected unrun

-skip=code,code leaves codes out everywhere. What the generator refuses is reported, too.`
