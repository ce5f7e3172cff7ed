package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Header prints what the measurement is of.
func (r *Report) Header(w io.Writer) {
	m := r.Machine
	fmt.Fprintf(w, "%s/%s, %d CPUs", m.OS, m.Arch, m.CPUs)
	if m.CPU != "" {
		fmt.Fprintf(w, ", %s", m.CPU)
	}
	if m.Memory > 0 {
		fmt.Fprintf(w, ", %s", Bytes(float64(m.Memory)))
	}
	if m.Load != "" {
		fmt.Fprintf(w, ", load %s", m.Load)
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "Go: %s\n", r.Go)
	for _, p := range r.Peers {
		if p.Missing != "" {
			fmt.Fprintf(w, "%s: missing: %s\n", p.Name, p.Missing)
		} else {
			fmt.Fprintf(w, "%s: %s\n", p.Name, p.Version)
		}
	}
	fmt.Fprintf(w, "medians of %d rounds; * are greenlets, above 1× is slower or larger\n", r.Settings.Rounds)
}

// Table prints a group, best first. The ratio is to the row that has 1.
func (g *Group) Table(w io.Writer) {
	fmt.Fprintf(w, "\n%s: %s (%s)\n", g.Name, g.What, g.Unit)
	tab := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	for _, r := range g.Measured() {
		mark := " "
		if r.Ours {
			mark = "*"
		}
		allocs := ""
		if r.Allocs != nil {
			allocs = fmt.Sprintf("%.1f allocs", *r.Allocs)
		}
		fmt.Fprintf(tab, "  %s\t%s\t%s\t  %s\n", g.format(r.Median), ratio(r.Ratio), allocs, mark+" "+r.Label())
	}
	tab.Flush()
	for _, m := range g.Missing() {
		fmt.Fprintf(w, "  missing: %s\n", m)
	}
}

// Measured are the rows that have values, least first.
func (g *Group) Measured() []*Row {
	var rows []*Row
	for _, r := range g.Rows {
		if r.Missing == "" {
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b *Row) int { return cmp.Compare(a.Median, b.Median) })
	return rows
}

// Missing says which rows have no values, and why, a reason a line. Why a peer is
// absent is said with the peers, in the header.
func (g *Group) Missing() []string {
	who := map[string][]string{}
	var reasons []string
	for _, r := range g.Rows {
		if r.Missing == "" {
			continue
		}
		reason := r.Missing
		if r.Absent {
			reason = "not run"
		}
		if who[reason] == nil {
			reasons = append(reasons, reason)
		}
		who[reason] = append(who[reason], r.Label())
	}
	for i, reason := range reasons {
		reasons[i] = strings.Join(who[reason], ", ") + ": " + reason
	}
	return reasons
}

// format writes a value of the group's unit.
func (g *Group) format(v float64) string {
	switch g.Unit {
	case "bytes":
		return Bytes(v)
	case "ns":
		return duration(v)
	}
	return digits(v)
}

// digits writes two or three significant digits.
func digits(v float64) string {
	switch {
	case v < 10:
		return fmt.Sprintf("%.1f", v)
	case v < 1e6:
		return thousands(fmt.Sprintf("%.0f", v))
	}
	return fmt.Sprintf("%.2g", v)
}

// Count writes a whole number.
func Count(n int) string { return thousands(fmt.Sprint(n)) }

// thousands puts commas into a whole number.
func thousands(s string) string {
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func ratio(v float64) string {
	switch {
	case v == 0:
		return "" // there is no base
	case v < 10:
		return fmt.Sprintf("%.2f×", v)
	}
	return digits(v) + "×"
}

// Bytes writes a number of bytes.
func Bytes(v float64) string {
	units := []string{"B", "KB", "MB", "GB"}
	i := 0
	for v >= 10_000 && i < len(units)-1 {
		v /= 1024
		i++
	}
	return thousands(fmt.Sprintf("%.0f", v)) + " " + units[i]
}

// duration writes nanoseconds.
func duration(ns float64) string {
	switch {
	case ns < 10_000:
		return digits(ns) + " ns"
	case ns < 10_000_000:
		return digits(ns/1e3) + " µs"
	}
	return digits(ns/1e6) + " ms"
}
