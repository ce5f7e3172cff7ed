//go:build linux

// Measure measures WebSocket servers that send back what they get: tasks of a hub, and goroutines
// with the same library, which read from the connection as wsutil does, or by a bufio.Reader.
//
//	go -C websocket run ./measure [-n connections] [-active connections] [-time duration]
//
// Each server is a process of its own; the clients are in this one. It prints how much the resident
// set and the heap have grown for each connection that waits, behind a collection, and the
// processor time of the server for each message. Connections go to several loopback addresses, as
// there are not enough ports for one. The limit of open files is raised as far as it goes.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/gobwas/ws"
	"golang.org/x/sys/unix"
)

func main() {
	n := flag.Int("n", 10000, "connections that wait")
	active := flag.Int("active", 100, "connections that send")
	length := flag.Duration("time", 2*time.Second, "how long they send")
	serve := flag.String("serve", "", "be this server: for the program itself")
	flag.Parse()
	files := raise()
	if *serve != "" {
		check(be(*serve))
		return
	}
	if most := files - 100; *n > most {
		fmt.Printf("no more than %d connections: there are no more files\n", most)
		*n = most
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "server\tconnections\tresident bytes each\theap and stacks each\tns a message\tmessages a second\t")
	for _, server := range []string{"hub", "goroutine", "goroutine bufio"} {
		s := start(server)
		before := s.asks("memory")
		idle := s.connect(*n)
		after := s.asks("memory")
		each := func(i int) float64 { return float64(after[i]-before[i]) / float64(*n) }
		resident, heap := each(0), each(1)
		for _, c := range idle {
			c.Close()
		}
		cpu, rate := s.messages(*active, *length)
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%.0f\t%.0f\t%.0f\t\n", server, *n, resident, heap, cpu, rate)
		s.end()
	}
	check(w.Flush())
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

// raise raises the limit of open files, and returns it.
func raise() int {
	var l unix.Rlimit
	check(unix.Getrlimit(unix.RLIMIT_NOFILE, &l))
	for _, n := range []uint64{1 << 20, l.Max} {
		if unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: n, Max: max(n, l.Max)}) == nil {
			return int(n)
		}
	}
	return int(l.Cur)
}

// server is one that runs in a process of its own.
type server struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	port string
}

func start(name string) *server {
	s := &server{cmd: exec.Command(os.Args[0], "-serve", name)}
	s.cmd.Stderr = os.Stderr
	s.in, _ = s.cmd.StdinPipe()
	out, _ := s.cmd.StdoutPipe()
	s.out = bufio.NewReader(out)
	check(s.cmd.Start())
	_, err := fmt.Fscanln(s.out, &s.port)
	check(err)
	return s
}

func (s *server) asks(what string) (got [2]int64) {
	fmt.Fprintln(s.in, what)
	_, err := fmt.Fscanln(s.out, &got[0], &got[1])
	check(err)
	return got
}

func (s *server) end() {
	s.in.Close()
	_ = s.cmd.Wait() // it is killed by nobody else
}

// connect makes connections that are upgraded.
func (s *server) connect(n int) []net.Conn {
	list := make([]net.Conn, n)
	var next atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				list[i] = upgraded(fmt.Sprintf("127.0.0.%d:%s", 1+i%16, s.port))
			}
		})
	}
	all.Wait()
	return list
}

func upgraded(address string) net.Conn {
	c, err := net.Dial("tcp", address)
	check(err)
	_, err = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	check(err)
	var got []byte
	for p := make([]byte, 512); !strings.HasSuffix(string(got), "\r\n\r\n"); {
		n, err := c.Read(p)
		check(err)
		got = append(got, p[:n]...)
	}
	if !strings.HasPrefix(string(got), "HTTP/1.1 101 ") {
		check(fmt.Errorf("the server answers %q", got))
	}
	return c
}

// messages has connections send, one message each at a time, and returns the processor time of the
// server for each, and how many there are in a second.
func (s *server) messages(active int, d time.Duration) (cpu, rate float64) {
	list := s.connect(active)
	message := ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte(strings.Repeat("x", 100)))))
	answer := len(ws.MustCompileFrame(ws.NewTextFrame(make([]byte, 100))))
	var count atomic.Int64
	var all sync.WaitGroup
	before, began := s.asks("time"), time.Now()
	for _, c := range list {
		all.Go(func() {
			defer c.Close()
			p := make([]byte, answer)
			for time.Since(began) < d {
				_, err := c.Write(message)
				check(err)
				_, err = io.ReadFull(c, p)
				check(err)
				count.Add(1)
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	after := s.asks("time")
	n := float64(count.Load())
	return float64(after[0]-before[0]) / n, n / took.Seconds()
}
