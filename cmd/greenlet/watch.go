package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/going-green/greenlet/cmd/greenlet/internal/watch"
	"github.com/going-green/greenlet/rewrite"
)

// watch generates for packages whenever something has changed.
func (c *command) watch(ctx context.Context, patterns []string) (int, error) {
	dir, err := os.Getwd()
	if err != nil {
		return 0, err
	}
	c.prepare(dir)
	s := &screen{command: c, redraws: c.redraws && !c.verbose}
	err = watch.Watch(ctx, watch.Options{
		Dir:      dir,
		Patterns: patterns,
		Generate: func(ctx context.Context) *rewrite.Result {
			s.begin()
			start := time.Now()
			res, err := rewrite.Generate(ctx, c.opt, patterns...)
			if ctx.Err() == nil {
				s.report(res, err, time.Since(start))
			}
			return res
		},
		Watching: s.watching,
		Warn:     s.warn,
	})
	return exitOK, err
}

// screen reports of runs: on a terminal it shows what is, elsewhere it tells
// what happens, in lines.
type screen struct {
	*command
	redraws bool

	errors string // of the last run
	dirs   int    // watched, as last told
}

// wipe is the escape sequences that empty a terminal.
const wipe = "\x1b[H\x1b[2J"

func (s *screen) begin() {
	if s.redraws {
		fmt.Fprintf(s.stdout, "\r\x1b[K%s generating", now())
	}
}

// report tells how a run went.
func (s *screen) report(res *rewrite.Result, err error, took time.Duration) {
	var text bytes.Buffer
	if e := res.Diagnostics.Relative(s.opt.Dir).Format(&text, s.paint); err == nil {
		err = e
	}
	n := len(res.Diagnostics)
	if err != nil {
		n++
		fmt.Fprintf(&text, "greenlet: %v\n", err)
	}
	errors := text.String()
	if s.redraws {
		fmt.Fprint(s.stdout, wipe, errors, now(), " ")
	} else if errors != s.errors {
		fmt.Fprint(s.stdout, errors)
	}
	switch {
	case n > 0:
		s.line("failed", plural(n, "error", "errors"), took)
	case s.redraws:
		s.line("ok", plural(len(res.Packages), "package", "packages")+changes(len(res.Changes)), took)
	default:
		for _, change := range res.Changes {
			verb := "write"
			if change.New == nil {
				verb = "remove"
			}
			fmt.Fprintf(s.stdout, "%s %s\n", verb, relative(s.opt.Dir, change.Path))
		}
		if s.errors != "" {
			fmt.Fprintln(s.stdout, "fixed")
		}
		s.line("ok", plural(len(res.Packages), "package", "packages"), took)
	}
	s.errors = errors
}

func (s *screen) line(status, what string, took time.Duration) {
	fmt.Fprintf(s.stdout, "%s %s %s\n", status, what, round(took))
}

func (s *screen) watching(dirs int) {
	if dirs != s.dirs && !s.redraws {
		fmt.Fprintf(s.stdout, "watching %s\n", plural(dirs, "directory", "directories"))
	}
	s.dirs = dirs
}

func (s *screen) warn(err error) { fmt.Fprintf(s.stdout, "greenlet: %v\n", err) }

func now() string { return time.Now().Format(time.TimeOnly) }

// changes says how many files were changed, if any.
func changes(n int) string {
	if n == 0 {
		return ""
	}
	return ", " + plural(n, "file", "files") + " changed,"
}

func plural(n int, one, many string) string {
	if n == 1 {
		many = one
	}
	return fmt.Sprintf("%d %s", n, many)
}
