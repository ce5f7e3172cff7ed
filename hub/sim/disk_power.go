package sim

import (
	"maps"
	"slices"
	"syscall"
)

// What a disk has made durable, and what is left when the power is gone.

// sector is how many bytes are written all at once.
const sector = 512

const (
	evicting = 0.5
	tearing  = 0.25
)

// write is one that no sync has made durable.
type write struct {
	n    int    // its number, of those to the file
	off  int    // where a sector begins; -1: the file was cut or extended to size
	data []byte // of whole sectors, as they were then, up to the end of the file
	size int
}

// write writes to n as it is read.
func (d *Disk) write(n *node, p []byte, off int) {
	d.resized(n, max(len(n.data), off+len(p)))
	copy(n.data[off:], p)
	c := d.chances(n, Forget)
	c.n++
	first, last := off/sector*sector, (off+len(p)+sector-1)/sector*sector
	n.pending = append(n.pending, write{n: c.n, off: first, data: slices.Clone(n.data[first:min(last, len(n.data))])})
}

func (d *Disk) truncate(n *node, size int) {
	d.resized(n, size)
	c := d.chances(n, Forget)
	c.n++
	n.pending = append(n.pending, write{n: c.n, off: -1, size: size})
}

func (d *Disk) resized(n *node, size int) {
	d.used += size - len(n.data)
	n.data = resize(n.data, size)
}

// written is the number of the last write to n.
func (d *Disk) written(n *node) int { return d.chances(n, Forget).n }

// store makes w durable.
func (n *node) store(w write) {
	if w.off < 0 {
		n.disk = resize(n.disk, w.size)
		return
	}
	n.disk = resize(n.disk, max(len(n.disk), w.off+len(w.data)))
	copy(n.disk[w.off:], w.data)
}

// sync makes durable, or not, what was written to n up to a number.
func (d *Disk) sync(n *node, upTo int) error {
	fails := d.happens(n, FailSync, d.o.FailSync)
	c := d.chances(n, FailSync)
	for len(n.pending) > 0 && n.pending[0].n <= upTo {
		w := n.pending[0]
		n.pending = n.pending[1:]
		if !fails || c.drawn(uint64(w.n)).float() < 0.5 {
			n.store(w)
		} else {
			n.lost = true
		}
	}
	if fails {
		return syscall.EIO
	}
	return nil
}

// evict forgets what is in memory only, and does not count as such.
func (d *Disk) evict(n *node) {
	data := slices.Clone(n.disk)
	for _, w := range n.pending {
		data = w.view(data)
	}
	d.used += len(data) - len(n.data)
	n.data, n.lost = data, false
}

// view is data with w in it.
func (w write) view(data []byte) []byte {
	f := node{disk: data}
	f.store(w)
	return f.disk
}

// commit makes the names in a directory durable that were changed among the first n changes, and
// those that have to do with them: the same names, or other names of the same files.
func (d *Disk) commit(dir *node, n int) {
	var keep, due []change
	nodes, names := map[*node]bool{}, map[entry]bool{}
	n = min(n, len(d.journal))
	for _, c := range slices.Backward(d.journal[:n]) {
		if !slices.ContainsFunc(c.entries, func(e entry) bool {
			return e.dir == dir || nodes[e.is] || names[entry{dir: e.dir, name: e.name}]
		}) {
			keep = append(keep, c)
			continue
		}
		due = append(due, c)
		for _, e := range c.entries {
			names[entry{dir: e.dir, name: e.name}] = true
			if e.is != nil {
				nodes[e.is] = true
			}
		}
	}
	for _, c := range slices.Backward(due) {
		c.store()
	}
	slices.Reverse(keep)
	d.journal = append(keep, d.journal[n:]...)
}

func (c change) store() {
	for _, e := range c.entries {
		e.apply(e.dir.stored)
	}
}

// losePower leaves on the disk what is durable, and of the rest what is drawn.
func (d *Disk) losePower() {
	d.losses.n++
	p := min(1, 1.5*d.losses.drawn(0).float())
	first := d.forget.n
	d.forget.n += len(d.journal)
	for i, c := range d.journal {
		if d.forget.decide(first+i+1, p) {
			break
		}
		c.store()
	}
	d.journal = nil
	d.off(d.root, p)
}

// off leaves in a directory, and below, what is durable. Each write is forgotten with the probability p.
func (d *Disk) off(dir *node, p float64) {
	dir.names = maps.Clone(dir.stored)
	for _, name := range slices.Sorted(maps.Keys(dir.names)) {
		n := dir.names[name]
		if n.isDir() {
			d.off(n, p)
			continue
		}
		forget, tear := d.chances(n, Forget), d.chances(n, Tear)
		for _, w := range n.pending {
			switch {
			case forget.decide(w.n, p):
			case len(w.data) > sector && tear.decide(w.n, tearing):
				n.storeTorn(w, tear)
			default:
				n.store(w)
			}
		}
		n.pending, n.lost, n.opens, n.removed = nil, false, 0, false
		n.data = slices.Clone(n.disk)
	}
}

// storeTorn makes some sectors of w durable.
func (n *node) storeTorn(w write, c *chances) {
	for at := 0; at < len(w.data); at += sector {
		if c.drawnOf(w.n, uint64(1+at/sector)).float() < 0.5 {
			n.store(write{off: w.off + at, data: w.data[at:min(at+sector, len(w.data))]})
		}
	}
}

// closeAll closes what the program had open in a directory, and below, and returns how many bytes there are.
func (d *Disk) closeAll(dir *node) (used int) {
	for _, name := range slices.Sorted(maps.Keys(dir.names)) {
		if n := dir.names[name]; n.isDir() {
			used += d.closeAll(n)
		} else {
			n.opens = 0
			used += len(n.data)
		}
	}
	return used
}
