// Package file has what a program needs of a file system that keeps what it must not lose: a small part
// of package os, as an interface, and with errors and waits as they are. [OS] is the operating
// system's; package [github.com/going-green/greenlet/hub/sim] has disks that lose and break things.
//
// What is written is in memory until [File.Sync] has returned without an error; a name that was made,
// changed or removed until [System.SyncDir] has, of the directory that has it. Before that a machine that loses its power may
// have any part of it when it is up again, also what is newer without what is older. If Sync fails
// nothing is known about what was written before, and a later Sync that does not fail says nothing
// about it: Linux counts it as written. A program has to write it again, elsewhere at best, or to end
// and to look what is there.
// See Rebello and others: Can Applications Recover from fsync Failures?, 2020.
package file

import (
	"io"
	"io/fs"
	"os"
	"path"
)

// System is a directory, and all below it. Names are those of [fs.ValidPath]: relative, with
// slashes; "." is the directory itself. Errors are those of package os. All methods wait: they are
// for the tasks of the system's hub. What several do at the same time with one file is in any order.
type System interface {
	// OpenFile opens a file, by flags of package os: O_RDONLY, O_WRONLY or O_RDWR, and O_CREATE,
	// O_EXCL, O_TRUNC.
	OpenFile(name string, flag int) (File, error)
	Mkdir(name string) error
	// Rename gives a file or directory another name, and replaces the file that has it, all at once.
	Rename(from, to string) error
	// Remove removes a file, or a directory with nothing in it.
	Remove(name string) error
	// ReadDir returns the names in a directory, sorted.
	ReadDir(name string) ([]string, error)
	// SyncDir makes durable which names are in a directory: not in those below, nor what files contain.
	SyncDir(name string) error
}

// File is an open file.
type File interface {
	// ReadAt is that of [io.ReaderAt].
	ReadAt(p []byte, off int64) (int, error)
	// WriteAt is that of [io.WriterAt]. A file that is too short is extended by zeros. Less than
	// all may be written if there is an error.
	WriteAt(p []byte, off int64) (int, error)
	Size() (int64, error)
	Truncate(size int64) error
	// Sync makes durable what was written to the file before, by whomever.
	Sync() error
	// Close syncs nothing.
	Close() error
}

// ReadFile returns what a file contains.
//
//greenlet:resumable
func ReadFile(s System, name string) ([]byte, error) {
	f, err := s.OpenFile(name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	data := make([]byte, size)
	n, err := f.ReadAt(data, 0)
	if err == io.EOF {
		err = nil // it has become shorter
	}
	return data[:n], err
}

// Replace has a file contain data, durably: either that or what it contained before, whenever the
// power is lost. It writes another file, name with .tmp, and renames it.
//
//greenlet:resumable
func Replace(s System, name string, data []byte) error {
	if err := writeSynced(s, name+".tmp", data); err != nil {
		return err
	}
	if err := s.Rename(name+".tmp", name); err != nil {
		return err
	}
	return s.SyncDir(path.Dir(name))
}

//greenlet:resumable
func writeSynced(s System, name string, data []byte) (err error) {
	f, err := s.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	if _, err = f.WriteAt(data, 0); err != nil {
		return err
	}
	return f.Sync()
}

// Check is the error of a name that is none, as that of [fs.ValidPath], or nil. It is for who makes a System.
func Check(op, name string) error {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return nil
}
