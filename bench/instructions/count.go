package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/bench/peers"
	suite "github.com/going-green/greenlet/generated/bench"
)

// row is a case of a group.
type row struct {
	group, unit, way string
	ours             bool
	argv             []string // of a peer's program; the number of units is to follow
	instructions     float64
}

func (r *row) name() string { return r.group + "/" + r.way }

// peersToo are the cases that are not of greenlets, and are native code.
var peersToo = map[string]bool{"iter.Pull": true, "push-function": true, "by-hand": true, "plain": true}

// left are groups whose units depend on more than code: on channels, on other goroutines, or on
// how much memory a run has seen.
var left = map[string]bool{"Batch": true, "Feed": true, "Deep": true, "Recursion": true}

// walks are cases in which Go goes through a stack, which takes more and less from build to build:
// they have no budget.
var walks = map[string]bool{"Section/Yield": true, "Create/OnStack": true}

// cases are those that are counted; peers says whether those of others are.
func cases(others bool) (list []*row) {
	for _, g := range suite.Groups() {
		if left[g.Name] || strings.HasPrefix(g.Name, "Deep") && g.Name != "Deep100" {
			continue
		}
		for _, c := range g.Cases {
			if c.Ours && (others || !walks[g.Name+"/"+c.Name]) || others && peersToo[c.Name] {
				list = append(list, &row{group: g.Name, unit: g.Unit, way: c.Name, ours: c.Ours})
			}
		}
	}
	return list
}

// inCpp is what the program in C++20 does of the groups, by their names in small letters.
var inCpp = map[string]bool{"Generator": true, "Exchange": true, "Switch": true, "Ring": true, "Tree": true, "Fringe": true, "Deep100": true, "Call": true, "Create": true}

// peers are the cases of C++20, if its compiler is there, for groups that are counted.
func (c *counter) peers(ctx context.Context, dir string, rows []*row) (list []*row) {
	for _, p := range peers.All() {
		if p.Name != "C++20" {
			continue
		}
		p.Prepare(ctx, dir)
		if p.Missing() != nil {
			return nil
		}
		seen := map[string]bool{}
		for _, r := range rows {
			if !seen[r.group] && inCpp[r.group] {
				seen[r.group] = true
				list = append(list, &row{group: r.group, unit: r.unit, way: p.Name, argv: p.Command(strings.ToLower(r.group))})
			}
		}
	}
	return list
}

// counter counts by valgrind.
type counter struct{ program string }

// The beginning and the end of a run take a million instructions, and not always the same: the
// scheduler goes by time. The difference of two runs is to be of enough that this doesn't show.
const (
	short  = 10_000
	rough  = 40_000
	enough = 100e6
)

// count is the instructions of a unit.
func (c *counter) count(ctx context.Context, r *row) (float64, error) {
	first, err := c.total(ctx, r, short)
	if err != nil {
		return 0, err
	}
	long := rough
	second, err := c.total(ctx, r, long)
	if each := max((second-first)/(rough-short), 1); err == nil && second-first < enough {
		long = short + int(enough/each)
		second, err = c.total(ctx, r, long)
	}
	return (second - first) / float64(long-short), err
}

// total is the instructions of a run of n units.
func (c *counter) total(ctx context.Context, r *row, n int) (float64, error) {
	argv := append(r.argv[:len(r.argv):len(r.argv)], strconv.Itoa(n))
	if r.argv == nil {
		argv = []string{c.program, r.name(), strconv.Itoa(n)}
	}
	args := append([]string{"--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"}, argv...)
	cmd := exec.CommandContext(ctx, "valgrind", args...)
	cmd.Env = append(os.Environ(), "GOGC=off", "GOMAXPROCS=1")
	out, err := cmd.CombinedOutput()
	m := refs.FindSubmatch(out)
	if err != nil || m == nil {
		return 0, fmt.Errorf("%s: %w\n%s", r.name(), err, out)
	}
	return strconv.ParseFloat(strings.ReplaceAll(string(m[1]), ",", ""), 64)
}

var refs = regexp.MustCompile(`I *refs: *([\d,]+)`)
