// Udp is a pair that talks by datagrams: one counts what it gets and answers, the other
// one asks, and asks again if the answer takes too long. With -listen it is the one
// that answers, until it is interrupted; without it is both.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

//go:generate go tool greenlet

// answer answers until p is closed. To the deaf part of what it gets it does not.
//
//greenlet:resumable
func answer(p *socket.PacketConn, deaf int) error {
	buf := make([]byte, 1500)
	for n := 1; ; n++ {
		m, from, err := p.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		if deaf > 0 && n%deaf == 0 {
			continue
		}
		if _, err := p.WriteTo(fmt.Appendf(nil, "%s, number %d", buf[:m], n), from); err != nil {
			return err
		}
	}
}

// ask asks until it gets an answer.
//
//greenlet:resumable
func ask(h *hub.Hub, c *socket.Conn, question string) {
	buf := make([]byte, 1500)
	for {
		if _, err := c.WriteString(question); err != nil {
			panic(err)
		}
		c.SetReadDeadline(h.Now().Add(100 * time.Millisecond))
		n, err := c.Read(buf)
		if err == nil {
			fmt.Printf("%s\n", buf[:n])
			return
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			panic(err)
		}
		fmt.Println("again")
	}
}

//greenlet:resumable
func show(h *hub.Hub, p *socket.PacketConn) {
	defer p.Close()
	c, err := socket.Dial(h, "udp", p.LocalAddr().String())
	if err != nil {
		panic(err)
	}
	defer c.Close()
	for _, question := range []string{"one", "two", "three"} {
		ask(h, c, question)
	}
}

func run(listen string) error {
	h := hub.New()
	address := listen
	if listen == "" {
		address = "127.0.0.1:0"
	}
	p, err := socket.ListenPacket(h, "udp", address)
	if err != nil {
		return err
	}
	deaf := 0
	if listen == "" {
		deaf = 2
		h.Go(show, h, p)
	} else {
		fmt.Println("listening on", p.LocalAddr())
		defer h.OnSignal(os.Interrupt, func() { _ = p.Close() })()
	}
	answering := newAnswerFrame(p, deaf)
	h.Go(answering)
	if err := h.Run(context.Background()); err != nil {
		return err
	}
	return answering.Results()
}

func main() {
	listen := flag.String("listen", "", "address to answer at, such as localhost:7000")
	flag.Parse()
	if err := run(*listen); err != nil {
		fmt.Fprintln(os.Stderr, "udp:", err)
		os.Exit(1)
	}
}
