package socket

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

//greenlet:resumable
func (n *notes) readsTwice(c *Conn) {
	c.SetReadDeadline(n.Now().Add(5 * time.Second))
	p := make([]byte, 10)
	for range 2 {
		k, err := c.Read(p)
		n.note("%q, %v", p[:k], err)
	}
}

// Where a descriptor is passed a read ends, with more behind it.
func TestDescriptorPassed(t *testing.T) {
	n := newNotes()
	a, b := n.pair(t, "unix")
	fd := a.Stream().(*sysStream).Fd()
	n.Go(n.newReadsTwiceFrame(b))
	n.AfterFunc(time.Millisecond, func() { // it waits
		require.NoError(t, unix.Sendmsg(fd, []byte("one"), unix.UnixRights(fd), nil, 0))
		_, err := a.TryWrite([]byte("two"))
		require.NoError(t, err)
	})
	n.expect(t, `"one", <nil>`, `"two", <nil>`)
}

// packets are ends for datagrams.
func (n *notes) packets(t *testing.T, count int) (ends []*PacketConn) {
	dir := t.TempDir()
	for i := range count {
		p, err := ListenPacket(n.Hub, "unixgram", filepath.Join(dir, fmt.Sprint(i)))
		require.NoError(t, err)
		t.Cleanup(func() { _ = p.Close() })
		ends = append(ends, p)
	}
	return ends
}

//greenlet:resumable
func (n *notes) receivesAll(c *PacketConn, last string) {
	n.Sleep(5 * time.Millisecond)
	p := make([]byte, 10)
	for string(p[:len(last)]) != last {
		if _, _, err := c.ReadFrom(p); err != nil {
			n.note("%v", err)
			return
		}
	}
	n.note("received")
}

//greenlet:resumable
func (n *notes) sendsLast(c, to *PacketConn) {
	c.SetWriteDeadline(n.Now().Add(5 * time.Second))
	_, err := c.WriteTo([]byte("last"), to.LocalAddr())
	n.note("sent: %v", err)
}

// Who sends to a socket whose queue others have filled is not told by the system when there
// is room, but that its own socket has some: at once, each time that it tries.
func TestUnixgramFullOfOthers(t *testing.T) {
	n := newNotes()
	ends := n.packets(t, 3)
	var err error
	for err == nil {
		_, err = ends[1].TryWriteTo([]byte("x"), ends[0].LocalAddr())
	}
	require.Equal(t, ErrWouldBlock, err)
	n.Go(n.newReceivesAllFrame(ends[0], "last"))
	n.Go(n.newSendsLastFrame(ends[2], ends[0]))
	require.NoError(t, n.Run(t.Context()))
	assert.ElementsMatch(t, []string{"received", "sent: <nil>"}, n.lines)
	assert.Less(t, n.Stats().Resumes, 100)
}

//greenlet:resumable
func (n *notes) sendsNothing(path string) {
	c, err := Dial(n.Hub, "unixgram", path)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	sent := 0
	for {
		if _, err = c.TryWrite([]byte("x")); err != nil {
			break
		}
		sent++
	}
	_, err = c.Write(nil)
	n.note("%v %v", sent, err)
}

//greenlet:resumable
func (n *notes) receivesNothing(c *PacketConn) {
	n.Sleep(5 * time.Millisecond)
	c.SetReadDeadline(n.Now().Add(time.Second))
	p := make([]byte, 10)
	for {
		k, _, err := c.ReadFrom(p)
		if k == 0 {
			n.note("received nothing: %v", err)
			return
		}
	}
}

// An empty datagram waits for room as any other.
func TestEmptyDatagramWaits(t *testing.T) {
	n := newNotes()
	ends := n.packets(t, 1)
	n.Go(n.newSendsNothingFrame(ends[0].LocalAddr().String()))
	n.Go(n.newReceivesNothingFrame(ends[0]))
	require.NoError(t, n.Run(t.Context()))
	require.Len(t, n.lines, 2)
	assert.Contains(t, n.lines, "received nothing: <nil>")
}
