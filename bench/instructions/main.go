// Instructions counts what the units of package generated/bench take of a processor's
// instructions, which don't depend on the day.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
)

const usage = `Instructions counts what a unit of the benchmarks takes of a processor's instructions.

	go -C bench run ./instructions            a table of all cases
	go -C bench run ./instructions -check     hold greenlets to instructions/budget.tsv
	go -C bench run ./instructions -update    write instructions/budget.tsv

They are counted by valgrind, as the difference of two runs of different lengths, without a
garbage collection and on one processor. -check allows for 2 percent in both directions: what
has become cheaper is to be written down as well. Without valgrind it says so, and ends well.

Flags:

`

func main() {
	check := flag.Bool("check", false, "compare greenlets with the budget")
	update := flag.Bool("update", false, "write the budget")
	flag.Usage = func() {
		fmt.Fprint(os.Stderr, usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *check, *update); err != nil {
		fmt.Fprintln(os.Stderr, "instructions:", err)
		os.Exit(1)
	}
}

// budgetFile is where the budget is, from the module's directory.
const budgetFile = "instructions/budget.tsv"

func run(ctx context.Context, w io.Writer, check, update bool) error {
	if _, err := exec.LookPath("valgrind"); err != nil {
		fmt.Fprintln(w, "SKIPPED: there is no valgrind here to count instructions")
		return nil
	}
	dir, err := os.MkdirTemp("", "instructions")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c := &counter{program: filepath.Join(dir, "onecase")}
	build := exec.CommandContext(ctx, "go", "build", "-o", c.program, "./generated/bench/onecase")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	rows := cases(!check && !update)
	if !check && !update {
		rows = append(rows, c.peers(ctx, dir, rows)...)
	}
	if err := c.all(ctx, rows); err != nil {
		return err
	}
	switch {
	case update:
		return writeBudget(rows)
	case check:
		return checkBudget(w, rows)
	}
	return writeTable(w, rows)
}

// all counts the cases, some at a time, and tells how far it is where somebody looks on.
func (c *counter) all(ctx context.Context, rows []*row) error {
	var group sync.WaitGroup
	errs := make([]error, len(rows))
	limit := make(chan bool, runtime.GOMAXPROCS(0))
	for i, r := range rows {
		group.Go(func() {
			limit <- true
			defer func() { <-limit }()
			r.instructions, errs[i] = c.count(ctx, r)
			progress(os.Stderr, r)
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// progress writes a line a case to a terminal.
func progress(f *os.File, r *row) {
	if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprintf(f, "%-28s %8.0f\n", r.name(), r.instructions)
	}
}
