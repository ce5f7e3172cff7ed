// Ratios compares greenlets with what one would use instead of them, and prints
// how many times faster they are.
//
// On a noisy machine two figures are only comparable if they were taken at the
// same time. So it measures in rounds: each round runs every case of a group
// once for a few milliseconds, the ratio is taken within the round, and what is
// printed are the medians over all rounds.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/going-green/greenlet/generated/bench"
)

var (
	rounds = flag.Int("rounds", 101, "number of `rounds`")
	slice  = flag.Duration("time", 5*time.Millisecond, "`time` to run a case for in a round")
	only   = flag.String("group", "", "measure only the group of this `name`")
	memory = flag.Bool("memory", true, "measure memory as well")
)

func main() {
	flag.Parse()
	fmt.Printf("%s %s/%s, %d CPUs; medians of %d rounds\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), *rounds)
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	for _, g := range bench.Groups() {
		if *only == "" || *only == g.Name {
			printGroup(w, g, measure(g))
		}
	}
	if *memory && *only == "" {
		printMemory(w)
	}
	w.Flush()
}

// measure returns the time for a unit of work, for each round and each case.
func measure(g bench.Group) [][]float64 {
	sizes := make([]int, len(g.Cases))
	for i, c := range g.Cases {
		sizes[i] = g.Size(c, *slice)
	}
	times := make([][]float64, *rounds)
	for r := range times {
		times[r] = make([]float64, len(g.Cases))
		for k := range g.Cases {
			i := (k + r) % len(g.Cases) // nobody is always first
			start := time.Now()
			g.Cases[i].Run(sizes[i])
			times[r][i] = float64(time.Since(start)) / float64(sizes[i])
		}
	}
	return times
}

// printGroup prints the median time of each case, and the median of how many
// times faster than the base it was within a round.
func printGroup(w *tabwriter.Writer, g bench.Group, times [][]float64) {
	base := slices.IndexFunc(g.Cases, func(c bench.Case) bool { return c.Name == g.Base })
	for i, c := range g.Cases {
		ns := median(times, func(round []float64) float64 { return round[i] })
		ratio := median(times, func(round []float64) float64 { return round[base] / round[i] })
		fmt.Fprintf(w, "%s\t%s\t%.1f\tns/%s\t%.2f×\n", g.Name, c.Name, ns, g.Unit, ratio)
	}
	fmt.Fprintln(w)
}

func median(times [][]float64, of func(round []float64) float64) float64 {
	values := make([]float64, len(times))
	for i, round := range times {
		values[i] = of(round)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func printMemory(w *tabwriter.Writer) {
	for _, p := range bench.Parkings {
		fmt.Fprintf(w, "Memory\t%s\t%.0f\tbytes\t(%d alive)\n", p.Name, p.Bytes(), p.Count)
	}
}
