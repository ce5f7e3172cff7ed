package analyzer

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/going-green/greenlet/internal/diag"
)

var testdata, _ = filepath.Abs("../testdata/analyzer")

// skipping is the analyzer without some checks.
func skipping(t *testing.T, codes ...diag.Code) *analysis.Analyzer {
	var list []string
	for _, c := range codes {
		list = append(list, string(c))
	}
	a := newAnalyzer()
	require.NoError(t, a.Flags.Set("skip", strings.Join(list, ",")))
	return a
}

// tolerant passes errors on, except those that say something.
type tolerant struct {
	*testing.T
	of []string
}

func (t tolerant) Errorf(format string, args ...any) {
	t.Helper()
	s := fmt.Sprintf(format, args...)
	if !slices.ContainsFunc(t.of, func(of string) bool { return strings.Contains(s, of) }) {
		t.Error(s)
	}
}

// ofDirectives report directives, in whose line no want can stand.
var ofDirectives = map[diag.Code]bool{
	diag.NeedlessDirective: true, diag.GeneratedMissing: true, diag.GeneratedStale: true, diag.NoGoGenerate: true,
	diag.GeneratedProtocol: true,
}

// TestChecks holds a package for each code to its want comments, and to its golden
// file if there are fixes. Facts have to be as wanted, but not all are. It is one
// run for all, as that type-checks what they import.
func TestChecks(t *testing.T) {
	packages := []string{"dep", "plaindep", "unconcerned", "companion-promoted/fine", "switch-in-plain/value", "unpredictable/unconcerned"}
	for _, c := range checks {
		if !ofDirectives[c.code] {
			packages = append(packages, string(c.code))
		}
	}
	a := skipping(t, diag.GeneratedMissing, diag.GeneratedStale, diag.NoGoGenerate)
	analysistest.RunWithSuggestedFixes(tolerant{t, []string{"unexpected fact"}}, testdata, a, packages...)
}

// TestDirectives is TestChecks for what is reported of directives.
func TestDirectives(t *testing.T) {
	for _, test := range []struct {
		code diag.Code
		want []string
	}{
		{diag.NeedlessDirective, []string{
			"p.go:11:1: add is annotated, but nothing in it can suspend; remove the directive [needless-directive]",
			"p.go:14:1: twice is annotated, but nothing in it can suspend; remove the directive [needless-directive]",
		}},
		{diag.GeneratedMissing, []string{
			"p.go:7:1: p.go has directives, but p_greenlet.go has not been generated; run go generate, or go tool greenlet [generated-missing]",
		}},
		{diag.GeneratedStale, []string{
			"p.go:7:1: p_greenlet.go was generated from another version of p.go; run go generate, or go tool greenlet [generated-stale]",
		}},
		{diag.GeneratedProtocol, []string{
			"p.go:4:2: newdep: newdep_greenlet.go was generated for protocol 9, and the runtime here runs protocol 1; go get github.com/going-green/greenlet@latest [generated-protocol]",
			"p.go:5:2: olddep: olddep_greenlet.go was generated for no protocol that it names, and the runtime here runs protocol 1; get a version of it that is generated anew [generated-protocol]",
			"p.go:6:2: olddep: olddep_greenlet.go was generated for no protocol that it names, and the runtime here runs protocol 1; get a version of it that is generated anew [generated-protocol]",
			"p.go:13:1: p_greenlet.go was generated for protocol 7, and the runtime here runs protocol 1; run go generate, or go tool greenlet [generated-protocol]",
		}},
		{diag.NoGoGenerate, []string{
			"p.go:7:1: the package has directives, but no line that runs the generator; add //go:generate go tool greenlet [no-go-generate]",
		}},
		{diag.DirectiveUnknown, []string{
			"p.go:3:1: unknown directive //greenlet:resumeable; the known directives are: //greenlet:resumable, for durable functions //greenlet:point and //greenlet:was, and for greenletvet //greenlet:allow [directive-unknown]",
		}},
	} {
		t.Run(string(test.code), func(t *testing.T) {
			var skip []diag.Code
			for code := range ofDirectives {
				if code != test.code {
					skip = append(skip, code)
				}
			}
			results := analysistest.RunWithSuggestedFixes(tolerant{t, []string{"unexpected fact", "unexpected diagnostic"}}, testdata, skipping(t, skip...), string(test.code))
			var got []string
			for _, d := range results[0].Diagnostics {
				at := results[0].Pass.Fset.Position(d.Pos)
				got = append(got, fmt.Sprintf("%s:%d:%d: %s", filepath.Base(at.Filename), at.Line, at.Column, d.Message))
			}
			assert.Equal(t, test.want, got)
		})
	}
}
