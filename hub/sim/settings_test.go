package sim

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// childVariable has TestFlags be what another process of it runs.
const childVariable = "GREENLET_TEST_SIM_CHILD"

// child runs TestFlags in a process with flags and variables, and returns what it prints.
func child(t *testing.T, flags, variables []string) (out string, ok bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-test.run=^TestFlags$", "-test.v"}, flags...)...)
	cmd.Env = append(append(os.Environ(), childVariable+"=1"), variables...)
	text, err := cmd.CombinedOutput()
	return string(text), err == nil
}

// Who runs tests says which seeds run, by flags or the environment, and flags are stronger.
func TestFlags(t *testing.T) {
	if os.Getenv(childVariable) != "" {
		s := Simulation{Workers: 1, Start: func(n *Network) func() error {
			check := ordered.Start(n)
			return func() error { fmt.Println("a run"); return check() }
		}}
		if os.Getenv(childVariable) == "passes" {
			s = Simulation{Start: func(n *Network) func() error { return nil }}
		}
		s.Test(t, 20)
		return
	}
	f := ordered.Search(1, 20)
	require.NotNil(t, f)
	seed, faults := fmt.Sprint("-sim.seed=", f.Seed), "-sim.faults="+FormatFaults(f.Faults)
	dir := t.TempDir()
	trace, page := filepath.Join(dir, "trace"), filepath.Join(dir, "page")

	out, ok := child(t, nil, nil)
	assert.False(t, ok)
	assert.Contains(t, out, "-sim.seed="+fmt.Sprint(f.Seed))
	assert.NoFileExists(t, trace)

	for _, test := range []struct{ flags, variables []string }{
		{[]string{seed, faults, "-sim.trace=" + trace, "-sim.page=" + page}, nil},
		{nil, []string{"GREENLET_SIM_SEED=" + fmt.Sprint(f.Seed), "GREENLET_SIM_FAULTS=" + FormatFaults(f.Faults), "GREENLET_SIM_TRACE=" + trace, "GREENLET_SIM_PAGE=" + page}},
		{[]string{seed, faults}, []string{"GREENLET_SIM_SEED=12345", "GREENLET_SIM_FAULTS=none", "GREENLET_SIM_TRACE=" + trace, "GREENLET_SIM_PAGE=" + page}},
	} {
		out, ok := child(t, test.flags, test.variables)
		assert.False(t, ok)
		assert.Contains(t, out, fmt.Sprintf("seed %d, of 1 that were tried: %v", f.Seed, f.Err))
		got, err := os.ReadFile(trace)
		require.NoError(t, err)
		assert.Equal(t, f.Trace, string(got))
		assert.FileExists(t, page)
		require.NoError(t, os.Remove(trace))
		require.NoError(t, os.Remove(page))
	}

	out, ok = child(t, []string{seed, faults, "-sim.noise", "-sim.trace=" + trace}, nil)
	assert.False(t, ok)
	assert.Contains(t, out, "waits for time (sim/search_test.go:")

	// Nothing but what is asked for: a run, and another to compare it with.
	out, ok = child(t, []string{seed, "-sim.faults=none"}, nil)
	assert.True(t, ok, out)
	assert.Equal(t, 2, strings.Count(out, "a run\n"))
	assert.Contains(t, out, fmt.Sprintf("seed %d passes", f.Seed))

	passes := []string{childVariable + "=passes"}
	out, ok = child(t, []string{"-sim.seeds=7"}, passes)
	assert.True(t, ok, out)
	assert.Contains(t, out, "7 seeds pass")
	out, ok = child(t, []string{"-sim.seeds=7", "-sim.for=1h"}, passes)
	assert.True(t, ok, out)
	assert.Contains(t, out, "7 seeds pass")
	out, ok = child(t, []string{"-sim.for=1ms"}, passes)
	assert.True(t, ok, out)
	assert.Contains(t, out, "seeds pass")
	out, ok = child(t, nil, passes)
	assert.True(t, ok, out)
	assert.Contains(t, out, "20 seeds pass")

	for _, bad := range []struct{ flag, variable, want string }{
		{"-sim.seeds=0", "GREENLET_SIM_SEEDS=0", "0 seeds"},
		{"-sim.for=0s", "GREENLET_SIM_FOR=0s", "0s is no time to run"},
		{"-sim.seed=x", "GREENLET_SIM_SEED=x", "invalid syntax"},
		{"-sim.faults=x", "GREENLET_SIM_FAULTS=x", "ends in no number"},
		{"-sim.noise=x", "GREENLET_SIM_NOISE=x", "invalid syntax"},
		{"-sim.faults=none", "GREENLET_SIM_FAULTS=none", "-sim.faults without -sim.seed"},
	} {
		out, ok := child(t, []string{bad.flag}, passes)
		assert.False(t, ok)
		assert.Contains(t, out, bad.want)
		out, ok = child(t, nil, append([]string{bad.variable}, passes...))
		assert.False(t, ok)
		assert.Contains(t, out, bad.want)
	}
}

// A program that is no test has its flags to itself.
func TestFlagsOfPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	dir, err := os.MkdirTemp(".", "program") // below this directory, so that it is a part of this module
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(`package main

import (
	"flag"
	"fmt"

	"github.com/going-green/greenlet/hub/sim"
)

var seed = flag.Int("sim.seed", 7, "mine")

func main() {
	flag.Parse()
	flag.VisitAll(func(f *flag.Flag) { fmt.Println(f.Name, *seed) })
	_ = sim.Simulation{}
}
`), 0o666))
	out, err := exec.Command("go", "run", "./"+dir, "-sim.seed=3").CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, "sim.seed 3\n", string(out))
}
