package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain makes the test binary stand in for the command.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"greenletvet": main})
}

func TestScript(t *testing.T) {
	repo, err := filepath.Abs("../..")
	require.NoError(t, err)
	tool, err := exec.LookPath("greenletvet")
	require.NoError(t, err)
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOROOT").Output()
	require.NoError(t, err)
	env := strings.Fields(string(out))
	testscript.Run(t, testscript.Params{
		Dir: "../../testdata/vet",
		Setup: func(e *testscript.Env) error {
			for i, name := range []string{"GOCACHE", "GOMODCACHE", "GOROOT"} {
				e.Setenv(name, env[i])
			}
			e.Setenv("GOPROXY", "off")
			e.Setenv("GOTOOLCHAIN", "local")
			e.Setenv("GOFLAGS", "-mod=mod")
			e.Setenv("VETTOOL", tool)
			sum, err := os.ReadFile(filepath.Join(repo, "go.sum"))
			if err != nil {
				return err
			}
			mod := "module example.com/m\n\ngo 1.26.0\n\nrequire github.com/going-green/greenlet v0.0.0\n\n" +
				"replace github.com/going-green/greenlet => " + repo + "\n"
			if err := os.WriteFile(filepath.Join(e.WorkDir, "go.mod"), []byte(mod), 0o666); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "go.sum"), sum, 0o666)
		},
	})
}

// TestExamples holds the examples to what the analyzer says.
func TestExamples(t *testing.T) {
	tool, err := exec.LookPath("greenletvet")
	require.NoError(t, err)
	out, err := exec.Command("go", "vet", "-vettool="+tool, "../../examples/...").CombinedOutput()
	assert.NoError(t, err)
	assert.Empty(t, string(out))
}
