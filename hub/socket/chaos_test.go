//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// chaos is connections between tasks that are killed, closed, and run out of time at
// random.
type chaos struct {
	*hub.Hub
	random   *rand.Rand
	listener *Listener
	conns    []*Conn
	ends     int // of conversations
	wrong    int
}

//greenlet:resumable
func (x *chaos) talks(rounds int) {
	c, err := Dial(x.Hub, "tcp", x.listener.Addr().String())
	if err != nil {
		return
	}
	defer func() {
		c.Close()
		x.ends++
	}()
	x.conns = append(x.conns, c)
	sent := make([]byte, 1+x.random.IntN(1<<x.random.IntN(18)))
	for i := range sent {
		sent[i] = byte(i)
	}
	got := make([]byte, len(sent))
	for range rounds {
		c.SetDeadline(x.Now().Add(time.Duration(x.random.IntN(20)) * time.Millisecond))
		write := x.Go(x.newWritesAllFrame(c, sent))
		if _, err := c.ReadFull(got); err != nil {
			return
		}
		write.Join()
		if !bytes.Equal(got, sent) {
			x.wrong++
		}
	}
}

//greenlet:resumable
func (x *chaos) writesAll(c *Conn, p []byte) { _, _ = c.Write(p) }

//greenlet:resumable
func (x *chaos) echoes(c *Conn) {
	for c.WaitReadable() == nil {
		buf := make([]byte, 1+x.random.IntN(5000))
		n, err := c.Read(buf)
		if err == nil {
			_, err = c.Write(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

//greenlet:resumable
func (x *chaos) wreaks(s *Server, rounds, tasks int) {
	for range rounds {
		for range tasks {
			x.Go(x.newTalksFrame(3))
		}
		for range tasks {
			x.Sleep(time.Duration(x.random.IntN(1000)) * time.Microsecond)
			switch all := x.Tasks(); x.random.IntN(4) {
			case 0: // the first two are this one and the server
				if len(all) > 2 {
					all[2+x.random.IntN(len(all)-2)].Kill()
				}
			case 1:
				if len(x.conns) > 0 {
					x.conns[x.random.IntN(len(x.conns))].Close()
				}
			case 2:
				if len(x.conns) > 0 {
					x.conns[x.random.IntN(len(x.conns))].SetReadDeadline(x.Now())
				}
			}
		}
	}
	s.Stop(time.Second)
}

//greenlet:resumable
func (x *chaos) serves(s *Server) { _ = s.Serve() }

// Whatever happens to tasks and connections, what is read is what was written, all tasks
// end, and no descriptor is left.
func TestChaos(t *testing.T) {
	rounds := 10
	if testing.Short() {
		rounds = 2
	}
	free := lowestFree()
	x := &chaos{Hub: hub.New(), random: rand.New(rand.NewPCG(1, 2))}
	var err error
	x.listener, err = Listen(x.Hub, "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &Server{Listener: x.listener, Limit: 50}
	s.Handler = func(c *Conn) greenlet.Frame { return x.newEchoesFrame(c) }
	x.Go(x.newWreaksFrame(s, rounds, 30))
	x.Go(x.newServesFrame(s))
	x.OnError(func(_ *hub.Task, err *hub.PanicError) { t.Error(err) })
	require.NoError(t, x.Run(t.Context()))
	assert.Empty(t, x.Tasks())
	assert.Zero(t, x.wrong)
	assert.Positive(t, x.ends)
	assert.Zero(t, s.Len())
	assert.Equal(t, free, lowestFree())
}
