package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/going-green/greenlet/rewrite"
)

// generate generates for packages and reports about it.
func (c *command) generate(ctx context.Context, patterns []string) (int, error) {
	start := time.Now()
	dir, err := os.Getwd()
	if err != nil {
		return 0, err
	}
	c.prepare(dir)
	if c.opt.Dot != "" || c.opt.Why != "" {
		c.opt.DebugOut = c.stdout // it is the answer
	}
	res, err := rewrite.Generate(ctx, c.opt, patterns...)
	if ctx.Err() == nil {
		if err := res.Diagnostics.Relative(dir).Format(c.stderr, c.colors); err != nil {
			return 0, err
		}
	}
	if err != nil {
		return 0, err
	}
	c.result = res
	if len(res.Diagnostics) > 0 {
		return exitDiagnose, nil
	}
	if !c.opt.Deps && c.opt.Explain == "" && c.opt.Why == "" { // of go run and the like that would be noise
		c.tellLeftOut(dir, res.LeftOut)
	}
	if len(res.Packages) == 0 && len(res.LeftOut) == 0 { // a directive that was forgotten, mostly
		fmt.Fprintln(c.stderr, "there is no //greenlet:resumable in these packages; greenlet annotate finds the functions that need it")
	}
	if c.verbose {
		fmt.Fprintf(c.stderr, "%-40s %s, %d MB\n", "total", round(time.Since(start)), memory()>>20)
	}
	if c.opt.Check {
		return c.check(dir, res.Changes), nil
	}
	return exitOK, nil
}

// prepare completes the options of a run in dir.
func (c *command) prepare(dir string) {
	c.opt.Dir = dir
	c.opt.Cache = c.getenv("GREENLET_CACHE")
	c.opt.Progress = c.report
	c.opt.DebugOut = c.stderr
}

// report prints what -v shows of progress.
func (c *command) report(e rewrite.Event) {
	if c.progress != nil {
		c.progress(e)
	}
	if !c.verbose {
		return
	}
	switch {
	case e.Cached:
		fmt.Fprintf(c.stderr, "%-40s up to date\n", e.Subject)
	case e.Stage == rewrite.StageCompile && e.Took > 0:
		fmt.Fprintf(c.stderr, "%-40s %s\n", e.Subject, round(e.Took))
	case e.Stage == rewrite.StageWrite && !c.watches: // or it is told when it is done
		fmt.Fprintf(c.stderr, "write %s\n", relative(c.opt.Dir, e.Subject))
	case e.Stage == rewrite.StagePass:
		fmt.Fprintf(c.stderr, "%-40s %s\n", "("+e.Subject+")", round(e.Took))
	case e.Took > 0:
		fmt.Fprintf(c.stderr, "%-40s %s\n", "("+string(e.Stage)+")", round(e.Took))
	}
}

func round(d time.Duration) time.Duration {
	if d > 10*time.Millisecond {
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Microsecond)
}

// memory is what the process has taken from the operating system so far.
func memory() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}

// check prints how stale files differ from what would be generated.
func (c *command) check(dir string, changes []rewrite.Change) int {
	if len(changes) == 0 {
		return exitOK
	}
	for _, change := range changes {
		name := relative(dir, change.Path)
		c.stdout.Write(diff.Diff(name, change.Old, name, change.New)) // as go vet does, without a look at the error
	}
	what := "1 generated file is stale"
	if n := len(changes); n > 1 {
		what = fmt.Sprintf("%d generated files are stale", n)
	}
	fmt.Fprintf(c.stderr, "greenlet: %s\n", what)
	return exitDiagnose
}

// relative is path as seen from dir, if it is below.
func relative(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return filepath.ToSlash(rel)
	}
	return path
}

// isTerminal reports whether f is a terminal that knows more than lines.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 || os.Getenv("TERM") == "dumb" {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null) // which is a device of characters, too
}
