//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"

	"github.com/going-green/greenlet/bench/measure"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/httpd"
	"github.com/going-green/greenlet/hub/socket"
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

// child is the process of a server.
func child(name string) error {
	serve := servers[name]
	if serve == nil {
		return fmt.Errorf("no server %s", name)
	}
	return measure.Serve(serve)
}
