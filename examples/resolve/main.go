// Resolve asks a name server for a thousand names, ten at a time, and waits a moment for
// each. Without -server it brings a stub along that knows names such as host7.example,
// loses each hundredth question, and answers in no order.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

//go:generate go tool greenlet

// maxMessage is how many bytes a message has at most that comes by UDP (RFC 1035, 4.2.1).
const maxMessage = 512

type resolver struct {
	*hub.Hub
	server  string
	timeout time.Duration
	found   map[string]netip.Addr
	failed  map[string]error
}

// lookUp asks for the address of one name.
//
//greenlet:resumable
func (r *resolver) lookUp(name string) (addr netip.Addr, err error) {
	c, err := socket.Dial(r.Hub, "udp", r.server)
	if err != nil {
		return addr, err
	}
	defer c.Close()
	c.SetDeadline(r.Now().Add(r.timeout))
	id := uint16(rand.Uint32())
	query, err := question(id, name)
	if err != nil {
		return addr, err
	}
	if _, err := c.Write(query); err != nil {
		return addr, err
	}
	buf := make([]byte, maxMessage)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return addr, err
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:n]) != nil || m.ID != id || !m.Response {
			continue // not for this question
		}
		for _, a := range m.Answers {
			if a, ok := a.Body.(*dnsmessage.AResource); ok {
				return netip.AddrFrom4(a.A), nil
			}
		}
		return addr, fmt.Errorf("no address: %v", m.RCode)
	}
}

func question(id uint16, name string) ([]byte, error) {
	n, err := dnsmessage.NewName(name + ".")
	if err != nil {
		return nil, err
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: n, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	return m.Pack()
}

//greenlet:resumable
func (r *resolver) resolve(name string) {
	addr, err := r.lookUp(name)
	if err != nil {
		r.failed[name] = err
		return
	}
	r.found[name] = addr
}

// all resolves names, and ends the stub.
//
//greenlet:resumable
func (r *resolver) all(names []string, stub *socket.PacketConn) {
	pool := r.NewPool(10)
	for _, name := range names {
		pool.Go(r.resolve, name)
	}
	pool.Join()
	if stub != nil {
		stub.Close()
	}
}

// serve is the stub: each answer is a task, as it takes a while.
//
//greenlet:resumable
func (r *resolver) serve(c *socket.PacketConn) {
	buf := make([]byte, maxMessage)
	for {
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			return // closed
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:n]) == nil && len(m.Questions) == 1 {
			r.Go(r.answer, c, from, m)
		}
	}
}

//greenlet:resumable
func (r *resolver) answer(c *socket.PacketConn, to net.Addr, m dnsmessage.Message) {
	q := m.Questions[0]
	m.Response, m.RCode = true, dnsmessage.RCodeNameError
	var n int
	if _, err := fmt.Sscanf(q.Name.String(), "host%d.example.", &n); err == nil {
		if n%100 == 99 {
			return // lost
		}
		m.RCode = dnsmessage.RCodeSuccess
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60},
			Body:   &dnsmessage.AResource{A: [4]byte{10, 0, byte(n >> 8), byte(n)}},
		}}
	}
	r.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
	if packed, err := m.Pack(); err == nil {
		_, _ = c.WriteTo(packed, to)
	}
}

func run(server string, timeout time.Duration, names []string) error {
	h := hub.New()
	r := &resolver{Hub: h, server: server, timeout: timeout, found: map[string]netip.Addr{}, failed: map[string]error{}}
	var stub *socket.PacketConn
	if server == "" {
		var err error
		if stub, err = socket.ListenPacket(h, "udp", "127.0.0.1:0"); err != nil {
			return err
		}
		r.server = stub.LocalAddr().String()
		h.Go(r.serve, stub)
	}
	h.Go(r.all, names, stub)
	if err := h.Run(context.Background()); err != nil {
		return err
	}
	late := 0
	for _, name := range names {
		switch addr, ok := r.found[name]; {
		case ok && len(names) <= 20:
			fmt.Println(name, addr)
		case errors.Is(r.failed[name], os.ErrDeadlineExceeded):
			late++
		case !ok:
			fmt.Println(name, r.failed[name])
		}
	}
	fmt.Printf("%d names, %d found, %d not answered in time\n", len(names), len(r.found), late)
	return nil
}

func main() {
	server := flag.String("server", "", "address of a name server, such as 192.0.2.1:53")
	timeout := flag.Duration("timeout", 500*time.Millisecond, "how long to wait for each answer")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), strings.TrimSpace(`
Resolve looks up the addresses of names, ten at a time.

	resolve [-server address] [-timeout duration] [name ...]

Without names it asks for a thousand that its own server knows, and one that it does not.`))
		flag.PrintDefaults()
	}
	flag.Parse()
	names := flag.Args()
	if len(names) == 0 {
		for n := range 1000 {
			names = append(names, fmt.Sprintf("host%d.example", n))
		}
		names = append(names, "nobody.example")
	}
	if err := run(*server, *timeout, names); err != nil {
		fmt.Fprintln(os.Stderr, "resolve:", err)
		os.Exit(1)
	}
}
