package rewrite

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// changesIn are one change of each kind.
func changesIn(t *testing.T) (dir string, changes []Change) {
	dir = t.TempDir()
	file := func(name, data string) string {
		path := filepath.Join(dir, name)
		if data != "" {
			require.NoError(t, os.WriteFile(path, []byte(data), 0o640))
		}
		return path
	}
	return dir, []Change{
		{Path: file("created.go", ""), New: []byte("1")},
		{Path: file("removed.go", "2"), Old: []byte("2")},
		{Path: file("replaced.go", "3"), Old: []byte("3"), New: []byte("33")},
		{Path: file("last.go", "4"), Old: []byte("4"), New: []byte("44")},
	}
}

func contents(t *testing.T, dir string) map[string]string {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	m := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		m[e.Name()] = string(data)
	}
	return m
}

func TestWrite(t *testing.T) {
	dir, changes := changesIn(t)
	require.NoError(t, write(t.Context(), changes, func(string) {}))
	require.Equal(t, map[string]string{"created.go": "1", "replaced.go": "33", "last.go": "44"}, contents(t, dir))
	info, err := os.Stat(filepath.Join(dir, "replaced.go"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode())
}

// Whenever it is interrupted, all is as before.
func TestWriteInterrupted(t *testing.T) {
	for n := range 4 {
		dir, changes := changesIn(t)
		before := contents(t, dir)
		ctx, cancel := context.WithCancel(t.Context())
		i := 0
		err := write(ctx, changes, func(string) {
			if i++; i > n {
				cancel()
			}
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, before, contents(t, dir))
	}
}

// If a file can't be replaced at the last moment, those before it are put
// back.
func TestWriteUndo(t *testing.T) {
	dir, changes := changesIn(t)
	before := contents(t, dir)
	var w writer
	for _, c := range changes {
		require.NoError(t, w.stage(c))
	}
	require.NoError(t, os.Remove(w.staged[3].temp))
	require.ErrorContains(t, w.commit(), "cannot replace "+changes[3].Path)
	w.clean()
	require.Equal(t, before, contents(t, dir))
}

func TestWriteError(t *testing.T) {
	dir, changes := changesIn(t)
	before := contents(t, dir)
	changes = append(changes, Change{Path: filepath.Join(dir, "none", "x.go"), New: []byte("5")})
	err := write(t.Context(), changes, func(string) {})
	require.EqualError(t, err, "cannot write "+filepath.Join(dir, "none", "x.go")+": no such file or directory; nothing was changed")
	require.Equal(t, before, contents(t, dir))
}
