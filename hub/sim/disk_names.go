package sim

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/going-green/greenlet/hub/file"
)

// The names on a disk: its directories, and what changes them.

// change is one of names, which happens as a whole.
type change struct {
	entries []entry
}

// entry is a name in a directory that is of a node from now on, or of none.
type entry struct {
	dir  *node
	name string
	is   *node
}

// find is what has a name.
func (d *Disk) find(name string) (*node, error) {
	n := d.root
	if name == "." {
		return n, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if !n.isDir() {
			return nil, syscall.ENOTDIR
		}
		if n = n.names[part]; n == nil {
			return nil, syscall.ENOENT
		}
	}
	return n, nil
}

// place is the directory that has a name, or would have, and the last part of it.
func (d *Disk) place(name string) (dir *node, last string, err error) {
	if dir, err = d.find(path.Dir(name)); err == nil && !dir.isDir() {
		err = syscall.ENOTDIR
	}
	return dir, path.Base(name), err
}

// change changes names.
func (d *Disk) change(entries ...entry) {
	for _, e := range entries {
		e.apply(e.dir.names)
	}
	d.journal = append(d.journal, change{entries})
}

func (e entry) apply(names map[string]*node) {
	if e.is == nil {
		delete(names, e.name)
	} else {
		names[e.name] = e.is
	}
}

// OpenFile is that of [file.System].
//
//greenlet:resumable
func (d *Disk) OpenFile(name string, flag int) (file.File, error) {
	if err := file.Check("open", name); err != nil {
		return nil, err
	}
	if err := d.begin(d.o.Access); err != nil {
		return nil, failedAt("open", name, err)
	}
	f, err := d.open(name, flag)
	if err != nil {
		return nil, failedAt("open", name, err)
	}
	return f, nil
}

func (d *Disk) open(name string, flag int) (*handle, error) {
	n, err := d.find(name)
	switch {
	case err == syscall.ENOENT && flag&os.O_CREATE != 0:
		dir, last, err := d.place(name)
		if err != nil {
			return nil, err
		}
		n = &node{name: name}
		d.change(entry{dir, last, n})
	case err != nil:
		return nil, err
	case flag&os.O_CREATE != 0 && flag&os.O_EXCL != 0:
		return nil, syscall.EEXIST
	case n.isDir():
		return nil, syscall.EISDIR
	}
	d.opened(n)
	if flag&os.O_TRUNC != 0 {
		d.truncate(n, 0)
	}
	return &handle{disk: d, node: n, name: name, flag: flag, life: d.host.life}, nil
}

// Mkdir is that of [file.System].
//
//greenlet:resumable
func (d *Disk) Mkdir(name string) error {
	if err := file.Check("mkdir", name); err != nil {
		return err
	}
	if err := d.begin(d.o.Access); err != nil {
		return failedAt("mkdir", name, err)
	}
	if _, err := d.find(name); err != syscall.ENOENT {
		if err == nil {
			err = syscall.EEXIST
		}
		return failedAt("mkdir", name, err)
	}
	dir, last, err := d.place(name)
	if err == nil {
		d.change(entry{dir, last, newDirectory(name)})
	}
	return failedAt("mkdir", name, err)
}

// Rename is that of [file.System].
//
//greenlet:resumable
func (d *Disk) Rename(from, to string) error {
	err := fs.ErrInvalid
	if fs.ValidPath(from) && fs.ValidPath(to) {
		if err = d.begin(d.o.Access); err == nil {
			err = d.rename(from, to)
		}
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

// rename looks at things in the order in which package os and Linux do.
func (d *Disk) rename(from, to string) error {
	old, err := d.find(to)
	if err == nil && old.isDir() {
		if _, err := d.find(from); err != nil {
			return err
		}
		return syscall.EEXIST
	}
	source, first, err := d.place(from)
	if err != nil {
		return err
	}
	dest, last, err := d.place(to)
	if err != nil {
		return err
	}
	n := source.names[first]
	switch {
	case from == ".":
		return syscall.EINVAL
	case n == nil:
		return syscall.ENOENT
	case n.isDir() && strings.HasPrefix(to, from+"/"):
		return syscall.EINVAL
	case old == n:
		return nil
	case old != nil && n.isDir():
		return syscall.ENOTDIR
	}
	d.change(entry{source, first, nil}, entry{dest, last, n})
	if old != nil {
		d.removed(old)
	}
	return nil
}

// Remove is that of [file.System].
//
//greenlet:resumable
func (d *Disk) Remove(name string) error {
	if err := file.Check("remove", name); err != nil {
		return err
	}
	err := d.begin(d.o.Access)
	if err == nil {
		err = d.remove(name)
	}
	return failedAt("remove", name, err)
}

func (d *Disk) remove(name string) error {
	n, err := d.find(name)
	switch {
	case err != nil:
		return err
	case name == ".":
		return syscall.EINVAL
	case n.isDir() && len(n.names) > 0:
		return syscall.ENOTEMPTY
	}
	dir, last, err := d.place(name)
	if err != nil {
		return err
	}
	d.change(entry{dir, last, nil})
	d.removed(n)
	return nil
}

// ReadDir is that of [file.System].
//
//greenlet:resumable
func (d *Disk) ReadDir(name string) ([]string, error) {
	if err := file.Check("open", name); err != nil {
		return nil, err
	}
	if err := d.begin(d.o.Access); err != nil {
		return nil, failedAt("open", name, err)
	}
	n, err := d.find(name)
	switch {
	case err != nil:
		return nil, failedAt("open", name, err)
	case !n.isDir():
		return nil, failedAt("open", name, syscall.ENOTDIR)
	}
	return slices.Sorted(maps.Keys(n.names)), nil
}

// SyncDir is that of [file.System].
//
//greenlet:resumable
func (d *Disk) SyncDir(name string) error {
	if err := file.Check("sync", name); err != nil {
		return err
	}
	n, err := d.find(name)
	if err == nil && !n.isDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return failedAt("open", name, err)
	}
	before := len(d.journal)
	if err = d.begin(d.o.Sync); err == nil {
		d.commit(n, before)
	}
	return failedAt("sync", name, err)
}
