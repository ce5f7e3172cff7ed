package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/going-green/greenlet/internal/stamp"
	"github.com/going-green/greenlet/rewrite"
)

// helpText is what greenlet help VERB prints, or greenlet VERB -h; ok is false if there is no
// such verb. The verb of greenlet itself is "".
func helpText(verb string) (text string, ok bool) {
	text = help
	if verb != "" {
		v := verbNamed(verb)
		if v == nil {
			return "", false
		}
		text = v.help
	}
	passes := strings.Join(rewrite.PassNames(), " ")
	return strings.ReplaceAll(strings.TrimPrefix(text, "\n"), "PASSES", passes), true
}

// asksForHelp reports whether an argument is the flag that asks for help.
func asksForHelp(arg string) bool {
	return arg == "-h" || arg == "--h" || arg == "-help" || arg == "--help"
}

const help = `
Greenlet rewrites Go functions that are marked as resumable into state
machines, which the package github.com/going-green/greenlet/runtime runs.

	//greenlet:resumable
	func count(n int) {
		for i := range n {
			greenlet.Yield(i)
		}
	}

For each file x.go with such functions it writes x_greenlet.go beside it, with
what greenlet.New(count, 3) and greenlet.Seq(newCountFrame(3)) run.

Usage:

	greenlet [flags] [packages]
		generate for packages, named as for the go command; by default for
		that of the current directory
	greenlet [flags] run|test|build|vet [arguments]
		generate what is needed, then do what go run, go test … would do
	greenlet annotate [packages]
		write the directive above the functions that lack it: that yield, are
		started, or are on the way from resumable code to a switch
	greenlet watch [flags] [packages]
		generate, and again whenever a file is saved
	greenlet explain [-json | -dot | -html file] func [packages]
		show the state machine of a function
	greenlet cover [-o file] profile
		make a coverage profile say what ran of the source
	greenlet durable show file
		print the stack and the variables in a snapshot of a durable greenlet
	greenlet durable ls|show|history|signal|cancel|kill|retry|fork [flags] …
		look at the durable tasks of a running process, and tell them what to do
	greenlet durable check [flags] [packages]
		tell which snapshots the source as it is would not go on with
	greenlet overlay [packages]
		generate for a debugger, in the user's cache directory, and print
		the file to give to -overlay of the go command
	greenlet debug [-test] [package] [-- arguments]
		start delve for a program or a test, with an overlay, and with
		commands that show greenlets
	greenlet init
		make the module of the current directory one that generates: the
		tool line in go.mod, the line for go generate, and a test that
		fails if generated code is stale
	greenlet completion bash|zsh|fish
		print what makes a shell complete these
	greenlet help [verb]
		more of run, annotate, watch …; as greenlet verb -h
	greenlet version

Examples:

	greenlet ./...                  generate for all packages of the module
	greenlet run ./cmd/server -p 80 generate and run
	greenlet test -run=Walk ./walk  generate and test
	greenlet watch ./...            generate what is being worked on
	greenlet annotate ./...         which functions must be resumable? mark them
	greenlet -check ./...           are all generated files up to date?
	greenlet debug ./cmd/server     debug: break at, and step through, lines
	                                of the source; print its variables
	greenlet -why=Tree.Walk ./walk  which calls make a function suspend?
	greenlet explain Tree.Walk ./walk
	                                … and what it keeps, where, and why

In a source file, for go generate:

	//go:generate go tool greenlet

after: go get -tool github.com/going-green/greenlet/cmd/greenlet or, with a clone,
go mod edit -require … -replace …, as the README has it; greenlet init does the
rest, and more.

Flags:

	-check       write nothing; if a generated file is stale, print how it
	             differs and exit with 1
	-tags list   build tags, as for the go command; a file with directives that
	             is left out is named
	-C dir       change to dir first
	-v           print the packages as they are done, and how long each pass took
	             these three can stand behind each verb, too
	-why func    print the calls by which a function suspends; write nothing

To look into the tool itself:

	-debug passes   print what passes made of each function; with check
	                among them, hold each to what it promises
	-dot pass       print the control flow after a pass, for dot -Tsvg;
	                write nothing
	-func name      print only of this function: Walk, or Tree.Walk

	The passes are: PASSES

Exit codes: 0 all is well; 1 the program has errors, or generated files are
stale; 2 wrong usage, an error of the system or of greenlet itself. Unless it
is 0, no file was changed, but by annotate and init.

Environment: GREENLET_CACHE is the directory in which greenlet remembers what
is up to date ("off": nowhere). NO_COLOR, if set to anything, turns colours off,
which there are on terminals only.
`

const helpGo = `
Greenlet run, test, build and vet generate what the packages need, and then do
what go run, test, build and vet would do.

Usage:

	greenlet [flags] run|test|build|vet [arguments]

The arguments are those of the go command. What the packages import of the main
module is generated, too; for test and vet also what their tests import.

Examples:

	greenlet run ./cmd/server -p 80 the flag is the program's
	greenlet test -race -run=Walk ./walk
	greenlet -v build -o server ./cmd/server
	greenlet vet ./...              greenletvet finds more: go tool greenletvet ./...

The flag -overlay of the go command is not supported. -C and -tags can stand on
either side.

Exit codes: 1 if something can't be generated, and nothing is run then; else those
of the go command.
`

const helpAnnotate = `
Greenlet annotate writes //greenlet:resumable above the functions that lack it, in
the source files: until there are none, through packages, methods and interfaces,
and in tests.

Usage:

	greenlet annotate [-C dir] [-tags list] [packages]

It annotates functions

	- that are started: greenlet.New(run), h.Go(serve, conn);
	- whose frames are made: newRunFrame();
	- that call greenlet.Yield or Exchange, other than in tests;
	- that resumable code calls, and that call what suspends;
	- methods that suspend, which resumable code calls by way of an interface;
	- that suspend and are given to code which calls them where it can suspend.

Nothing need have been generated yet; what it needs is one place to begin with. It
prints what it has annotated, and why:

	walk.go:12: walk: calls greenlet.Yield
	walk.go:20: Tree.All: is started

Then it prints what the generator still refuses, or what no directive mends, such
as a literal that sort.Slice will call.

Exit codes: 0 nothing is left to do; 1 something is; 2 wrong usage, or an error of
the system. What was written until then stays.
`

const helpOverlay = `
Greenlet overlay generates for a debugger, in the user's cache directory, and prints
the name of the file to give to -overlay of the go command: with it a debugger breaks
at lines of the source, steps through these, and prints its variables by their names.

Usage:

	greenlet overlay [-C dir] [-tags list] [-v] [packages]

Example:

	dlv debug --build-flags=-overlay=$(greenlet overlay)

The packages and what they import of the main module are generated, with their
tests. The generated files beside the source are not touched. Variables keep their
values to the ends of their scopes, and the program keeps a list of its greenlets.
Greenlet debug does the rest as well.
`

const helpVersion = `
Greenlet version prints the version of greenlet, the protocol that the code it
generates has for the runtime, and the Go release it was built with.
`

const helpWatch = `
Greenlet watch generates for packages as greenlet does, and again whenever
something has changed that this depends on, until it is interrupted.

Usage:

	greenlet watch [-C dir] [-tags list] [-v] [packages]

Examples:

	greenlet watch ./...            for all packages of the module
	greenlet watch ./... | tee log  lines for a script instead of a screen

It watches the directories of the packages and of those they import, as far as
they are yours to edit, go.mod, go.sum and go.work, and for ./... also the
directories to come. What counts is what is in the Go files: not that they were
touched, nor what editors leave beside them. A file that it generated and that
somebody else has changed or removed is generated again.

Errors are there until they are mended; a program that is broken, or not there,
is waited for. On a terminal the screen shows those that there are now, and how
the last run went. Elsewhere each line is an event:

	write walk_greenlet.go          or: remove walk_greenlet.go
	ok 3 packages 120ms             all is up to date
	failed 2 errors 95ms            after the errors, if they are not those of
	                                the run before; no file was changed
	fixed                           before ok, after failed
	watching 8 directories          the run is over; only where that is news

With -v, lines on a terminal as well, and the packages as they are done. What is
up to date is not compiled: most of a run in which little has changed is the go
command's time to list the packages.

What an editor offers above

	//go:generate go tool greenlet

does the same for one directory, once. Both may be used at a time.

SIGINT and SIGTERM end it, with exit code 0, and never leave a file half-written.
If the system can't watch that many directories, the exit code is 2.
`

// version identifies the program, as well as the go command could, and what it generates.
func version(info *debug.BuildInfo) string {
	v, revision := "", ""
	if info != nil {
		v = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	switch {
	case v == "" && revision == "":
		v = "(unknown version)"
	case v == "" || v == "(devel)" && revision != "":
		v = revision
	}
	return fmt.Sprintf("greenlet %s, protocol %d, %s", v, stamp.Protocol, runtime.Version())
}
