// Greenlet rewrites functions marked //greenlet:resumable into state machines.
//
//	greenlet [flags] [packages]
//	greenlet [flags] run|test|build|vet [arguments of the go command]
//	greenlet [flags] explain [flags] func [packages]
//	greenlet watch [flags] [packages]
//	greenlet init
//
// See greenlet help.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/going-green/greenlet/rewrite"
)

// Exit codes.
const (
	exitOK       = 0
	exitDiagnose = 1 // the program has errors, or generated files are stale
	exitFail     = 2 // wrong usage, a fault of the tool, or an interruption
)

func main() {
	if os.Getenv("GOGC") == "" {
		// A run is short and makes little garbage of what it has made before: syntax
		// and types live to its end.
		debug.SetGCPercent(400)
	}
	c := newCommand()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := c.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// command is one invocation.
type command struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	colors         bool                // on stderr
	paint          bool                // on stdout
	redraws        bool                // stdout is a terminal
	progress       func(rewrite.Event) // besides what -v prints; may be nil

	opt     rewrite.Options
	result  *rewrite.Result // of generate
	tags    string
	dir     string
	verbose bool
	help    bool
	watches bool // the command is watch
}

// newCommand is a command of the process. Colours are for terminals, and for none if NO_COLOR is
// set to anything.
func newCommand() *command {
	plain := os.Getenv("NO_COLOR") != ""
	return &command{
		stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, redraws: isTerminal(os.Stdout),
		colors: isTerminal(os.Stderr) && !plain, paint: isTerminal(os.Stdout) && !plain,
	}
}

// usageError is about the command line.
type usageError struct{ error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// run executes the command and returns its exit code.
func (c *command) run(ctx context.Context, args []string) int {
	code, err := c.try(ctx, args)
	if errors.Is(err, errHelp) {
		code, err = c.printHelp(args[slices.IndexFunc(args, func(arg string) bool { return verbNamed(arg) != nil })])
	}
	var usage usageError
	switch {
	case err == nil:
		return code
	case ctx.Err() != nil:
		fmt.Fprintln(c.stderr, "greenlet: interrupted; nothing was changed")
	case errors.As(err, &usage):
		fmt.Fprintf(c.stderr, "greenlet: %v\nRun greenlet help for usage.\n", err)
	default:
		fmt.Fprintf(c.stderr, "greenlet: %v\n", err)
	}
	return exitFail
}

func (c *command) try(ctx context.Context, args []string) (int, error) {
	args, err := c.parse(args)
	if err == nil && len(args) > 0 && args[0] == "watch" {
		c.watches = true
		args, err = c.parse(args[1:])
	}
	if err != nil {
		return 0, err
	}
	if c.help {
		verb := ""
		if c.watches {
			verb = "watch"
		}
		return c.printHelp(verb)
	}
	if len(args) > 1 && !c.watches && args[0] != "help" && asksForHelp(args[1]) {
		if _, ok := helpText(args[0]); ok {
			return c.printHelp(args[0])
		}
	}
	if len(args) > 0 && !c.watches {
		if v := verbNamed(args[0]); v != nil && v.run != nil {
			return v.run(c, ctx, args[1:])
		}
	}
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") {
			return 0, usagef("flag %s must stand before the packages", arg)
		}
	}
	if err := c.settle(); err != nil {
		return 0, err
	}
	if c.watches {
		return c.watch(ctx, args)
	}
	return c.generate(ctx, args)
}

// settle does what the flags say that all verbs have. They are known once those behind the verb
// have been read.
func (c *command) settle() error {
	if c.tags != "" {
		c.opt.BuildFlags = append(c.opt.BuildFlags, "-tags="+c.tags)
	}
	if c.dir != "" {
		if err := os.Chdir(c.dir); err != nil {
			return usagef("-C: %w", err)
		}
	}
	return nil
}

// errHelp is what a verb returns whose flags ask for its help.
var errHelp = errors.New("help is asked for")

// flags makes the flag set of a verb. Some flags can stand behind each verb, as behind those of the go
// command; they keep what they were given before it.
func (c *command) flags(verb string) *flag.FlagSet {
	fs := flag.NewFlagSet(verb, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&c.dir, "C", c.dir, "")
	fs.StringVar(&c.tags, "tags", c.tags, "")
	fs.BoolVar(&c.verbose, "v", c.verbose, "")
	return fs
}

// parseVerb reads the flags of a verb, which has none of those that only generating has, and
// settles.
func (c *command) parseVerb(fs *flag.FlagSet, args []string) error {
	verb := fs.Name()
	if c.opt.Check || c.opt.Why != "" || c.opt.Dot != "" || len(c.opt.Debug) > 0 {
		return usagef("%s: of the flags before it, only -C, -tags and -v go together with it", verb)
	}
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return errHelp
	case err != nil:
		return usagef("%s: %w", verb, err)
	}
	return c.settle()
}

// printHelp prints what there is to say of a verb.
func (c *command) printHelp(verb string) (int, error) {
	text, ok := helpText(verb)
	if !ok {
		return 0, usagef("there is no verb %q; there are %s", verb, verbNames())
	}
	fmt.Fprint(c.stdout, text)
	return exitOK, nil
}

// parse reads the flags and returns what follows them. Those that were read
// before keep their values.
func (c *command) parse(args []string) ([]string, error) {
	fs := flag.NewFlagSet("greenlet", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	debug := strings.Join(c.opt.Debug, ",")
	fs.StringVar(&c.dir, "C", c.dir, "")
	fs.StringVar(&c.tags, "tags", c.tags, "")
	fs.BoolVar(&c.opt.Check, "check", c.opt.Check, "")
	fs.BoolVar(&c.verbose, "v", c.verbose, "")
	fs.StringVar(&c.opt.Why, "why", c.opt.Why, "")
	fs.StringVar(&debug, "debug", debug, "")
	fs.StringVar(&c.opt.Dot, "dot", c.opt.Dot, "")
	fs.StringVar(&c.opt.Func, "func", c.opt.Func, "")
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		c.help = true
		return nil, nil
	}
	if err != nil {
		return nil, usageError{err}
	}
	if debug != "" {
		c.opt.Debug = strings.Split(debug, ",")
	}
	for _, pass := range slices.Concat(c.opt.Debug, []string{c.opt.Dot}) {
		if pass != "" && !slices.Contains(rewrite.PassNames(), pass) && (pass != rewrite.DebugCheck || pass == c.opt.Dot) {
			return nil, usagef("there is no pass %q; the passes are %s", pass, strings.Join(rewrite.PassNames(), ", "))
		}
	}
	switch {
	case c.opt.Dot != "" && debug != "":
		return nil, usagef("-debug and -dot do not go together")
	case c.opt.Func != "" && c.opt.Dot == "" && debug == "":
		return nil, usagef("-func goes together with -debug or -dot")
	case c.watches && (c.opt.Check || c.opt.Why != "" || c.opt.Dot != "" || debug != ""):
		return nil, usagef("watch has only the flags -C, -tags and -v")
	}
	return fs.Args(), nil
}
