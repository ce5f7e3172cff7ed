package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/names"
)

// goCommand generates what a go command needs, and then becomes it.
func (c *command) goCommand(ctx context.Context, verb string, args []string) (int, error) {
	if c.opt.Why != "" || c.opt.Dot != "" {
		return 0, usagef("-why and -dot do not go together with go %s", verb)
	}
	g, err := parseGo(verb, args)
	if err != nil {
		return 0, err
	}
	if err := c.settle(); err != nil {
		return 0, err
	}
	if g.dir != "" {
		if err := os.Chdir(g.dir); err != nil {
			return 0, usagef("-C: %w", err)
		}
	}
	if len(g.packages) > 0 {
		c.opt.BuildFlags = append(c.opt.BuildFlags, g.loadFlags...)
		c.opt.Deps = true
		c.opt.Tests = verb == "test" || verb == "vet"
		if code, err := c.generate(ctx, g.packages); code != exitOK || err != nil {
			return code, err
		}
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if c.tags != "" {
		g.before = append([]string{"-tags=" + c.tags}, g.before...)
	}
	argv := slices.Concat([]string{"go", verb}, g.before, g.withGenerated(), g.after)
	path, err := exec.LookPath("go")
	if err != nil {
		return 0, err
	}
	return become(path, argv)
}

// goTool runs the go command in a directory, and returns what it prints. What it says of an error is in the error.
func goTool(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &stderr
	out, err := cmd.Output()
	if err != nil {
		verb := args[0]
		if len(args) > 1 && !strings.HasPrefix(args[1], "-") { // go mod edit
			verb += " " + args[1]
		}
		return nil, fmt.Errorf("go %s: %w\n%s", verb, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return out, nil
}

// goArgs are the arguments of a go command, taken apart around the packages.
type goArgs struct {
	before   []string
	packages []string // that are named; for all but run, "." if there are none
	named    bool
	after    []string

	dir       string   // -C
	loadFlags []string // those that decide which files and packages there are
}

// valueFlags take their value from the next argument. All other flags are
// boolean or have it behind an equals sign.
var valueFlags = set(
	// go build
	"C", "asmflags", "buildmode", "compiler", "covermode", "coverpkg", "exec", "gccgoflags", "gcflags", "installsuffix",
	"ldflags", "mod", "modfile", "o", "overlay", "p", "pgo", "pkgdir", "tags", "toolexec",
	// go test
	"bench", "benchtime", "blockprofile", "blockprofilerate", "count", "coverprofile", "cpu", "cpuprofile", "fuzz",
	"fuzzminimizetime", "fuzztime", "list", "memprofile", "memprofilerate", "mutexprofile", "mutexprofilefraction",
	"outputdir", "parallel", "run", "shuffle", "skip", "timeout", "trace", "vet",
	// go vet
	"c", "vettool",
)

// loadFlags decide which files and packages a build consists of.
var loadFlags = set("tags", "mod", "modfile", "race", "msan", "asan", "compiler", "installsuffix")

func set(names ...string) map[string]bool {
	m := map[string]bool{}
	for _, name := range names {
		m[name] = true
	}
	return m
}

// parseGo finds the packages among the arguments of go run, test, build or
// vet.
func parseGo(verb string, args []string) (*goArgs, error) {
	g := &goArgs{}
	rest := args
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") && rest[0] != "-args" && rest[0] != "--args" {
		n, err := g.flag(verb, rest)
		if err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	n := 0
	for n < len(rest) && !strings.HasPrefix(rest[n], "-") {
		if verb == "run" && n > 0 && !strings.HasSuffix(rest[n], ".go") {
			break // the program's own arguments
		}
		n++
		if verb == "run" && !strings.HasSuffix(rest[0], ".go") {
			break
		}
	}
	g.packages, g.after = rest[:n], rest[n:]
	g.named = n > 0
	switch {
	case verb == "run" && n == 1 && strings.Contains(rest[0], "@"):
		// Of a module that is not under development.
		g.before, g.packages = append(g.before, rest[0]), nil
	case verb != "run" && n == 0:
		g.packages = []string{"."}
	}
	if verb != "run" {
		// Flags may follow the packages.
		for rest := g.after; len(rest) > 0 && strings.HasPrefix(rest[0], "-") && rest[0] != "-args" && rest[0] != "--args"; {
			before := g.before
			n, err := g.flag(verb, rest)
			if err != nil {
				return nil, err
			}
			g.before = before // they stay where they are
			rest = rest[n:]
		}
	}
	return g, nil
}

// flag takes one flag, which may be two arguments.
func (g *goArgs) flag(verb string, args []string) (int, error) {
	name, value, hasValue := strings.Cut(strings.TrimLeft(args[0], "-"), "=")
	name = strings.TrimPrefix(name, "test.")
	// go test -c and go vet -c are different flags.
	takesValue := valueFlags[name] && !(name == "c" && verb != "vet")
	n := 1
	if !hasValue && takesValue {
		if len(args) < 2 {
			return 0, usagef("go %s: flag %s needs an argument", verb, args[0])
		}
		n, value = 2, args[1]
	}
	switch {
	case name == "C":
		g.dir = value
		return n, nil // done here, so the go command doesn't get it
	case name == "overlay":
		return 0, usageError{errors.New("-overlay is not supported")}
	case loadFlags[name] && (hasValue || n == 2):
		g.loadFlags = append(g.loadFlags, "-"+name+"="+value)
	case loadFlags[name]:
		g.loadFlags = append(g.loadFlags, "-"+name)
	}
	g.before = append(g.before, args[:n]...)
	return n, nil
}

// withGenerated are the packages as they were named. If that is by files, the
// generated ones are added.
func (g *goArgs) withGenerated() []string {
	if !g.named {
		return nil
	}
	args := slices.Clone(g.packages)
	for _, file := range g.packages {
		if !strings.HasSuffix(file, ".go") {
			continue
		}
		generated := names.Generated(file)
		if _, err := os.Stat(generated); err == nil && !slices.Contains(args, generated) {
			args = append(args, generated)
		}
	}
	return args
}
