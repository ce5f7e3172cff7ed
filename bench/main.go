// Bench compares greenlets with what one would use in their place: iter.Pull,
// goroutines, push functions and state machines by hand in Go, and the coroutines
// of other languages. See -h.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/going-green/greenlet/bench/measure"
	"github.com/going-green/greenlet/bench/report"
)

const usage = `Bench does the same work with greenlets and with what one would use in their
place, on this machine, and prints how long each takes.

	go -C bench run . [flags]

It goes round by round: in each, every way to do the work has its turn for a
few milliseconds, so that what disturbs one disturbs all. It prints the medians
over the rounds, and the median of each round's ratio to greenlets, marked *: above
1× is slower, or larger. Ways of other languages need g++ or clang++, luajit, python3
with the module greenlet, and node; what is not there is listed as missing.

Examples:

	go -C bench run .                        everything; some minutes
	go -C bench run . -group tree,fringe     two groups
	go -C bench run . -group deep            all that begin so
	go -C bench run . -rounds 3 -time 5ms    quick and rough
	go -C bench run . -json out.json -svg pictures
	go -C bench run ./compile                the generator's own speed

Paths are relative to the directory bench. Flags:

`

// command is what the flags say.
type command struct {
	groups string
	rounds int
	slice  time.Duration
	alive  int
	huge   bool
	json   string
	svg    string
	list   bool

	stdout, stderr *os.File
}

func main() {
	if childOf := os.Getenv(childVariable); childOf != "" {
		if err := child(childOf); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	c := &command{stdout: os.Stdout, stderr: os.Stderr}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := c.run(ctx, os.Args[1:])
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// parse reads the command line. Help goes to where one looks for it.
func (c *command) parse(args []string) error {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&c.groups, "group", "", "measure only the groups whose `names` begin so, separated by commas")
	f.IntVar(&c.rounds, "rounds", 21, "`number` of rounds; for memory at most 3")
	f.DurationVar(&c.slice, "time", 20*time.Millisecond, "`time` each way has in a round, about")
	f.IntVar(&c.alive, "alive", 1_000_000, "how `many` are suspended at a time where memory is measured; a million goroutines are some 3 GB")
	f.BoolVar(&c.huge, "huge", false, "also suspend 10,000,000 greenlets; some 2 GB")
	f.StringVar(&c.json, "json", "", "write all figures to a `file`")
	f.StringVar(&c.svg, "svg", "", "draw pictures in a `directory`, light and dark")
	f.BoolVar(&c.list, "list", false, "list groups, ways and peers; measure nothing")
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(c.stdout, usage)
		f.SetOutput(c.stdout)
		f.PrintDefaults()
		return err
	case err != nil:
		return fmt.Errorf("%w; -h tells what there is", err)
	case f.NArg() > 0:
		return fmt.Errorf("unexpected argument %q; -h tells what there is", f.Arg(0))
	case c.rounds < 1 || c.slice <= 0 || c.alive < 1000:
		return errors.New("-rounds must be 1 or more, -time positive, and -alive 1000 or more; -h tells more")
	}
	return nil
}

func (c *command) run(ctx context.Context, args []string) error {
	if err := c.parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "greenlet-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p := measure.NewProgress(c.stderr)
	b := &bench{command: c, progress: p, report: &report.Report{
		Schema: report.Schema, Time: time.Now().Truncate(time.Second), Machine: report.ThisMachine(),
		Settings: report.Settings{Rounds: c.rounds, SliceNs: int64(c.slice)},
	}}
	if len(c.selected(b.works())) == 0 {
		return fmt.Errorf("no group's name begins with %q; -list tells what there is", c.groups)
	}
	b.prepare(ctx, dir)
	defer b.close()
	works := c.selected(b.works())
	p.Clear()
	if c.list {
		c.printList(works)
		return nil
	}
	b.report.Header(c.stdout)
	for _, w := range works {
		groups, err := w.measure(ctx)
		p.Clear()
		if err != nil {
			return err
		}
		for _, g := range groups {
			g.Summarize()
			g.Table(c.stdout)
			b.report.Groups = append(b.report.Groups, g)
		}
	}
	return c.write(b.report)
}

// selected are the works that -group names.
func (c *command) selected(works []work) []work {
	var s []work
	for _, w := range works {
		if measure.Selected(w.name, c.groups) {
			s = append(s, w)
		}
	}
	return s
}

func (c *command) printList(works []work) {
	for _, w := range works {
		fmt.Fprintf(c.stdout, "%s: %s\n", w.name, w.what)
		for _, r := range w.rows {
			fmt.Fprintf(c.stdout, "    %s", r.Label())
			if r.Missing != "" {
				fmt.Fprintf(c.stdout, " (missing: %s)", r.Missing)
			}
			fmt.Fprintln(c.stdout)
		}
	}
}

// write writes the files that are asked for.
func (c *command) write(r *report.Report) error {
	if c.json != "" {
		if err := create(c.json, r.JSON); err != nil {
			return err
		}
	}
	if c.svg == "" {
		return nil
	}
	if err := os.MkdirAll(c.svg, 0o777); err != nil {
		return err
	}
	footer := fmt.Sprintf("%s, %d CPUs, %s; medians of %d rounds", r.Machine.CPU, r.Machine.CPUs, r.Go, r.Settings.Rounds)
	for _, t := range report.Themes {
		path := filepath.Join(c.svg, "overview-"+t.Name+".svg")
		if err := create(path, func(w io.Writer) error { return r.Overview(w, t, footer) }); err != nil {
			return err
		}
		for _, g := range r.Groups {
			path := filepath.Join(c.svg, strings.ToLower(g.Name)+"-"+t.Name+".svg")
			if err := create(path, func(w io.Writer) error { return g.SVG(w, t, footer) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func create(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
