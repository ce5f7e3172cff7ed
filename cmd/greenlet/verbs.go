package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
)

// A verb is what can stand where greenlet alone would generate.
type verb struct {
	name  string
	about string // for completion, a few words
	help  string
	flags string                                                            // those of its own, for completion; "=" behind those with a value
	run   func(c *command, ctx context.Context, args []string) (int, error) // nil for watch, whose flags are greenlet's
}

// verbList is in the order in which they are told. It is made by a function, for help is one of them.
func verbList() []verb {
	goVerb := func(name, about, flags string) verb {
		return verb{name, about, helpGo, flags, func(c *command, ctx context.Context, args []string) (int, error) {
			return c.goCommand(ctx, name, args)
		}}
	}
	return []verb{
		goVerb("run", "generate, then go run", "-race -exec="),
		goVerb("test", "generate, then go test", "-race -run= -v -count= -bench= -cover -coverprofile= -short -timeout="),
		goVerb("build", "generate, then go build", "-race -o="),
		goVerb("vet", "generate, then go vet", ""),
		{"annotate", "write the directive where it is missing", helpAnnotate, "", (*command).annotate},
		{"watch", "generate whenever a file is saved", helpWatch, "", nil},
		{"explain", "show the state machine of a function", explainHelp, "-json -dot -html=", (*command).explain},
		{"cover", "make a coverage profile say what ran of the source", coverUsage, "-o=", (*command).cover},
		{"durable", "show snapshots and tasks, and check what would break them", helpDurable, "-update -json -lock= -snapshots= -socket= -state= -func= -parent= -prefix= -attr= -text= -n= -q -seq= -id=", (*command).durable},
		{"overlay", "generate for a debugger", helpOverlay, "", (*command).overlay},
		{"debug", "start delve, with commands for greenlets", helpDebug, "-test -init= -script", (*command).debug},
		{"init", "make a module one that generates", helpInit, "", (*command).init},
		{"completion", "print what makes a shell complete", helpCompletion, "", (*command).completion},
		{"version", "print the version", helpVersion, "", (*command).version},
		{"help", "tell more of a verb", help, "", (*command).helpVerb},
	}
}

// verbNamed is the verb of that name, or nil.
func verbNamed(name string) *verb {
	for _, v := range verbList() {
		if v.name == name {
			return &v
		}
	}
	return nil
}

// verbNames are the verbs as they are told.
func verbNames() string {
	var list []string
	for _, v := range verbList() {
		if v.name != "help" {
			list = append(list, v.name)
		}
	}
	return strings.Join(list, ", ")
}

func (c *command) version(_ context.Context, _ []string) (int, error) {
	info, _ := debug.ReadBuildInfo()
	fmt.Fprintln(c.stdout, version(info))
	return exitOK, nil
}

func (c *command) helpVerb(_ context.Context, args []string) (int, error) {
	if len(args) > 1 {
		return 0, usagef("help wants one verb: %s", verbNames())
	}
	return c.printHelp(strings.Join(args, ""))
}
