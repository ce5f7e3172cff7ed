package main

import (
	"fmt"
	"time"

	"github.com/going-green/greenlet/hub/sim"
)

// bank adds what it is asked to add, and answers with the sum.
//
//greenlet:resumable
func bank(h *sim.Host) {
	conn, err := h.ListenPacket("udp", ":1")
	if err != nil {
		panic(err)
	}
	sum := byte(0)
	for b := make([]byte, 1); ; {
		_, from, err := conn.ReadFrom(b)
		if err != nil {
			panic(err)
		}
		sum += b[0]
		conn.WriteTo([]byte{sum}, from)
	}
}

// pay asks the bank to add 7, again until it answers.
//
//greenlet:resumable
func pay(n *sim.Network, got *byte) {
	conn, err := n.Host("client").ListenPacket("udp", ":0")
	if err != nil {
		panic(err)
	}
	for b := make([]byte, 1); ; {
		conn.WriteTo([]byte{7}, sim.Addr{Net: "udp", Host: "bank", Port: 1})
		conn.SetReadDeadline(n.Hub().Now().Add(time.Second))
		if _, _, err := conn.ReadFrom(b); err == nil {
			*got = b[0]
			break
		}
	}
	n.Shutdown() // the bank, which would serve for ever
}

func main() {
	s := sim.Simulation{
		Options: sim.Options{Latency: time.Millisecond, Loss: 0.02},
		Start: func(n *sim.Network) (check func() error) {
			var got byte
			h := n.Host("bank")
			h.Go(bank, h)
			n.Host("client").Go(pay, n, &got)
			return func() error {
				if got != 7 {
					return fmt.Errorf("7 was paid once, and the bank has %d", got)
				}
				return nil
			}
		},
	}
	f := s.Search(1, 1000) // nil if no seed fails
	fmt.Println(f.Err)
	fmt.Println("seed", f.Seed, "with", f.Faults)
}
