package sim

import (
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"github.com/going-green/greenlet/hub/file"
)

// DiskOptions say how a disk is. The zero value is one that works. Probabilities are from 0 to 1.
type DiskOptions struct {
	Size   int           // bytes that fit; 0 is any number
	Access time.Duration // that a read or write takes, and up to twice that; 0 is 20µs
	Sync   time.Duration // that a sync takes, and up to twice that; 0 is 1ms
	// FailSync is the probability that a sync fails, and so on: see the faults of the same names.
	FailSync, FailWrite, FailRead, Full, Rot float64
}

const (
	defaultAccess = 20 * time.Microsecond
	defaultSync   = time.Millisecond
)

func (o DiskOptions) check() DiskOptions {
	for _, p := range []float64{o.FailSync, o.FailWrite, o.FailRead, o.Full, o.Rot} {
		if !(p >= 0 && p <= 1) {
			panic(fmt.Sprintf("sim: a probability of %v", p))
		}
	}
	if o.Size < 0 || o.Access < 0 || o.Sync < 0 {
		panic("sim: options of a disk may not be negative")
	}
	if o.Access == 0 {
		o.Access = defaultAccess
	}
	if o.Sync == 0 {
		o.Sync = defaultSync
	}
	return o
}

// Disk is the disk of a host, with a cache: a [file.System]. What was written can be read at
// once. A sync makes it durable. Until then it is in memory, and written when the system likes,
// in any order.
//
// When the host loses its power, of each write that was not synced it is drawn whether it is there:
// one that was made later may be, without one that was made before. Sectors of 512 bytes are written as
// they were in memory, all at once. A larger write may be there in part. Names are in the order in which they were
// made, changed and removed, up to a point which is drawn: as of a journal. SyncDir makes those
// of a directory durable, and others as far as they have to do with them.
//
// Of a sync that fails it is drawn for each write whether it reached the disk. All count as written then, as on
// Linux since 4.13: they can be read, the next sync returns nil and does nothing about them, and they are gone with the power; or,
// as the memory is wanted for other things, when the file is opened again ([Evict]).
//
// A program that ends by [Host.Crash] loses no writes. What it has open is closed.
type Disk struct {
	host    *Host
	o       DiskOptions
	root    *node
	used    int
	journal []change
	forget  *chances // of names
	time    *chances // that operations take
	losses  *chances // of power
}

var _ file.System = (*Disk)(nil)

// node is a file or a directory.
type node struct {
	name string // by which it was made
	// Of a directory: names, and those that are durable. Never ranged over without an order.
	names, stored map[string]*node

	// Of a file.
	data    []byte // as it is read
	disk    []byte // what is durable
	pending []write
	lost    bool // a sync has failed: what is read is not durable, and never will be
	opens   int
	removed bool
	faults  map[Kind]*chances
}

// Disk is the host's disk. It is made, with nothing on it, if there is none yet.
func (h *Host) Disk() *Disk {
	if h.disk == nil {
		f := h.net.faults
		h.disk = &Disk{
			host: h, o: DiskOptions{}.check(), root: newDirectory("."),
			forget: f.chances(Forget, h.name+":"), time: f.chances("disk", h.name), losses: f.chances("losses", h.name),
		}
	}
	return h.disk
}

// SetOptions changes the disk from now on. It panics if the options make no sense.
func (d *Disk) SetOptions(o DiskOptions) { d.o = o.check() }

func newDirectory(name string) *node {
	return &node{name: name, names: map[string]*node{}, stored: map[string]*node{}}
}

func (n *node) isDir() bool { return n.names != nil }

// chances are those of a kind of fault of the file.
func (d *Disk) chances(n *node, k Kind) *chances {
	c := n.faults[k]
	if c == nil {
		c = d.host.net.faults.chances(k, d.host.name+":"+n.name)
		if n.faults == nil {
			n.faults = map[Kind]*chances{}
		}
		n.faults[k] = c
	}
	return c
}

// happens decides whether an operation on a file has a fault, of which the disk has the probability p.
func (d *Disk) happens(n *node, k Kind, p float64) bool {
	f := d.host.net.faults
	if hard := f.hard[k]; hard > p && (k != Rot || d.host.net.swarm.rotten == d.host) {
		p = hard
	}
	return d.chances(n, k).happens(p)
}

// begin is called before each operation. It takes a time.
//
//greenlet:resumable
func (d *Disk) begin(takes time.Duration) error {
	if err := d.usable(); err != nil {
		return err
	}
	d.time.n++
	takes += d.time.drawn(0).part(takes)
	if d.host.slow > 0 {
		takes += d.host.late()
	}
	if d.host.net.hub.Current() != nil {
		d.host.net.hub.Sleep(takes)
	}
	return d.usable()
}

// usable is the error of who may not use the disk: the host is down, or it was since the task began.
func (d *Disk) usable() error {
	n := d.host.net
	if o := n.tasks[n.hub.Current()]; d.host.down || o.host == d.host && o.life != d.host.life {
		return syscall.EIO
	}
	return nil
}

func failedAt(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}
