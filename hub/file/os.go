package file

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/going-green/greenlet/hub"
)

//go:generate go tool greenlet

// OS is what a directory of the operating system has. Calls block goroutines of the hub's: see
// [hub.Block]. Errors have names as they were given, below the directory.
func OS(h *hub.Hub, dir string) System { return &directory{h, dir} }

type directory struct {
	hub  *hub.Hub
	path string
}

// at is the operating system's path of name.
func (d *directory) at(name string) string { return filepath.Join(d.path, filepath.FromSlash(name)) }

// named is err with names that are below the directory.
func named(err error, name, to string) error {
	var p *os.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return &os.PathError{Op: p.Op, Path: name, Err: p.Err}
	case errors.As(err, &l):
		return &os.LinkError{Op: l.Op, Old: name, New: to, Err: l.Err}
	}
	return err
}

// do calls f where it may block, if name is one.
//
//greenlet:resumable
func (d *directory) do(op, name string, f func(path string) error) error {
	if err := Check(op, name); err != nil {
		return err
	}
	err := hub.Block(d.hub, func() error { return f(d.at(name)) })
	return named(err, name, "")
}

//greenlet:resumable
func (d *directory) OpenFile(name string, flag int) (File, error) {
	var f *os.File
	err := d.do("open", name, func(path string) (err error) {
		if f, err = os.OpenFile(path, flag, 0o666); err != nil {
			return err
		}
		if i, err := f.Stat(); err != nil || i.IsDir() {
			f.Close()
			return cmp.Or(err, error(&os.PathError{Op: "open", Path: path, Err: syscall.EISDIR}))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &osFile{d.hub, name, f}, nil
}

//greenlet:resumable
func (d *directory) Mkdir(name string) error {
	return d.do("mkdir", name, func(path string) error { return os.Mkdir(path, 0o777) })
}

//greenlet:resumable
func (d *directory) Rename(from, to string) error {
	for _, name := range []string{from, to} {
		if Check("rename", name) != nil {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: os.ErrInvalid}
		}
	}
	err := hub.Block(d.hub, func() error { return os.Rename(d.at(from), d.at(to)) })
	return named(err, from, to)
}

//greenlet:resumable
func (d *directory) Remove(name string) error { return d.do("remove", name, os.Remove) }

//greenlet:resumable
func (d *directory) ReadDir(name string) (names []string, err error) {
	err = d.do("open", name, func(path string) error {
		entries, err := os.ReadDir(path)
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return err
	})
	return names, err
}

//greenlet:resumable
func (d *directory) SyncDir(name string) error {
	return d.do("sync", name, func(path string) error {
		f, err := os.Open(path + "/.") // which a file has not
		if err != nil {
			return err
		}
		if err = f.Sync(); runtime.GOOS == "windows" {
			err = nil // where a directory can't be synced, and need not
		}
		return errors.Join(err, f.Close())
	})
}

type osFile struct {
	hub  *hub.Hub
	name string
	f    *os.File
}

// count is what ReadAt and WriteAt return.
type count struct {
	n   int
	err error
}

//greenlet:resumable
func (f *osFile) ReadAt(p []byte, off int64) (int, error) {
	got := hub.Block(f.hub, func() (c count) {
		c.n, c.err = f.f.ReadAt(p, off)
		return c
	})
	return got.n, named(got.err, f.name, "")
}

//greenlet:resumable
func (f *osFile) WriteAt(p []byte, off int64) (int, error) {
	got := hub.Block(f.hub, func() (c count) {
		c.n, c.err = f.f.WriteAt(p, off)
		return c
	})
	return got.n, named(got.err, f.name, "")
}

//greenlet:resumable
func (f *osFile) Size() (int64, error) {
	var size int64
	err := hub.Block(f.hub, func() error {
		i, err := f.f.Stat()
		if err == nil {
			size = i.Size()
		}
		return err
	})
	return size, named(err, f.name, "")
}

//greenlet:resumable
func (f *osFile) Truncate(size int64) error {
	return named(hub.Block(f.hub, func() error { return f.f.Truncate(size) }), f.name, "")
}

//greenlet:resumable
func (f *osFile) Sync() error { return named(hub.Block(f.hub, f.f.Sync), f.name, "") }

//greenlet:resumable
func (f *osFile) Close() error { return named(hub.Block(f.hub, f.f.Close), f.name, "") }
