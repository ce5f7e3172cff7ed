package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// writeTable writes a row for each case, in Markdown.
func writeTable(w io.Writer, rows []*row) error {
	var b strings.Builder
	b.WriteString("| work | unit | by | instructions |\n|---|---|---|---:|\n")
	written := map[*row]bool{}
	for _, first := range rows {
		for _, r := range rows {
			if r.group != first.group || written[r] {
				continue
			}
			written[r] = true
			way := r.way
			if r.ours {
				way = "**" + way + "**"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %.0f |\n", r.group, r.unit, way, r.instructions)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeBudget(rows []*row) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n", compiler())
	for _, r := range rows {
		fmt.Fprintf(&b, "%s\t%.1f\n", r.name(), r.instructions)
	}
	return os.WriteFile(budgetFile, b.Bytes(), 0o666)
}

// compiler is what the counts depend on besides the code.
func compiler() string { return runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH }

// readBudget is nil if the budget is that of another compiler.
func readBudget() (map[string]float64, error) {
	data, err := os.ReadFile(budgetFile)
	if err != nil {
		return nil, err
	}
	return parseBudget(string(data), compiler())
}

func parseBudget(text, compiler string) (map[string]float64, error) {
	first, text, _ := strings.Cut(text, "\n")
	if first != "# "+compiler {
		return nil, nil
	}
	budget := map[string]float64{}
	for line := range strings.Lines(text) {
		var err error
		name, n, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if budget[name], err = strconv.ParseFloat(n, 64); err != nil {
			return nil, fmt.Errorf("%s: %w", budgetFile, err)
		}
	}
	return budget, nil
}

// allowed is by how much a count may differ from the budget: 2 percent, and 2 instructions
// where that is less.
func allowed(budget float64) float64 { return max(0.02*budget, 2) }

// checkBudget compares each case with the budget.
func checkBudget(w io.Writer, rows []*row) error {
	budget, err := readBudget()
	if err != nil {
		return err
	}
	if budget == nil {
		fmt.Fprintf(w, "SKIPPED: the budget is not that of %s\n", compiler())
		return nil
	}
	return compare(w, rows, budget)
}

func compare(w io.Writer, rows []*row, budget map[string]float64) error {
	var errs []error
	for _, r := range rows {
		want, ok := budget[r.name()]
		delete(budget, r.name())
		switch off := r.instructions - want; {
		case !ok:
			errs = append(errs, fmt.Errorf("%s takes %.1f instructions a %s, and has no budget", r.name(), r.instructions, r.unit))
		case math.Abs(off) > allowed(want):
			errs = append(errs, fmt.Errorf("%s takes %.1f instructions a %s, where the budget has %.1f (%+.1f %%)", r.name(), r.instructions, r.unit, want, 100*off/want))
		}
	}
	for name := range budget {
		errs = append(errs, fmt.Errorf("%s has a budget, and is no case", name))
	}
	if len(errs) > 0 {
		return fmt.Errorf("%w\nif that is meant: go -C bench run ./instructions -update, and say why", errors.Join(errs...))
	}
	fmt.Fprintf(w, "%d cases take the instructions that the budget has\n", len(rows))
	return nil
}
