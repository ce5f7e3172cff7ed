package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/going-green/greenlet/internal/delve"
)

const helpDebug = `
Greenlet debug starts the debugger delve, for a program or for a test, with an overlay
(see greenlet help overlay) and with commands for greenlets:

	greenlets              all greenlets: number, state, where each stands
	greenlet N bt          the calls that greenlet N is suspended in
	greenlet N locals [K]  the variables of call K of these, by default of the innermost
	gbreak main.task1      break where a resumable function begins, in what runs; break
	                       does so in its plain form, which greenlets don't run
	gnext                  next; and from the end of a resumed function to its caller, and
	                       from a switch to what is resumed: next stops in the driver

Usage:

	greenlet debug [-test] [-init file] [package] [-- arguments of the program]
	greenlet debug -script

Examples:

	greenlet debug ./cmd/server -- -p 80
	greenlet debug -test ./walk -- -test.run=Each

dlv must be there: go install github.com/go-delve/delve/cmd/dlv@latest. In such a build
variables keep their values to the ends of their scopes, but those of durable functions
and those of types that a function declares; else they do to their last uses. And it has
a list of its greenlets, so that switches take longer; greenlet.SetTracking(false) ends
that.

Flags:

	-test        debug the test of the package
	-init file   commands of delve to begin with
	-script      only print where the commands for greenlets are, for source in a
	             delve that was started otherwise: dlv attach, dlv connect
	-C dir, -tags list, -v
	             as for the others

The exit code is dlv's; 1 if something can't be generated; 2 if dlv isn't found.
`

// debug becomes delve.
func (c *command) debug(ctx context.Context, args []string) (int, error) {
	var program []string
	if i := slices.Index(args, "--"); i >= 0 {
		args, program = args[:i], args[i:]
	}
	fs := c.flags("debug")
	test := fs.Bool("test", false, "")
	only := fs.Bool("script", false, "")
	commands := fs.String("init", "", "")
	if err := c.parseVerb(fs, args); err != nil {
		return 0, err
	}
	if fs.NArg() > 1 {
		return 0, usagef("debug wants one package; arguments of the program stand behind --")
	}
	dir, err := os.Getwd()
	if err != nil {
		return 0, err
	}
	to, err := c.overlayDir(dir)
	if err != nil {
		return 0, err
	}
	script := filepath.Join(to, "greenlet.star")
	if err := put(script, delve.Script); err != nil {
		return 0, err
	}
	if *only {
		fmt.Fprintln(c.stdout, script)
		return exitOK, nil
	}
	dlv, err := exec.LookPath("dlv")
	if err != nil {
		return 0, fmt.Errorf("debug: %w; go install github.com/go-delve/delve/cmd/dlv@latest installs it", err)
	}
	code, err := c.generateOverlay(ctx, to, fs.Args())
	if code != exitOK || err != nil {
		return code, err
	}
	begin := "source " + script + "\n"
	if *commands != "" {
		begin += "source " + *commands + "\n"
	}
	if err := put(filepath.Join(to, "init"), []byte(begin)); err != nil {
		return 0, err
	}
	verb := "debug"
	if *test {
		verb = "test"
	}
	flags := "-overlay=" + c.result.Overlay
	if c.tags != "" {
		flags += " -tags=" + c.tags
	}
	argv := []string{"dlv", verb, "--build-flags=" + flags, "--init=" + filepath.Join(to, "init")}
	if !isTerminal(os.Stdin) {
		argv = append(argv, "--allow-non-terminal-interactive=true")
	}
	return become(dlv, slices.Concat(argv, fs.Args(), program))
}

// put writes a file, unless it is as it should be: it may be in use.
func put(path string, text []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	return os.WriteFile(path, text, 0o666)
}
