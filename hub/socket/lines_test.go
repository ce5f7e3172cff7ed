package socket

import (
	"bytes"
	"testing"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/require"
)

// changesMind looks for the end of a line in vain, and then for something else.
//
//greenlet:resumable
func (l *log) changesMind(a, b *Conn) {
	a.WriteString("one;two")
	b.SetReadDeadline(l.Now().Add(time.Second))
	_, err := b.ReadLine()
	l.say("%v", err)
	b.SetReadDeadline(time.Time{})
	got, err := b.ReadUntil(";", 10)
	l.say("%q, %v", got, err)
	l.say("%v", l.WithTimeout(time.Second, func() { b.ReadLine() }))
	n, err := b.Read(make([]byte, 2))
	l.say("%d, %v", n, err)
	a.WriteString("\nthree\n")
	for range 2 {
		got, err = b.ReadLine()
		l.say("%q, %v", got, err)
	}
}

// Who gives up reading a line has another look at all that has come.
func TestLineGivenUp(t *testing.T) {
	l := newLog(nil)
	a, b := newMemory(l.Hub, 100)
	l.Go(l.newChangesMindFrame(NewConn(a), NewConn(b)))
	l.expect(t, "1s read memory b->a: i/o timeout", `1s "one;", <nil>`, "2s hub: timeout after 1s", "2s 2, <nil>",
		`2s "o", <nil>`, `2s "three", <nil>`)
}

//greenlet:resumable
func (l *log) keepsLine(a, b, c, d *Conn) {
	a.WriteString("secret\nmore")
	c.WriteString("public\n")
	line, _ := b.ReadLine()
	b.Close()
	d.ReadLine()
	l.say("%s", line)
}

// A line that was read outlives its connection, whatever others read.
func TestLineKept(t *testing.T) {
	l := newLog(nil)
	a, b := newMemory(l.Hub, 100)
	c, d := newMemory(l.Hub, 100)
	l.Go(l.newKeepsLineFrame(NewConn(a), NewConn(b), NewConn(c), NewConn(d)))
	l.expect(t, "0s secret")
}

//greenlet:resumable
func (l *log) readsLines(c *Conn, n int) {
	for range n {
		if _, err := c.ReadLine(); err != nil {
			l.say("%v", err)
		}
	}
	l.say("read")
}

//greenlet:resumable
func (l *log) readsAtOnce(c *Conn, n int) {
	for range n {
		if _, err := c.Read(make([]byte, 2)); err != nil {
			l.say("%v", err)
		}
	}
	l.say("read")
}

//greenlet:resumable
func (l *log) hasTurn() { l.say("another") }

// Who reads what has been read ahead never has to wait, and lets others have their turn.
func TestLinesGiveWay(t *testing.T) {
	const lines = 1000
	for _, reads := range []func(*log, *Conn, int) greenlet.Frame{
		func(l *log, c *Conn, n int) greenlet.Frame { return l.newReadsLinesFrame(c, n) },
		func(l *log, c *Conn, n int) greenlet.Frame { return l.newReadsAtOnceFrame(c, n) },
	} {
		l := newLog(nil)
		a, b := newMemory(l.Hub, 2*lines)
		c := NewConn(b)
		_, err := a.Write(bytes.Repeat([]byte("x\n"), lines))
		require.NoError(t, err)
		require.NoError(t, c.TryReadAhead())
		l.Go(reads(l, c, lines))
		l.Go(l.newHasTurnFrame())
		l.expect(t, "0s another", "0s read")
	}
}
