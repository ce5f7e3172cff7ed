package rewrite

// Write makes changes to files: all of them, or none.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/rewrite/internal/load"
)

// A Change is a generated file that is written or removed, or would be.
type Change struct {
	Path     string
	Old, New []byte // nil if the file did not exist, or is removed
}

// changes compares what is generated with what is there. Files at remove go.
func changes(l *load.Loader, generated map[string][]byte, remove []string) []Change {
	var list []Change
	for _, path := range slices.Sorted(maps.Keys(generated)) {
		now := generated[path]
		old, exists := l.Text(path)
		switch {
		case !exists:
			list = append(list, Change{Path: path, New: now})
		case !bytes.Equal(old, now):
			list = append(list, Change{Path: path, Old: nonNil(old), New: now})
		}
	}
	for _, path := range remove {
		old, _ := l.Text(path)
		list = append(list, Change{Path: path, Old: nonNil(old)})
	}
	slices.SortFunc(list, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return list
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// writer makes changes in two steps. stage writes new files beside the old
// ones; a full disk, a read-only folder, or the user's Ctrl-C end here, with
// nothing changed. commit renames them, which takes next to no time and is not
// interrupted.
type writer struct {
	staged []staged
}

type staged struct {
	Change
	temp string // "" if the file is to be removed
	mode fs.FileMode
}

// write makes the changes. progress is called before each file is staged.
func write(ctx context.Context, changes []Change, progress func(path string)) error {
	var w writer
	defer w.clean()
	for _, c := range changes {
		progress(c.Path)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.stage(c); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return w.commit()
}

func (w *writer) stage(c Change) error {
	s := staged{Change: c, mode: 0o666} // less the umask
	info, err := os.Stat(c.Path)
	if err == nil {
		s.mode = info.Mode().Perm()
	}
	if c.New == nil {
		w.staged = append(w.staged, s)
		return nil
	}
	s.temp, err = writeTemp(c.Path, c.New, s.mode)
	if s.temp != "" {
		w.staged = append(w.staged, s)
	}
	return err
}

// writeTemp writes data to a new file in the directory of path, which the go
// command ignores for its name. It returns the file's name even if it could
// not write all of it.
func writeTemp(path string, data []byte, mode fs.FileMode) (string, error) {
	dir, base := filepath.Split(path)
	for {
		temp := dir + "." + base + "." + strconv.FormatUint(rand.Uint64(), 36) + ".tmp"
		f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", writeError(path, err)
		}
		_, err = f.Write(data)
		if err := errors.Join(err, f.Close()); err != nil {
			return temp, writeError(path, err)
		}
		return temp, nil
	}
}

// writeError names the file that the user knows, not the temporary one.
func writeError(path string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("cannot write %s: %w; nothing was changed", path, err)
}

// commit puts the new files in place of the old ones. Should one not go, those
// before it are put back.
func (w *writer) commit() error {
	for i := range w.staged {
		s := &w.staged[i]
		var err error
		if s.temp == "" {
			err = os.Remove(s.Path)
		} else if err = os.Rename(s.temp, s.Path); err == nil {
			s.temp = ""
		}
		if err == nil {
			continue
		}
		err = fmt.Errorf("cannot replace %s: %w", s.Path, err)
		for _, done := range w.staged[:i] {
			err = errors.Join(err, done.undo())
		}
		return err
	}
	return nil
}

// undo restores what was there before a change that has been made.
func (s *staged) undo() error {
	if s.Old == nil {
		return os.Remove(s.Path)
	}
	temp, err := writeTemp(s.Path, s.Old, s.mode)
	if err == nil {
		err = os.Rename(temp, s.Path)
	}
	if err != nil && temp != "" {
		_ = os.Remove(temp) // the error that matters is the first
	}
	return err
}

// clean removes the temporary files that were not renamed.
func (w *writer) clean() {
	for _, s := range w.staged {
		if s.temp != "" {
			_ = os.Remove(s.temp) // there is nobody left to tell
		}
	}
}
