// Hub compares tasks of a hub with goroutines, and with gevent. See -h.
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
	"runtime/debug"
	"time"

	"github.com/going-green/greenlet/bench/measure"
	"github.com/going-green/greenlet/bench/peers"
	"github.com/going-green/greenlet/bench/report"
)

const usage = `Hub does the same small work by tasks of a hub, by goroutines, and by gevent, and
prints how long each takes, and how many objects those in Go allocate.

	go -C bench run ./hub [flags]

It goes round by round, as go -C bench run . does. Goroutines are measured on all
processors and on one. gevent is listed as missing where python3 and /usr/bin/python3
don't have it; Debian's package is python3-gevent.

Examples:

	go -C bench run ./hub                        everything; some minutes
	go -C bench run ./hub -group event,queue     all that begin so
	go -C bench run ./hub -rounds 3 -time 5ms -sleepers 10000
	go -C bench run ./hub -gc 400                garbage is collected less often

Paths are relative to the directory bench. Flags:

`

// sleeping is the name of the group that is no work like the others.
const sleeping = "Sleepers"

// command is what the flags say.
type command struct {
	groups   string
	rounds   int
	slice    time.Duration
	sleepers int
	gc       int
	json     string

	stdout, stderr *os.File
	progress       *measure.Progress
	gevent         *peers.Peer
}

func main() {
	if what := os.Getenv(childVariable); what != "" {
		if err := child(what); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	c := &command{stdout: os.Stdout, stderr: os.Stderr}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := c.run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "hub:", err)
		os.Exit(1)
	}
}

// parse reads the command line. Help goes to where one looks for it.
func (c *command) parse(args []string) error {
	f := flag.NewFlagSet("hub", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&c.groups, "group", "", "measure only the groups whose `names` begin so, separated by commas")
	f.IntVar(&c.rounds, "rounds", 21, "`number` of rounds; for those that sleep at most 3")
	f.DurationVar(&c.slice, "time", 20*time.Millisecond, "`time` each way has in a round, about")
	f.IntVar(&c.sleepers, "sleepers", 1_000_000, "how `many` tasks of a hub sleep at a time; a tenth of goroutines and of gevent's")
	f.IntVar(&c.gc, "gc", 0, "how many `percent` the heap of the Go programs may grow before garbage is collected, as by GOGC; 0: as it is")
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
	case c.rounds < 1 || c.slice <= 0 || c.sleepers < 1000 || c.gc < 0:
		return errors.New("-rounds must be 1 or more, -time positive, -sleepers 1000 or more, and -gc not negative; -h tells more")
	}
	return nil
}

func (c *command) run(ctx context.Context, args []string) error {
	if err := c.parse(args); err != nil {
		return err
	}
	var selected []work
	for _, w := range works {
		if measure.Selected(w.name, c.groups) {
			selected = append(selected, w)
		}
	}
	sleep := measure.Selected(sleeping, c.groups)
	if len(selected) == 0 && !sleep {
		return fmt.Errorf("no group's name begins with %q", c.groups)
	}
	if c.gc > 0 {
		defer debug.SetGCPercent(debug.SetGCPercent(c.gc))
	}
	dir, err := os.MkdirTemp("", "greenlet-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r := &report.Report{
		Schema: report.Schema, Time: time.Now().Truncate(time.Second), Machine: report.ThisMachine(), Go: runtime.Version(),
		Settings: report.Settings{Rounds: c.rounds, SliceNs: int64(c.slice), GC: c.gc},
	}
	c.progress = measure.NewProgress(c.stderr)
	c.prepare(ctx, dir, r)
	defer c.gevent.Close()
	r.Header(c.stdout)
	for _, w := range selected {
		t := c.timed(w)
		if err := t.Measure(ctx); err != nil {
			return err
		}
		c.show(r, t.Group)
	}
	if sleep {
		groups, err := c.measureSleepers(ctx)
		if err != nil {
			return err
		}
		c.show(r, groups...)
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

// prepare finds out whether gevent is there.
func (c *command) prepare(ctx context.Context, dir string, r *report.Report) {
	c.gevent = peers.Gevent()
	c.gevent.Prepare(ctx, dir)
	known := report.Peer{Name: c.gevent.Name, What: c.gevent.What, Version: c.gevent.Version()}
	if err := c.gevent.Missing(); err != nil {
		known.Missing = err.Error()
	}
	r.Peers = []report.Peer{known}
}

// show prints groups that have been measured.
func (c *command) show(r *report.Report, groups ...*report.Group) {
	c.progress.Clear()
	for _, g := range groups {
		g.Summarize()
		g.Table(c.stdout)
		r.Groups = append(r.Groups, g)
	}
}
