package sim

import (
	"fmt"
	"hash/fnv"
	"io"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// soak is clients that have servers write down what they say, while servers crash, clients
// are killed and the network fails.
type soak struct {
	*hub.Hub
	net     *Network
	servers []*Host
	clients []*Host
	end     time.Time
	written []map[string]bool // by server: what outlives a crash
	acked   []map[string]bool // by server: what clients know of
	failed  int               // connections that broke
	crashes int
	killed  int
}

// writes is the task of a connection.
//
//greenlet:resumable
func (s *soak) writes(server int, c *socket.Conn) {
	for {
		c.SetReadDeadline(s.Now().Add(20 * time.Second))
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		text := string(line)
		s.Sleep(time.Duration(s.Rand().Int64N(int64(time.Millisecond)))) // as a disk does
		s.written[server][text] = true
		if _, err := c.WriteString(text + "\n"); err != nil {
			return
		}
	}
}

//greenlet:resumable
func (s *soak) serves(server int) {
	v := &socket.Server{
		Listener: must(s.servers[server].Listen("tcp", ":80")),
		Handler:  func(c *socket.Conn) greenlet.Frame { return s.newWritesFrame(server, c) },
	}
	v.Serve()
}

// says has one connection after the other to a server.
//
//greenlet:resumable
func (s *soak) says(host *Host, name string) {
	for i := 0; s.Now().Before(s.end); {
		server := s.Rand().IntN(len(s.servers))
		if c, err := s.dials(host, server); err != nil {
			s.Sleep(time.Second)
		} else {
			i = s.converses(c, server, name, i)
		}
	}
}

// converses says some lines from number i, and returns the number of the next.
//
//greenlet:resumable
func (s *soak) converses(c *socket.Conn, server int, name string, i int) int {
	defer c.Close()
	for range s.Rand().IntN(200) {
		i++
		text := fmt.Sprintf("%s %d", name, i)
		if !s.tells(c, text) {
			s.failed++
			return i
		}
		s.acked[server][text] = true
		s.Sleep(time.Duration(s.Rand().Int64N(int64(200 * time.Millisecond))))
	}
	return i
}

//greenlet:resumable
func (s *soak) dials(host *Host, server int) (c *socket.Conn, err error) {
	late := s.WithTimeout(5*time.Second, func() { c, err = host.Dial("tcp", s.servers[server].Name()+":80") })
	if err == nil && c == nil {
		err = late
	}
	return c, err
}

//greenlet:resumable
func (s *soak) tells(c *socket.Conn, text string) bool {
	c.SetDeadline(s.Now().Add(10 * time.Second))
	if _, err := c.WriteString(text + "\n"); err != nil {
		return false
	}
	line, err := c.ReadLine()
	return err == nil && string(line) == text
}

// hurts makes trouble, and in the end none.
//
//greenlet:resumable
func (s *soak) hurts() {
	all := append(append([]*Host{}, s.servers...), s.clients...)
	for s.Now().Before(s.end) {
		s.Sleep(time.Duration(s.Rand().Int64N(int64(5 * time.Second))))
		server := s.Rand().IntN(len(s.servers))
		switch s.Rand().IntN(6) {
		case 0:
			s.net.Cut(all[:s.Rand().IntN(len(all))], all)
		case 1:
			at := s.Rand().IntN(len(all))
			s.net.Partition(all[:at], all[at:])
		case 2:
			if h := s.servers[server]; h.Down() {
				h.Restart()
				h.Go(s.newServesFrame(server))
			} else {
				h.Crash()
				s.crashes++
			}
		case 3:
			h := s.clients[s.Rand().IntN(len(s.clients))]
			if tasks := h.Tasks(); len(tasks) > 0 {
				tasks[s.Rand().IntN(len(tasks))].Kill()
				s.killed++
			}
			h.Go(s.newSaysFrame(h, fmt.Sprintf("%s again %d", h.Name(), s.killed)))
		default:
			s.net.Heal()
		}
	}
	s.net.Heal()
	for _, h := range s.clients {
		for _, t := range h.Tasks() {
			t.Join()
		}
	}
	for _, h := range s.servers {
		h.Crash()
	}
}

// soaks runs for d.
func soaks(t *testing.T, seed uint64, d time.Duration, w io.Writer) *soak {
	h := hub.NewSeeded(epoch, seed)
	s := &soak{Hub: h, end: epoch.Add(d), net: NewNetwork(h, Options{
		Latency: 5 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 0.01, Timeout: 30 * time.Second,
	})}
	h.OnError(func(_ *hub.Task, err *hub.PanicError) { t.Error(err) })
	h.SetTrace(w)
	for i := range 3 {
		host := s.net.Host(fmt.Sprint("server", i))
		s.servers = append(s.servers, host)
		s.written = append(s.written, map[string]bool{})
		s.acked = append(s.acked, map[string]bool{})
		host.Go(s.newServesFrame(i))
	}
	for i := range 10 {
		host := s.net.Host(fmt.Sprint("client", i))
		s.clients = append(s.clients, host)
		for j := range 3 {
			host.Go(s.newSaysFrame(host, fmt.Sprint(host.Name(), " ", j)))
		}
	}
	h.Go(s.newHurtsFrame())
	require.NoError(t, h.Run(t.Context()))
	return s
}

// In ten minutes of crashes, kills and partitions nothing is lost that was acknowledged, and
// nothing is left of them.
func TestSoak(t *testing.T) {
	begin := time.Now()
	s := soaks(t, 1, 10*time.Minute, nil)
	acked := 0
	for i := range s.servers {
		acked += len(s.acked[i])
		for text := range s.acked[i] {
			if !s.written[i][text] {
				t.Errorf("lost: %s", text)
			}
		}
	}
	stats, messages := s.Stats(), s.net.Stats()
	took := time.Since(begin)
	t.Logf("%d acknowledged, %d connections broken, %d crashes, %d killed, %+v, %d resumptions: %.0f messages and resumptions a second",
		acked, s.failed, s.crashes, s.killed, messages, stats.Resumes, float64(messages.Sent+stats.Resumes)/took.Seconds())
	assert.Greater(t, acked, 10_000)
	assert.Greater(t, s.failed, 100)
	assert.Greater(t, s.crashes, 10)
	assert.Greater(t, messages.Lost, 1000)
	assert.Zero(t, stats.Alive+stats.Ready+stats.Timers)
	assert.Equal(t, messages.Sent, messages.Delivered+messages.Lost)
	for _, h := range append(s.servers, s.clients...) {
		assert.Zero(t, h.Connections(), h.Name())
		assert.Zero(t, len(h.listeners)+len(h.packets)+len(h.Tasks()), h.Name())
	}
	assert.Empty(t, s.net.tasks)
}

// A part of it is the same each time.
func TestSoakTrace(t *testing.T) {
	if testing.Short() {
		t.Skip("runs six times; TestSoak is one of them, and longer")
	}
	for seed := range uint64(3) {
		trace, again := fnv.New128(), fnv.New128()
		s, other := soaks(t, seed, 20*time.Second, trace), soaks(t, seed, 20*time.Second, again)
		assert.Equal(t, trace.Sum(nil), again.Sum(nil))
		assert.Equal(t, s.acked, other.acked)
		assert.NotEmpty(t, s.acked[0])
	}
}
