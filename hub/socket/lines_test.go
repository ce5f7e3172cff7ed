package socket

import (
	"testing"
	"time"
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
