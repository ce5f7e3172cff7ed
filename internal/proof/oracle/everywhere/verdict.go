package everywhere

import (
	"fmt"
	"slices"
	"strings"
)

// A Kind is what has become of a test.
type Kind string

const (
	// Same: it prints and exits as the original does.
	Same Kind = "same"
	// Refused: there is a diagnostic, and nothing could be left plain to make it
	// go away. The detail is its code.
	Refused Kind = "refused"
	// Unsuitable: what it does depends on more than what it says. The detail
	// says on what.
	Unsuitable Kind = "not-applicable"
	// Differs: a fault of the rewriter, or of the instrumenting. The detail says
	// how it shows.
	Differs Kind = "differs"
)

// A Verdict is what is said of a test.
type Verdict struct {
	Path   string
	Kind   Kind
	Detail string // one line
	Report string // all that is known, for those that differ

	Functions, Resumable, Suspensions int // of those that are the same
}

func (v *Verdict) String() string {
	return strings.TrimSpace(v.Path + " " + string(v.Kind) + " " + v.Detail)
}

func (v *Verdict) differs(detail, report string) {
	v.Kind, v.Detail, v.Report = Differs, detail, report
}

// List is the verdicts as they are on file: one a line, by path.
func List(verdicts []*Verdict) string {
	var lines []string
	for _, v := range verdicts {
		lines = append(lines, v.String()+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// Summary counts verdicts.
func Summary(verdicts []*Verdict) string {
	counts := map[string]int{}
	functions, resumable, suspensions := 0, 0, 0
	for _, v := range verdicts {
		key := string(v.Kind)
		if v.Detail != "" {
			key += " " + v.Detail
		}
		counts[key]++
		functions += v.Functions
		resumable += v.Resumable
		suspensions += v.Suspensions
	}
	var lines []string
	for key, n := range counts {
		lines = append(lines, fmt.Sprintf("%5d %s\n", n, key))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(b, a) })
	return fmt.Sprintf("%d tests; %d of %d functions of those that are the same suspend, %d times\n%s",
		len(verdicts), resumable, functions, suspensions, strings.Join(lines, ""))
}
