package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/going-green/greenlet/internal/explain"
)

// explainArgs are the arguments of greenlet explain.
type explainArgs struct {
	json, dot bool
	html      string // file, or "-"
	name      string
	packages  []string
}

func (c *command) parseExplain(args []string) (*explainArgs, error) {
	a := &explainArgs{}
	fs := c.flags("explain")
	fs.BoolVar(&a.json, "json", false, "")
	fs.BoolVar(&a.dot, "dot", false, "")
	fs.StringVar(&a.html, "html", "", "")
	if err := c.parseVerb(fs, args); err != nil {
		return nil, err
	}
	forms := 0
	for _, given := range []bool{a.json, a.dot, a.html != ""} {
		if given {
			forms++
		}
	}
	if forms > 1 {
		return nil, usagef("explain: only one of -json, -dot and -html can be given")
	}
	if fs.NArg() == 0 || fs.Arg(0) == "" {
		return nil, usagef("explain: which function? greenlet explain -h shows how to name it")
	}
	a.name, a.packages = fs.Arg(0), fs.Args()[1:]
	for _, arg := range a.packages {
		if strings.HasPrefix(arg, "-") {
			return nil, usagef("explain: flag %s must stand before the function", arg)
		}
	}
	return a, nil
}

// explain shows the state machine of a function.
func (c *command) explain(ctx context.Context, args []string) (int, error) {
	a, err := c.parseExplain(args)
	if err != nil {
		return 0, err
	}
	c.opt.Explain = a.name
	code, err := c.generate(ctx, a.packages)
	if err != nil || len(c.result.Explanations) == 0 {
		return code, err
	}
	list := c.result.Explanations
	switch {
	case a.json:
		err = explain.JSON(c.stdout, list)
	case a.dot:
		err = explain.Dot(c.stdout, list)
	case a.html == "-":
		err = explain.HTML(c.stdout, list)
	case a.html != "":
		err = writeHTML(a.html, list)
	default:
		err = explain.Text(c.stdout, list, c.paint)
	}
	return code, err
}

// writeHTML writes the page to a file, which is there only if it is whole.
func writeHTML(path string, list []*explain.Explanation) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	err = explain.HTML(f, list)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

const explainHelp = `
Explain shows the state machine that a resumable function becomes: why it can
suspend, what its frame holds, where it suspends and what it keeps there, which
suspension can follow which, and what is allocated. It writes no generated file.

Usage:

	greenlet explain [-C dir] [-tags list] [-json | -dot | -html file] func [packages]

A function is named Walk, a method Tree.Walk, '(*Tree).Walk', or just Walk too;
if there are several, all are shown. '*' stands for all resumable functions.
Literals in one that can suspend follow it, as Tree.Walk.func1. The packages are
by default that of the current directory; those of other modules can be named, too.
Of a function that is not among them it is told where it is.

Examples:

	greenlet explain fib ./examples/fib
	greenlet explain Tree.Walk ./... | less
	greenlet explain -html walk.html Tree.Walk ./tree
	greenlet explain -dot fib ./examples/fib | dot -Tsvg > fib.svg
	greenlet explain -json fib ./examples/fib | jq '.[].states[] | {state, call, live}'

How to read it, by

	1  //greenlet:resumable
	2  func count(n int) {
	3  	for i := range n {
	4  		greenlet.Yield(i)
	5  	}
	6  }

	why      the shortest chain of calls that ends in a suspension: here 4:3,
	         the Yield.
	frame    what is there for a call that has suspended. The header holds the
	         number of the state; n is a parameter, i a local that is live at
	         the Yield. A temporary is a value that a loop or expression needs
	         later. A variable whose address outlives a suspension is boxed: it
	         is on the heap, and the frame has the pointer.
	states   the suspensions, from 1. Live is what is needed after it: of that,
	         saved is stored each time, and clean is in the frame already (n,
	         which never changes). Cleared fields died since they were saved.
	graph    start → 1, return: the first suspension is state 1, or there is
	         none. A call of a resumable function that comes back at once goes
	         on as if it had been resumed. unwind is making deferred calls.
	allocations
	         what the generated code allocates, and when: a frame when a call
	         first suspends, if no other call has left one in the free list.

Sizes are those of the platform that is built for. A size that depends on type
parameters is shown as ?, in JSON as null.

Flags:

	-json        an array of functions, with these fields:
	             func kind package signature pos end why eager frame states
	             graph allocations literals; names are stable, lists never null
	-dot         the graphs, for dot -Tsvg; calls, which may come back at once,
	             are dashed
	-html file   a page with source and graph side by side ("-": to standard
	             output). It needs no network. Move with Tab, choose with
	             Enter; page.html#state=2 opens with state 2 chosen

Exit codes: 0 all is well; 1 the program has errors, or the function has no
state machine; 2 wrong usage, or there is no such function.
`
