// Compile measures the generator: how fast it is on much code, whether its time
// and memory grow in proportion to the source, what a second run takes when nothing
// has changed, how large the generated code is, and how long Go compiles that.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"text/tabwriter"
	"time"

	"github.com/going-green/greenlet/bench/report"
)

const usage = `Compile measures the generator, as a program, the way one calls it.

	go -C bench run ./compile [flags]

It makes two kinds of source in a temporary directory: resumable functions of its
own making, of which it takes 1, 2, 4 and 8 times as many, and packages of the
standard library in which every function is marked as resumable, so that nearly all
of their calls are suspensions. Each is generated from nothing, then again with
nothing changed, and built by Go, with what is generated and without. That takes
some minutes. Whether the time grows in proportion to the source shows by the CPU
time a function.

	go -C bench run ./compile -sizes

writes how much is generated for the examples and the hub.

Flags:

`

// Result is what is measured of one set of packages; the JSON is a [Report] of these.
type Result struct {
	Name      string `json:"name"`
	Packages  int    `json:"packages"`
	Functions int    `json:"functions"` // that are resumable
	Lines     int    `json:"lines"`     // of the source files that hold them
	Bytes     int    `json:"bytes"`

	GeneratedLines int `json:"generated_lines"`
	GeneratedBytes int `json:"generated_bytes"`

	GenerateNs int64  `json:"generate_ns"`     // from nothing
	CPUNs      int64  `json:"generate_cpu_ns"` // the same in CPU time, which neighbours disturb less
	Passes     []Pass `json:"passes"`          // of the last round, over all goroutines
	AgainNs    int64  `json:"again_ns"`        // with nothing changed
	CheckNs    int64  `json:"check_ns"`        // -check, with nothing changed
	MemoryB    int64  `json:"memory_bytes"`    // resident at most, generating; 0 if the system doesn't tell
	SourceNs   int64  `json:"build_source_ns"`
	BuildCPUNs int64  `json:"build_cpu_ns"`
	BuildNs    int64  `json:"build_ns"` // with what is generated; dependencies are built before

	Refused int `json:"refused,omitempty"` // functions left unmarked since the generator refuses them
}

// Pass is how long a part of generating took.
type Pass struct {
	Name string `json:"name"`
	Ns   int64  `json:"ns"`
}

// Report is all of it.
type Report struct {
	Schema  string         `json:"schema"`
	Time    time.Time      `json:"time"`
	Machine report.Machine `json:"machine"`
	Go      string         `json:"go"`
	Rounds  int            `json:"rounds"` // of which the medians are
	Results []*Result      `json:"results"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "compile:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	f := flag.NewFlagSet("compile", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	rounds := f.Int("rounds", 1, "`number` of times to measure each; medians are printed")
	functions := f.Int("functions", 125, "`number` of functions in the smallest set of synthetic source")
	largest := f.Int("largest", 8, "how many `times` that the largest set has")
	std := f.Bool("std", true, "measure packages of the standard library, too")
	onlySizes := f.Bool("sizes", false, "write how much is generated for the examples and the hub, and for what; measure nothing")
	out := f.String("json", "", "write all figures to a `file`")
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		f.SetOutput(stdout)
		f.PrintDefaults()
		return err
	} else if err != nil {
		return fmt.Errorf("%w; -h tells what there is", err)
	}
	if f.NArg() > 0 || *rounds < 1 || *functions < 1 || *largest < 1 {
		return errors.New("takes no arguments, and numbers above 0 only; -h tells what there is")
	}
	if *onlySizes {
		return sizes(stdout, filepath.Join("..", "examples"), filepath.Join("..", "hub"))
	}
	dir, err := os.MkdirTemp("", "greenlet-compile-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t, err := newTool(ctx, dir, *rounds)
	if err != nil {
		return err
	}
	r := &Report{
		Schema: "greenlet-bench-compile/1", Time: time.Now().Truncate(time.Second),
		Machine: report.ThisMachine(), Go: runtime.Version(), Rounds: *rounds,
	}
	for times := 1; times <= *largest; times *= 2 {
		m, err := synthetic(t, fmt.Sprintf("synthetic, %d×", times), *functions*times)
		if err != nil {
			return err
		}
		if err := r.measure(ctx, t, m); err != nil {
			return err
		}
	}
	if *std {
		m, err := standard(ctx, t)
		if err != nil {
			return err
		}
		if err := r.measure(ctx, t, m); err != nil {
			return err
		}
	}
	r.print(stdout)
	if *out == "" {
		return nil
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(*out, append(text, '\n'), 0o666)
}

func (r *Report) measure(ctx context.Context, t *tool, m *module) error {
	result, err := t.measure(ctx, m)
	if err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	r.Results = append(r.Results, result)
	return nil
}

// print prints the tables.
func (r *Report) print(w io.Writer) {
	fmt.Fprintf(w, "%s/%s, %d CPUs, %s, load %s\n%s; medians of %d\n\n", r.Machine.OS, r.Machine.Arch, r.Machine.CPUs, r.Machine.CPU, r.Machine.Load, r.Go, r.Rounds)
	tab := tabwriter.NewWriter(w, 0, 8, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tab, "source\tpackages\tfunctions\tlines\tgenerate\tCPU time\ta function\tlines/s\tfunctions/s\tmemory\tunchanged\t-check\t")
	for _, m := range r.Results {
		s := time.Duration(m.GenerateNs).Seconds()
		fmt.Fprintf(tab, "%s\t%d\t%d\t%d\t%s\t%s\t%.2fms\t%.0f\t%.0f\t%s\t%s\t%s\t\n", m.Name, m.Packages, m.Functions, m.Lines,
			ms(m.GenerateNs), ms(m.CPUNs), float64(m.CPUNs)/1e6/float64(m.Functions), float64(m.Lines)/s, float64(m.Functions)/s, report.Bytes(float64(m.MemoryB)), ms(m.AgainNs), ms(m.CheckNs))
	}
	fmt.Fprintln(tab)
	fmt.Fprintln(tab, "source\tgenerated lines\tto source\tgenerated bytes\tto source\tgo build, source alone\twith generated\tCPU time\ta function\t")
	for _, m := range r.Results {
		fmt.Fprintf(tab, "%s\t%d\t%.1f×\t%s\t%.1f×\t%s\t%s\t%s\t%.1fms\t\n", m.Name, m.GeneratedLines, float64(m.GeneratedLines)/float64(m.Lines),
			report.Bytes(float64(m.GeneratedBytes)), float64(m.GeneratedBytes)/float64(m.Bytes), ms(m.SourceNs), ms(m.BuildNs),
			ms(m.BuildCPUNs), float64(m.BuildCPUNs)/1e6/float64(m.Functions))
	}
	tab.Flush()
	r.printPasses(w)
	for _, m := range r.Results {
		if m.Refused > 0 {
			fmt.Fprintf(w, "\n%s: %d functions are left unmarked, since the generator refuses them\n", m.Name, m.Refused)
		}
	}
}

// printPasses prints how long each pass took for a thousand lines of source.
func (r *Report) printPasses(w io.Writer) {
	fmt.Fprintln(w, "\nby pass, for 1,000 lines of source, waiting for a processor included:")
	tab := tabwriter.NewWriter(w, 0, 8, 3, ' ', tabwriter.AlignRight)
	for i, m := range r.Results {
		if i == 0 {
			fmt.Fprint(tab, "source\t")
			for _, p := range m.Passes {
				fmt.Fprintf(tab, "%s\t", p.Name)
			}
			fmt.Fprintln(tab)
		}
		fmt.Fprintf(tab, "%s\t", m.Name)
		for _, p := range m.Passes {
			fmt.Fprintf(tab, "%.2fms\t", float64(p.Ns)/1e6*1000/float64(m.Lines))
		}
		fmt.Fprintln(tab)
	}
	tab.Flush()
}

func ms(ns int64) string { return time.Duration(ns).Round(time.Millisecond).String() }
