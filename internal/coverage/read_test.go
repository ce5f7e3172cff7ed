package coverage

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/cover"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cover.out")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	return path
}

// Two blocks of generated code with the same lines, no columns, and different numbers of
// statements: go tool cover refuses the profile.
func TestReadSamePlace(t *testing.T) {
	const text = `mode: count
a/b_greenlet.go:58.0,61.0 3 2
a/b_greenlet.go:58.0,61.0 2 1
a/b_greenlet.go:58.0,61.0 2 4
a/a.go:1.2,3.4 1 0
`
	path := write(t, text)
	_, err := cover.ParseProfiles(path)
	require.ErrorContains(t, err, "inconsistent NumStmt")
	profiles, err := Read(path)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, Write(&out, profiles))
	assert.Equal(t, `mode: count
a/a.go:1.2,3.4 1 0
a/b_greenlet.go:58.0,61.0 2 5
a/b_greenlet.go:58.0,61.0 3 2
`, out.String())
}

func TestReadFaults(t *testing.T) {
	for text, want := range map[string]string{
		"a.go:1.2,3.4 1 0\n":                                   "cover.out:1: this is no line of a profile",
		"mode: set\nmode: count\n":                             "cover.out:2: this is no line of a profile",
		"mode: set\na.go:1.2,3.4 1\n":                          "cover.out:2: this is no line of a profile",
		"mode: set\na.go:1.2,3.4 1 " + "9999999999999999999\n": "value out of range",
	} {
		_, err := Read(write(t, text))
		assert.ErrorContains(t, err, want)
	}
}
