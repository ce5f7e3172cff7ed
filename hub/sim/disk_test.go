package sim

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/file"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// uses does things at random, and notes what comes of them.
//
//greenlet:resumable
func uses(s file.System, r *rand.Rand, n int) (lines []string) {
	note := func(what string, args ...any) {
		lines = append(lines, what+": "+strings.TrimSuffix(fmt.Sprintln(args...), "\n"))
	}
	names := []string{"a", "b", "d", "d/a", "d/e", "d/e/f", "a/x", "..", "/a", "."}
	flags := []int{os.O_RDONLY, os.O_RDWR, os.O_RDWR | os.O_CREATE, os.O_WRONLY | os.O_CREATE | os.O_TRUNC, os.O_RDWR | os.O_CREATE | os.O_EXCL}
	var open []file.File
	for range n {
		name, to := names[r.IntN(len(names))], names[r.IntN(len(names))]
		switch what := r.IntN(14); {
		case what == 0:
			note("mkdir", name, s.Mkdir(name))
		case what == 1:
			note("rename", name, to, s.Rename(name, to))
		case what == 2 && name != ".":
			note("remove", name, s.Remove(name))
		case what == 3:
			list, err := s.ReadDir(name)
			note("list", list, err)
		case what == 4:
			note("sync", name, s.SyncDir(name))
		case what == 5:
			data, err := file.ReadFile(s, "a")
			note("all", string(data), err)
		case what == 6:
			note("replace", file.Replace(s, "a", []byte(fmt.Sprint("replaced ", r.IntN(100)))))
		case len(open) == 0 || what == 7:
			if list, err := s.ReadDir(name); err == nil {
				note("a directory", list)
				continue
			}
			f, err := s.OpenFile(name, flags[r.IntN(len(flags))])
			note("open", name, err)
			if err == nil {
				open = append(open, f)
			}
		default:
			f := open[r.IntN(len(open))]
			off := int64(r.IntN(2000) - 5)
			switch what {
			case 8:
				p := make([]byte, r.IntN(1500))
				m, err := f.ReadAt(p, off)
				note("read", m, err, string(p[:m]))
			case 9, 10:
				m, err := f.WriteAt([]byte(strings.Repeat(fmt.Sprint(r.IntN(1000)), r.IntN(300))), off)
				note("write", m, err)
			case 11:
				size, err := f.Size()
				note("size", size, err)
			case 12:
				note("truncate", f.Truncate(off))
			default:
				note("close", f.Sync(), f.Close())
			}
		}
	}
	for _, f := range open {
		f.Close()
	}
	return lines
}

// A disk without faults does as the operating system's, with the same errors.
func TestDiskConforms(t *testing.T) {
	for seed := range uint64(30) {
		real := hub.New()
		want := newUsesFrame(file.OS(real, t.TempDir()), rand.New(rand.NewPCG(seed, 0)), 300)
		real.Go(want)
		require.NoError(t, real.Run(t.Context()))

		n := newNotes(1, Options{})
		got := newUsesFrame(n.a.Disk(), rand.New(rand.NewPCG(seed, 0)), 300)
		n.a.Go(got)
		n.run(t)
		for i, line := range want.Results() {
			require.Equal(t, line, got.Results()[i], "seed %d, step %d", seed, i)
		}
	}
}

//greenlet:resumable
func writesAt(s file.System, name, text string, off int, sync bool) error {
	f, err := s.OpenFile(name, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte(text), int64(off)); err != nil {
		return err
	}
	if sync {
		return f.Sync()
	}
	return nil
}

//greenlet:resumable
func (n *notes) loses(what func(d *Disk), left *string) {
	d := n.a.Disk()
	what(d)
	n.a.LosePower()
	n.a.Restart()
	data, err := file.ReadFile(d, "f")
	*left = string(data)
	if err != nil {
		*left = err.Error()
	}
}

// left are the contents of f after a loss of power, by how many of some seeds have them.
func left(t *testing.T, what func(d *Disk)) map[string]int {
	found := map[string]int{}
	for seed := range uint64(200) {
		n := newNotes(seed, Options{})
		var text string
		n.Go(n.newLosesFrame(what, &text))
		n.run(t)
		require.Empty(t, n.lines)
		found[text]++
	}
	return found
}

const absent = "open f: no such file or directory"

// powerLoss is something that is true of a disk, and that programs get wrong.
type powerLoss struct {
	trap string
	what func(d *Disk)
	want []string // what may be left
}

//greenlet:resumable
func powerLosses() []powerLoss {
	ok := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	made := func(d *Disk) {
		ok(writesAt(d, "f", "old", 0, true))
		ok(d.SyncDir("."))
	}
	return []powerLoss{
		{"what is synced stays", made, []string{"old"}},
		{"a file that is synced has no name before its directory is", func(d *Disk) { ok(writesAt(d, "f", "new", 0, true)) }, []string{"new", absent}},
		{"a name may be there without what was written", func(d *Disk) { ok(writesAt(d, "f", "new", 0, false)) }, []string{"new", "", absent}},
		{"a name that is synced says nothing of what was written", func(d *Disk) {
			ok(writesAt(d, "f", "new", 0, false))
			ok(d.SyncDir("."))
		}, []string{"new", ""}},
		{"what is not synced may be lost", func(d *Disk) { made(d); ok(writesAt(d, "f", "new", 0, false)) }, []string{"old", "new"}},
		{"newer may stay without older", func(d *Disk) {
			made(d)
			ok(writesAt(d, "f", "1", 0, false))
			ok(writesAt(d, "f", "2", sector, false))
		}, []string{"old", "1ld", "old" + strings.Repeat("\x00", sector-3) + "2", "1ld" + strings.Repeat("\x00", sector-3) + "2"}},
		{"a sector is as it was in memory", func(d *Disk) {
			made(d)
			ok(writesAt(d, "f", "1", 0, false))
			ok(writesAt(d, "f", "2", 1, false))
		}, []string{"old", "1ld", "12d"}},
		{"a rename is all or nothing", func(d *Disk) {
			made(d)
			ok(writesAt(d, "g", "new", 0, true))
			ok(d.Rename("g", "f"))
		}, []string{"old", "new"}},
		{"a rename does not wait for what was written", func(d *Disk) {
			made(d)
			ok(writesAt(d, "g", "new", 0, false))
			ok(d.Rename("g", "f"))
			ok(d.SyncDir("."))
		}, []string{"", "new"}},
		{"to replace is all of that", func(d *Disk) { made(d); ok(file.Replace(d, "f", []byte("new"))) }, []string{"new"}},
		{"a file that was removed may be back", func(d *Disk) { made(d); ok(d.Remove("f")) }, []string{"old", absent}},
		{"or not", func(d *Disk) { made(d); ok(d.Remove("f")); ok(d.SyncDir(".")) }, []string{absent}},
		{"a directory is as durable as its own name", func(d *Disk) {
			made(d)
			ok(d.Mkdir("d"))
			ok(d.Rename("f", "d/f"))
			ok(d.SyncDir("d"))
			if _, err := file.ReadFile(d, "f"); !errors.Is(err, fs.ErrNotExist) {
				panic(err)
			}
		}, []string{absent}},
	}
}

func TestLosePower(t *testing.T) {
	for _, test := range powerLosses() {
		t.Run(test.trap, func(t *testing.T) {
			var got []string
			for text := range left(t, test.what) {
				got = append(got, text)
			}
			assert.ElementsMatch(t, test.want, got)
		})
	}
}

//greenlet:resumable
func writesMuch(d *Disk) {
	if err := writesAt(d, "f", strings.Repeat("x", 8*sector), 0, false); err != nil || d.SyncDir(".") != nil {
		panic(err)
	}
}

// A write of many sectors may be there in part.
func TestTornWrite(t *testing.T) {
	torn := 0
	for text := range left(t, writesMuch) {
		if n := strings.Count(text, "x"); n > 0 && n < 8*sector {
			torn++
			for at := 0; at < len(text); at += sector {
				assert.Contains(t, []int{0, sector}, strings.Count(text[at:at+sector], "x"))
			}
		}
	}
	assert.Greater(t, torn, 10)
}

//greenlet:resumable
func (n *notes) syncsAgain() {
	d := n.a.Disk()
	f := must(d.OpenFile("f", os.O_RDWR|os.O_CREATE))
	must(f.WriteAt([]byte("old"), 0))
	n.note("%v %v", f.Sync(), d.SyncDir("."))
	d.SetOptions(DiskOptions{FailSync: 1})
	must(f.WriteAt([]byte("new"), 0))
	n.note("%v", f.Sync())
	d.SetOptions(DiskOptions{})
	n.note("%v", f.Sync())
	p := make([]byte, 3)
	must(f.ReadAt(p, 0))
	n.note("%s", p)
	n.a.LosePower()
	n.a.Restart()
	n.note("%s", must(file.ReadFile(d, "f")))
}

// After a sync that fails the next one does not, can be read what was written, and yet it is gone.
func TestFsyncgate(t *testing.T) {
	ends := map[string]int{}
	for seed := range uint64(50) {
		n := newNotes(seed, Options{})
		n.Go(n.newSyncsAgainFrame())
		n.run(t)
		for i, want := range []string{"<nil> <nil>", "sync f: input/output error", "<nil>", "new"} {
			assert.True(t, strings.HasSuffix(n.lines[i], " "+want), n.lines[i])
		}
		_, end, _ := strings.Cut(n.lines[4], " ")
		ends[end]++
	}
	assert.Len(t, ends, 2)
	assert.Greater(t, ends["old"], 10)
	assert.Greater(t, ends["new"], 10)
}

//greenlet:resumable
func (n *notes) evicts() {
	d := n.a.Disk()
	d.SetOptions(DiskOptions{FailSync: 1})
	f := must(d.OpenFile("f", os.O_RDWR|os.O_CREATE))
	must(f.WriteAt([]byte("new"), 0))
	f.Sync()
	f.Close()
	n.a.Crash()
	n.a.Restart()
	n.note("%q", must(file.ReadFile(d, "f")))
}

// What a failed sync has not written may go while the machine is up.
func TestEvict(t *testing.T) {
	ends := map[string]int{}
	for seed := range uint64(50) {
		n := newNotes(seed, Options{})
		n.Go(n.newEvictsFrame())
		n.run(t)
		ends[n.lines[0][strings.IndexByte(n.lines[0], ' '):]]++
	}
	assert.Len(t, ends, 2)
	assert.Greater(t, ends[` ""`], 5)
}

//greenlet:resumable
func (n *notes) fillsUp() {
	d := n.a.Disk()
	d.SetOptions(DiskOptions{Size: 1000})
	f := must(d.OpenFile("f", os.O_RDWR|os.O_CREATE))
	m, err := f.WriteAt(make([]byte, 1500), 0)
	n.note("%d %v %v", m, err, errors.Is(err, syscall.ENOSPC))
	n.note("%v", f.Truncate(600))
	n.note("%v", writesAt(d, "g", "x", 300, false))
	g := must(d.OpenFile("g", os.O_RDWR))
	n.note("%v %v", d.Remove("g"), f.Truncate(1000))
	n.note("%v %v", g.Close(), f.Truncate(1000))
	n.a.Crash()
	n.note("%v", f.Truncate(0))
	_, err = d.OpenFile("f", os.O_RDONLY)
	n.note("%v", err)
	n.a.Restart()
	n.note("%v", f.Close())
	n.note("%v", writesAt(d, "g", "x", 0, false))
	d.SetOptions(DiskOptions{FailWrite: 1, FailRead: 1})
	f = must(d.OpenFile("f", os.O_RDWR))
	_, err = f.WriteAt([]byte("x"), 0)
	n.note("%v", err)
	_, err = f.ReadAt(make([]byte, 1), 0)
	n.note("%v", err)
	d.SetOptions(DiskOptions{Full: 1})
	m, err = f.WriteAt(make([]byte, 100), 0)
	n.note("%v %v", m < 100, err)
}

// A disk has room for as much as it has, files that are open and have no name included. It fails as it
// is told, and what was open before a crash is not.
func TestDiskFails(t *testing.T) {
	n := newNotes(1, Options{})
	n.Go(n.newFillsUpFrame())
	n.run(t)
	for i, line := range n.lines {
		_, n.lines[i], _ = strings.Cut(line, " ")
	}
	assert.Equal(t, []string{
		"1000 write f: no space left on device true", "<nil>", "<nil>",
		"<nil> truncate f: no space left on device", "<nil> <nil>", "truncate f: file already closed",
		"open f: input/output error", "close f: file already closed", "write g: no space left on device",
		"write f: input/output error", "read f: input/output error", "true write f: no space left on device",
	}, n.lines)
}

//greenlet:resumable
func (n *notes) rots() {
	d := n.a.Disk()
	if err := file.Replace(d, "f", make([]byte, 1000)); err != nil {
		panic(err)
	}
	start := n.Now()
	d.SetOptions(DiskOptions{Rot: 1, Access: time.Second})
	data := must(file.ReadFile(d, "f"))
	bits := 0
	for _, b := range data {
		for ; b > 0; b &= b - 1 {
			bits++
		}
	}
	n.note("%d of %d bits, %v", bits, 8*len(data), n.Now().Sub(start) > 3*time.Second)
	_, err := must(d.OpenFile("f", os.O_RDONLY)).ReadAt(make([]byte, 1), 1000)
	n.note("%v", err == io.EOF)
}

// One bit of a file changes. To look takes its time.
func TestRot(t *testing.T) {
	n := newNotes(1, Options{})
	n.a.Go(n.newRotsFrame())
	n.run(t)
	require.Len(t, n.lines, 2)
	assert.Contains(t, n.lines[0], " 1 of 8000 bits, true")
	assert.Contains(t, n.lines[1], " true")
}
