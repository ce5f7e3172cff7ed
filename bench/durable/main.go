// Durable measures what it takes to fork, store and restore greenlets. See -h.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"time"

	"github.com/going-green/greenlet/bench/measure"
	"github.com/going-green/greenlet/bench/report"
)

const usage = `Durable forks, stores and restores suspended greenlets, and prints how long that takes and
how many bytes. Beside it, encoding/gob and encoding/json do the same with a list of
structs that has what the frames have, and a copy by hand forks them.

	go -C bench run ./durable [flags]

Times are CPU time of the process, with what collects garbage: another program on the
machine disturbs them little. Depth 1 is a function with one variable; deeper ones are a
recursion of it. Snapshots leave their descriptions to a store, but for the way "alone".

Paths are relative to the directory bench. Flags:

`

// command is what the flags say.
type command struct {
	groups string
	rounds int
	units  int
	many   int
	json   string

	stdout, stderr *os.File
	progress       *measure.Progress
}

func main() {
	c := &command{stdout: os.Stdout, stderr: os.Stderr}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := c.run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "durable:", err)
		os.Exit(1)
	}
}

// parse reads the command line. Help goes to where one looks for it.
func (c *command) parse(args []string) error {
	f := flag.NewFlagSet("durable", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&c.groups, "group", "", "measure only the groups whose `names` begin so, separated by commas")
	f.IntVar(&c.rounds, "rounds", 21, "`number` of rounds")
	f.IntVar(&c.units, "units", 20_000, "most `units` of work in a round: at depth 10 a fourth of it, at 1,000 a two-hundredth")
	f.IntVar(&c.many, "many", 1_000_000, "how `many` greenlets the group Many stores")
	f.StringVar(&c.json, "json", "", "write all figures to a `file`")
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
	case c.rounds < 1 || c.units < 1 || c.many < 1:
		return errors.New("-rounds, -units and -many must be 1 or more; -h tells more")
	}
	return nil
}

func (c *command) run(ctx context.Context, args []string) error {
	if err := c.parse(args); err != nil {
		return err
	}
	r := &report.Report{
		Schema: report.Schema, Time: time.Now().Truncate(time.Second), Machine: report.ThisMachine(), Go: runtime.Version(),
		Settings: report.Settings{Rounds: c.rounds},
	}
	c.progress = measure.NewProgress(c.stderr)
	r.Header(c.stdout)
	for _, w := range works {
		if !measure.Selected(w.name, c.groups) {
			continue
		}
		g, err := c.group(ctx, w)
		if err != nil {
			return err
		}
		c.progress.Clear()
		g.Summarize()
		g.Table(c.stdout)
		r.Groups = append(r.Groups, g)
	}
	if len(r.Groups) == 0 {
		return fmt.Errorf("no group's name begins with %q", c.groups)
	}
	if c.json == "" {
		return nil
	}
	f, err := os.Create(c.json)
	if err != nil {
		return err
	}
	return errors.Join(r.JSON(f), f.Close())
}

// group measures some work.
func (c *command) group(ctx context.Context, w work) (*report.Group, error) {
	g := &report.Group{Name: w.name, What: w.what, Unit: w.unit}
	t := measure.Timed{Group: g, Rounds: c.rounds, Fixed: max(c.units/max(w.part, 1), 1), Progress: c.progress}
	for i, way := range w.ways {
		row := &report.Row{Peer: way.peer, Way: way.way, Ours: way.peer == ours}
		if i == 0 {
			g.Base = row.Label()
		}
		if way.run == nil {
			v, err := way.value(c)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", w.name, row.Label(), err)
			}
			row.Rounds = []float64{v}
			g.Rows = append(g.Rows, row)
			continue
		}
		run := way.run()
		t.Add(row, func(ctx context.Context, n int) (float64, int, error) {
			runtime.GC()
			before := cpu()
			for i := range n {
				if i%1024 == 0 && ctx.Err() != nil {
					return 0, 0, ctx.Err()
				}
				if err := run(); err != nil {
					return 0, 0, err
				}
			}
			return float64(cpu()-before) / float64(max(n, 1)), n, nil
		})
	}
	return g, t.Measure(ctx)
}
