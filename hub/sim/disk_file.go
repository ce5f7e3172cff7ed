package sim

import (
	"errors"
	"io"
	"os"
	"slices"
	"syscall"
)

// handle is an open file.
type handle struct {
	disk   *Disk
	node   *node
	name   string // by which it was opened
	flag   int
	life   int // of the host
	closed bool
}

// begin is called before each operation on an open file.
//
//greenlet:resumable
func (f *handle) begin() error {
	if err := f.open(); err != nil {
		return err
	}
	if err := f.disk.begin(f.disk.o.Access); err != nil {
		return err
	}
	return f.open()
}

// open is the error of a file that is not.
func (f *handle) open() error {
	if f.closed || f.life != f.disk.host.life {
		return os.ErrClosed
	}
	return nil
}

const access = os.O_RDONLY | os.O_WRONLY | os.O_RDWR

var errNegative = errors.New("negative offset")

// ReadAt is that of [file.File].
//
//greenlet:resumable
func (f *handle) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, failedAt("readat", f.name, errNegative)
	}
	if len(p) == 0 {
		return 0, nil // as of package os, which asks nobody then
	}
	if err := f.begin(); err != nil {
		return 0, failedAt("read", f.name, err)
	}
	switch {
	case f.flag&access == os.O_WRONLY:
		return 0, failedAt("read", f.name, syscall.EBADF)
	case f.disk.happens(f.node, FailRead, f.disk.o.FailRead):
		return 0, failedAt("read", f.name, syscall.EIO)
	}
	n := copy(p, f.node.data[min(off, int64(len(f.node.data))):])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt is that of [file.File].
//
//greenlet:resumable
func (f *handle) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, failedAt("writeat", f.name, errNegative)
	}
	if len(p) == 0 {
		return 0, nil // as of package os, which asks nobody then
	}
	if err := f.begin(); err != nil {
		return 0, failedAt("write", f.name, err)
	}
	d, n := f.disk, f.node
	if f.flag&access == os.O_RDONLY {
		return 0, failedAt("write", f.name, syscall.EBADF)
	}
	if d.happens(n, FailWrite, d.o.FailWrite) {
		return 0, failedAt("write", f.name, syscall.EIO)
	}
	fits := len(p)
	if d.happens(n, Full, d.o.Full) {
		fits = d.chances(n, Full).drawn(1).below(fits)
	}
	if more := int(off) + fits - len(n.data); d.o.Size > 0 && more > d.o.Size-d.used {
		fits = max(0, fits-(more-(d.o.Size-d.used)))
	}
	if fits > 0 {
		d.write(n, p[:fits], int(off))
	}
	if fits < len(p) {
		return fits, failedAt("write", f.name, syscall.ENOSPC)
	}
	return fits, nil
}

// Size is that of [file.File].
//
//greenlet:resumable
func (f *handle) Size() (int64, error) {
	if err := f.begin(); err != nil {
		return 0, failedAt("stat", f.name, err)
	}
	return int64(len(f.node.data)), nil
}

// Truncate is that of [file.File].
//
//greenlet:resumable
func (f *handle) Truncate(size int64) error {
	err := f.begin()
	switch d := f.disk; {
	case err != nil:
	case size < 0 || f.flag&access == os.O_RDONLY:
		err = syscall.EINVAL
	case d.o.Size > 0 && int(size)-len(f.node.data) > d.o.Size-d.used:
		err = syscall.ENOSPC
	default:
		d.truncate(f.node, int(size))
	}
	return failedAt("truncate", f.name, err)
}

// Sync is that of [file.File].
//
//greenlet:resumable
func (f *handle) Sync() error {
	err := f.open()
	if err == nil {
		before := f.disk.written(f.node)
		if err = f.disk.begin(f.disk.o.Sync); err == nil {
			if err = f.open(); err == nil {
				err = f.disk.sync(f.node, before)
			}
		}
	}
	return failedAt("sync", f.name, err)
}

// Close is that of [file.File].
//
//greenlet:resumable
func (f *handle) Close() error {
	if err := f.open(); err != nil {
		return failedAt("close", f.name, err)
	}
	f.closed = true
	f.node.opens--
	f.disk.frees(f.node)
	return nil
}

// opened is called when n is opened once more.
func (d *Disk) opened(n *node) {
	n.opens++
	if n.opens > 1 {
		return
	}
	if n.lost && d.chances(n, Evict).happens(evicting) {
		d.evict(n)
	}
	if len(n.disk) > 0 && len(n.pending) == 0 && d.happens(n, Rot, d.o.Rot) {
		at := d.chances(n, Rot).drawn(1)
		d.flip(n, at.below(len(n.disk)), at.mixed().below(8))
	}
}

// flip changes a bit.
func (d *Disk) flip(n *node, at, bit int) {
	n.disk[at] ^= 1 << bit
	if at < len(n.data) {
		n.data[at] ^= 1 << bit
	}
	d.host.net.hub.Tracef("disk of %s has bit %d of byte %d of %s rot", d.host.name, bit, at, n.name)
}

// removed is called when n has no name any more.
func (d *Disk) removed(n *node) {
	n.removed = true
	d.frees(n)
}

// frees gives the room of n back if nobody can use it any more.
func (d *Disk) frees(n *node) {
	if n.removed && n.opens == 0 {
		d.used -= len(n.data)
		n.data = nil
	}
}

// resize is data with a length, with zeros where it was shorter.
func resize(data []byte, size int) []byte {
	if size <= len(data) {
		return data[:size]
	}
	old := len(data)
	data = slices.Grow(data, size-old)[:size]
	clear(data[old:])
	return data
}
