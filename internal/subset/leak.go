package subset

import (
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// leaks refuses plain functions that suspend and that resumable code calls. The
// message points at the suspension; the calls that lead to it follow.
func (k *checker) leaks() {
	for _, leak := range k.colors.Unannotated() {
		name := k.colors.Name(leak.Fn)
		does := "calls " + k.colors.Name(leak.At.Callee) + ", which is resumable,"
		if leak.At.Op != color.OpCall {
			does = "calls " + k.colors.Name(leak.At.Callee)
		}
		var related []diag.Related
		var plain []string
		caller, what := k.colors.Name(leak.Root.Obj), ", which is resumable, calls "
		for _, step := range leak.Path {
			callee := k.colors.Name(step.Callee)
			related = append(related, k.related(step.Pos, caller+what+callee))
			plain = append(plain, callee)
			caller, what = callee, " calls "
		}
		k.report(leak.At.Pos, diag.SwitchInPlain,
			name+" "+does+" but is not resumable, and resumable code calls it",
			"annotate "+list(plain)+" with //greenlet:resumable", related...)
	}
}

// list is "a", "a and b", "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
