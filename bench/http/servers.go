//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/httpd"
	"github.com/going-green/greenlet/hub/socket"
	"golang.org/x/sys/unix"
)

//go:generate go tool greenlet

// servers are those that are compared: of httpd with a handler that is plain, which runs on a
// stack of its own, and with one that is annotated, and of net/http, on all processors and on one.
var servers = map[string]func(chan<- string) error{
	"hub":              func(ready chan<- string) error { return serveHub(ready, http.HandlerFunc(hello)) },
	"hub, resumable":   func(ready chan<- string) error { return serveHub(ready, resumable{}) },
	"net/http":         serveStandard,
	"net/http, 1 proc": func(ready chan<- string) error { runtime.GOMAXPROCS(1); return serveStandard(ready) },
}

var names = []string{"hub", "hub, resumable", "net/http", "net/http, 1 proc"}

const greeting = "hello, world\n"

func hello(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, greeting) }

type resumable struct{}

//greenlet:resumable
func (resumable) ServeHTTP(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, greeting) }

//greenlet:resumable
func serves(s *httpd.Server) error { return s.Serve() }

func serveHub(ready chan<- string, handler http.Handler) error {
	h := hub.New()
	l, err := socket.Listen(h, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	h.Go(newServesFrame(&httpd.Server{Listener: l, Handler: handler}))
	ready <- l.Addr().String()
	return h.Run(context.Background())
}

func serveStandard(ready chan<- string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ready <- l.Addr().String()
	return http.Serve(l, http.HandlerFunc(hello))
}

// usageOf is what a server has used.
type usageOf struct {
	User, System int64 // nanoseconds of processor time
	Resident     int64 // bytes
	Mallocs      uint64
	Allocated    uint64 // bytes, all in all
}

// child is the process of a server. It prints its address, and its usage when it reads
// a line.
func child(name string) error {
	serve := servers[name]
	if serve == nil {
		return fmt.Errorf("no server %s", name)
	}
	ready := make(chan string)
	failed := make(chan error, 1)
	go func() { failed <- serve(ready) }()
	select {
	case address := <-ready:
		fmt.Println(address)
	case err := <-failed:
		return err
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		if in.Text() == "tidy" {
			debug.FreeOSMemory()
		}
		u, err := measure()
		if err != nil {
			return err
		}
		if err := json.NewEncoder(os.Stdout).Encode(u); err != nil {
			return err
		}
	}
	return nil
}

func measure() (u usageOf, err error) {
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		return u, err
	}
	u.User, u.System = r.Utime.Nano(), r.Stime.Nano()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u.Mallocs, u.Allocated = m.Mallocs, m.TotalAlloc
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return u, err
	}
	var total int64
	_, err = fmt.Sscan(string(text), &total, &u.Resident)
	u.Resident *= int64(os.Getpagesize())
	return u, err
}
