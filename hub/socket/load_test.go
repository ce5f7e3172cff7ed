//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"bufio"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ledger is a server that writes down what it is told before it says so.
type ledger struct {
	server *Server
	told   map[string]int
}

//greenlet:resumable
func (l *ledger) keeps(c *Conn) {
	for c.WaitReadable() == nil {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		entry := string(line)
		c.Hub().Yield() // others come in between
		l.told[entry]++
		if _, err := c.WriteString(entry + "\n"); err != nil {
			return
		}
	}
}

//greenlet:resumable
func (l *ledger) serves(t *testing.T) { assert.NoError(t, l.server.Serve()) }

//greenlet:resumable
func (l *ledger) stops(t *testing.T, acknowledged *atomic.Int64) {
	for acknowledged.Load() < 2000 {
		l.server.hub().Sleep(time.Millisecond)
	}
	assert.Zero(t, l.server.Stop(10*time.Second))
}

func newLedger(h *hub.Hub, listener *Listener) *ledger {
	l := &ledger{told: map[string]int{}}
	l.server = &Server{Listener: listener, Handler: func(c *Conn) greenlet.Frame { return l.newKeepsFrame(c) }}
	return l
}

// tells is a client on a goroutine: it counts what has been acknowledged until the
// server leaves.
func tells(address, name string, each func(string)) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return // the server has left already
	}
	defer c.Close()
	r := bufio.NewReader(c)
	for i := 0; ; i++ {
		entry := fmt.Sprintf("%s %d", name, i)
		if _, err := fmt.Fprintln(c, entry); err != nil {
			return
		}
		if line, err := r.ReadString('\n'); err != nil || line != entry+"\n" {
			return
		}
		each(entry)
	}
}

// A server that is stopped under load has done, once, all that it has acknowledged.
func TestStopUnderLoad(t *testing.T) {
	n := newNotes()
	listener := n.listen(t, "tcp")
	l := newLedger(n.Hub, listener)
	address := listener.Addr().String()
	var mu sync.Mutex
	var acknowledged []string
	var count atomic.Int64
	var clients sync.WaitGroup
	for i := range 20 {
		clients.Go(func() {
			tells(address, fmt.Sprint("client ", i), func(entry string) {
				mu.Lock()
				defer mu.Unlock()
				acknowledged = append(acknowledged, entry)
				count.Add(1)
			})
		})
	}
	n.Go(l.newServesFrame(t))
	n.Go(l.newStopsFrame(t, &count))
	require.NoError(t, n.Run(t.Context()))
	clients.Wait()
	assert.GreaterOrEqual(t, len(acknowledged), 2000)
	for _, entry := range acknowledged {
		assert.Equal(t, 1, l.told[entry], entry)
	}
	assert.InDelta(t, len(acknowledged), len(l.told), 20) // the last of each may not have arrived
}

// Two hubs on two goroutines serve one port.
func TestReusePort(t *testing.T) {
	const clients = 200
	address := "127.0.0.1:0"
	var count atomic.Int64
	var ledgers []*ledger
	var hubs []*hub.Hub
	for range 2 {
		h := hub.New()
		s := OS(h)
		s.ReusePort = true
		listener, err := s.Listen("tcp", address)
		require.NoError(t, err)
		address = listener.Addr().String()
		ledgers = append(ledgers, newLedger(h, listener))
		hubs = append(hubs, h)
	}
	other := OS(hub.New())
	_, err := other.Listen("tcp", address)
	assert.ErrorContains(t, err, "address already in use")
	var all sync.WaitGroup
	for i, h := range hubs {
		h.Go(ledgers[i].newServesFrame(t))
		h.Go(ledgers[i].newStopsFrame(t, &count))
		all.Go(func() { assert.NoError(t, h.Run(t.Context())) })
	}
	for i := range clients {
		all.Go(func() {
			tells(address, fmt.Sprint("client ", i), func(string) { count.Add(1) })
		})
	}
	all.Wait()
	for _, l := range ledgers {
		assert.NotEmpty(t, l.told)
	}
}
