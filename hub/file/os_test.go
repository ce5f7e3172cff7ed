package file

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/going-green/greenlet/hub"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable
func replaces(s System) (lines []string, errs []error) {
	errs = append(errs, Replace(s, "a", []byte("old")), s.Mkdir("d"), Replace(s, "d/a", []byte("new")), s.Rename("d/a", "a"))
	data, err := ReadFile(s, "a")
	lines = append(lines, string(data))
	errs = append(errs, err, s.SyncDir("d"), Replace(s, "e/a", nil), Replace(s, "../a", nil), s.Mkdir("/d"))
	_, err = s.OpenFile("d", os.O_RDONLY)
	return lines, append(errs, err)
}

// A program sees the directory only, and its names in errors.
func TestOS(t *testing.T) {
	h, dir := hub.New(), t.TempDir()
	frame := newReplacesFrame(OS(h, dir))
	h.Go(frame)
	require.NoError(t, h.Run(t.Context()))
	lines, errs := frame.Results()
	assert.Equal(t, []string{"new"}, lines)
	for _, err := range errs[:6] {
		assert.NoError(t, err)
	}
	assert.EqualError(t, errs[6], "open e/a.tmp: no such file or directory")
	assert.ErrorIs(t, errs[7], fs.ErrInvalid)
	assert.EqualError(t, errs[8], "mkdir /d: invalid argument")
	assert.EqualError(t, errs[9], "open d: is a directory")
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join(dir, "a"), filepath.Join(dir, "d")}, left)
}
