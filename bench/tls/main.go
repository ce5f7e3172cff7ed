//go:build linux

// TLS measures servers that send back what they get over TLS: tasks of a hub, and goroutines with
// package crypto/tls. See -h.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/going-green/greenlet/bench/measure"
)

const usageText = `TLS compares servers over TLS 1.3, each in a process of its own with one processor; the
clients are in this one. It takes turns, round by round, and prints medians: processor time of the
server for a full handshake with one message, for a MiB there and back, and for a message of 64
bytes; and memory of a connection that waits, as it is, and after collections.

	go -C bench run ./tls [flags]

Flags:

`

func main() {
	rounds := flag.Int("rounds", 5, "turns of each server")
	idle := flag.Int("idle", 5000, "connections that wait")
	hands := flag.Int("handshakes", 500, "handshakes of a turn")
	serve := flag.String("serve", "", "be this server: for the program itself")
	buffer := flag.Int("buffer", 16<<10, "what the server reads at a time: for the program itself")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usageText)
		flag.PrintDefaults()
	}
	flag.Parse()
	if *serve != "" {
		check(child(*serve, *buffer))
		return
	}
	figures := map[string][][]float64{}
	for range *rounds {
		for _, name := range names {
			figures[name] = append(figures[name], turn(name, *hands, *idle))
		}
	}
	units := []string{"µs a handshake", "µs a MiB", "µs a message", "bytes idle", "bytes idle, collected"}
	for i, unit := range units {
		fmt.Printf("%-24s", unit)
		var first float64
		for _, name := range names {
			var all []float64
			for _, f := range figures[name] {
				all = append(all, f[i])
			}
			slices.Sort(all)
			m := all[len(all)/2]
			if first == 0 {
				first = m
			}
			fmt.Printf("%12s %10.1f", name, m)
			if name != names[0] {
				fmt.Printf("   ratio %.2f", first/m)
			}
		}
		fmt.Println()
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "tls:", err)
		os.Exit(1)
	}
}

// server is a process.
type server struct{ *measure.Server }

func start(name string, buffer int) server {
	s, err := measure.StartSelf("-serve", name, "-buffer", strconv.Itoa(buffer))
	check(err)
	return server{s}
}

func (s server) usage() measure.Usage {
	u, err := s.Ask("usage")
	check(err)
	return u
}

// tidy is usage behind three collections: stacks shrink by half each time.
func (s server) tidy() (u measure.Usage) {
	for range 3 {
		var err error
		u, err = s.Ask("tidy")
		check(err)
	}
	return u
}

// dial makes a connection over which a message has gone.
func (s server) dial() *tls.Conn {
	c, err := tls.Dial("tcp", s.Address, &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"})
	check(err)
	exchange(c, make([]byte, 64))
	return c
}

func exchange(c *tls.Conn, p []byte) {
	_, err := c.Write(p)
	check(err)
	_, err = io.ReadFull(c, p)
	check(err)
}

// turn is a turn of one server: its figures.
func turn(name string, hands, idle int) (figures []float64) {
	s := start(name, 16<<10)
	cost := func(n int, f func()) {
		before := s.usage()
		f()
		figures = append(figures, float64(s.usage().CPU(before))/1000/float64(n))
	}
	cost(hands, func() {
		for range hands {
			s.dial().Close()
		}
	})
	var conns []*tls.Conn
	for range 8 {
		conns = append(conns, s.dial())
	}
	side := func(f func(c *tls.Conn)) {
		var all sync.WaitGroup
		for _, c := range conns {
			all.Go(func() { f(c) })
		}
		all.Wait()
	}
	const mebibytes, messages = 16, 500
	cost(len(conns)*mebibytes, func() {
		side(func(c *tls.Conn) {
			go func() {
				p := make([]byte, 1<<20)
				for range mebibytes {
					_, err := c.Write(p)
					check(err)
				}
			}()
			_, err := io.CopyN(io.Discard, c, mebibytes<<20)
			check(err)
		})
	})
	cost(len(conns)*messages, func() {
		side(func(c *tls.Conn) {
			for range messages {
				exchange(c, make([]byte, 64))
			}
		})
	})
	s.Stop()
	s = start(name, 512)
	defer s.Stop()
	s.dial().Close()
	time.Sleep(50 * time.Millisecond)
	untidy, tidy := s.usage(), s.tidy()
	conns = conns[:0]
	for range idle {
		conns = append(conns, s.dial())
	}
	untidyFull, full := s.usage(), s.tidy()
	figures = append(figures, float64(untidyFull.Resident-untidy.Resident)/float64(idle), float64(full.Resident-tidy.Resident)/float64(idle))
	for _, c := range conns {
		c.Close()
	}
	return figures
}
