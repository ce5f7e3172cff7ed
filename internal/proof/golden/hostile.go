package golden

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/proof/oracle"
	"github.com/going-green/greenlet/internal/proof/oracle/hostile"
)

var (
	hostilePart = flag.Uint("hostile-part", 16, "interfere with one in so many goldens; 1 is all")
	hostileRun  = flag.Int("hostile-switches", 12, "interfere at that many first switches of each golden, and at a few later ones")
)

// Hostile runs the cases in dir with each action of package hostile at each of
// their first switches and some later ones. Rewritten they must print what the
// oracle prints, and nothing may be left of them. Of a few, why says what stands
// in the way: by the name of the case, or name and action.
//
// It runs a part of the cases, always the same, unless -run selects one or
// -hostile-part says otherwise.
func Hostile(t *testing.T, dir string, why map[string]string) {
	h := &hostiles{
		batch:    newPart(t, dir, why, *hostilePart),
		binaries: map[bool]*oracle.Binary{},
		results:  map[string]*hostileResult{},
	}
	ctx := t.Context()
	programs, err := h.prepare(ctx, tempDir(t))
	require.NoError(t, err)
	for _, p := range programs {
		h.results[p.Name] = &hostileResult{}
	}
	each(programs, func(p oracle.Program) { h.interfere(ctx, p.Name, why) })
	for _, name := range h.names {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, h.outcomes[name].expectedErr, "oracle")
			require.NoError(t, h.outcomes[name].err)
			require.NoError(t, h.results[name].err)
			for _, fault := range h.results[name].faults {
				t.Error(fault)
			}
		})
	}
	t.Logf("%d programs, %d runs of each form", len(programs), h.runs.Load())
}

type hostiles struct {
	*batch
	binaries map[bool]*oracle.Binary // of the rewritten programs, and of the oracle's
	stateful map[string]bool         // those that can't run twice in a process
	results  map[string]*hostileResult
	runs     atomic.Int64
}

type hostileResult struct {
	err    error
	faults []string
}

// prepare builds the programs in both forms.
func (h *hostiles) prepare(ctx context.Context, dir string) ([]oracle.Program, error) {
	module := func(make func([]oracle.Program) (oracle.Files, error)) func([]oracle.Program) (oracle.Files, error) {
		return func(programs []oracle.Program) (oracle.Files, error) {
			files, err := make(programs)
			if err == nil {
				h.stateful, err = oracle.Hostile(files, programs)
			}
			return files, err
		}
	}
	loaded := h.good()
	err := h.generate(ctx, filepath.Join(dir, "generate"))
	if err != nil {
		return nil, err
	}
	var programs []oracle.Program
	for _, o := range loaded {
		programs = append(programs, o.unrewritten())
	}
	h.binaries[false], _, err = h.build(ctx, filepath.Join(dir, "oracle"), programs, module(oracle.Oracle),
		func(o *outcome, _ string, err error) { o.expectedErr, o.err = err, err })
	if err != nil {
		return nil, err
	}
	programs = nil
	for _, o := range h.good() {
		programs = append(programs, o.withGenerated())
	}
	rewritten := func(programs []oracle.Program) (oracle.Files, error) { return oracle.Rewritten(programs, h.root) }
	h.binaries[true], programs, err = h.build(ctx, filepath.Join(dir, "rewritten"), programs, module(rewritten),
		func(o *outcome, _ string, err error) { o.err = err })
	return programs, err
}

// interfere does with a program all that is to be done.
func (h *hostiles) interfere(ctx context.Context, name string, why map[string]string) {
	r := h.results[name]
	watched, err := h.compare(ctx, name, []string{hostile.Watch + ":0"})
	var switches, toPlain int
	if err == nil {
		_, last, _ := strings.Cut(watched[hostile.Watch+":0"], hostile.Mark+hostile.End)
		if _, scanErr := fmt.Sscan(last, &switches, &toPlain); scanErr != nil {
			err = fmt.Errorf("unless it is interfered with, it must end well:\n%s", watched[hostile.Watch+":0"])
		}
	}
	if err != nil {
		r.err = err
		return
	}
	var actions []string
	for _, action := range []string{hostile.Throw, hostile.Kill, hostile.Resume, hostile.Stop, hostile.Drop} {
		if why[name+" "+action] != "" {
			continue
		}
		n := switches
		if action == hostile.Stop || action == hostile.Drop {
			n = toPlain
		}
		for _, k := range spread(n, *hostileRun) {
			actions = append(actions, fmt.Sprint(action, ":", k))
		}
	}
	if _, err := h.compare(ctx, name, actions); err != nil {
		r.err = err
	}
}

// spread is the numbers from 1 to n, of which it leaves out some above first.
func spread(n, first int) []int {
	var list []int
	for k := 1; k <= min(n, first); k++ {
		list = append(list, k)
	}
	const rest = 4
	for i := 1; i <= rest && n > first; i++ {
		list = append(list, first+(n-first)*i/rest)
	}
	return slices.Compact(list)
}

// compare notes where the forms of a program differ, and returns what is
// printed by the oracle for each action.
func (h *hostiles) compare(ctx context.Context, name string, actions []string) (map[string]string, error) {
	h.runs.Add(int64(len(actions)))
	expected, err := h.run(ctx, false, name, actions)
	if err != nil {
		return nil, fmt.Errorf("oracle: %w", err)
	}
	printed, err := h.run(ctx, true, name, actions)
	if err != nil {
		return nil, fmt.Errorf("rewritten: %w", err)
	}
	r := h.results[name]
	for _, action := range slices.Sorted(maps.Keys(expected)) {
		if expected[action] != printed[action] {
			r.faults = append(r.faults, fmt.Sprintf("%s\n-- oracle --\n%s-- rewritten --\n%s", action, expected[action], printed[action]))
		}
	}
	return expected, nil
}

// chunk is how many actions a process does, in less than its timeout.
const chunk = 24

// particular is what the forms need not agree on: addresses, where an Exit comes from that is
// sent by the runtime, what it says of functions and their callers that only compiled code knows.
var particular = regexp.MustCompile(`0x[0-9a-f]{4,}|greenlet\.exit sent at [^ ,]+|the results of \S+ are not[^\n]*|or from another goroutine[^\n]*`)

// run does actions in as few processes as it can: one that dies from an action
// is followed by another.
func (h *hostiles) run(ctx context.Context, rewritten bool, name string, actions []string) (map[string]string, error) {
	printed := map[string]string{}
	for len(actions) > 0 {
		n := min(len(actions), chunk)
		if h.stateful[name] {
			n = 1
		}
		out, err := h.binaries[rewritten].Run(ctx, name, actions[:n]...)
		var lost *oracle.LostError
		if errors.As(err, &lost) && strings.Contains(h.outcomes[name].header, plainRuns) {
			err = nil
		}
		if err != nil {
			return nil, fmt.Errorf("%v: %w", actions[:n], err)
		}
		out = particular.ReplaceAllString(out, "…")
		sections := strings.Split(out, hostile.Mark+hostile.Begin)[1:]
		if len(sections) == 0 {
			return nil, errors.New(out)
		}
		for _, section := range sections {
			action, text, _ := strings.Cut(section, "\n")
			printed[action] = text
		}
		actions = actions[len(sections):]
	}
	return printed, nil
}
