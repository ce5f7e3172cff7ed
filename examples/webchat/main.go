// Webchat is a chat in a web page. Whoever is in a room asks for what is new, and the
// answer waits until there is something: long polling, with a task for each that waits, and
// no goroutine. With -listen it serves until it is interrupted; without it shows itself
// two people in a room.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/httpd"
	"github.com/going-green/greenlet/hub/socket"
)

//go:generate go tool greenlet

//greenlet:resumable
func serve(s *httpd.Server) error { return s.Serve() }

// stop ends the server. Those who wait for news may wait a second more.
//
//greenlet:resumable
func stop(s *httpd.Server) { s.Stop(time.Second) }

// listens prints n messages, as a browser on a goroutine would get them.
//
//greenlet:resumable
func listens(h *hub.Hub, room string, n int) {
	for next := 0; next < n; {
		list := hub.Block(h, func() (list []message) {
			resp, err := http.Get(fmt.Sprintf("%s?from=%d", room, next))
			if err != nil {
				panic(err)
			}
			defer resp.Body.Close()
			if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
				panic(err)
			}
			return list
		})
		for _, m := range list {
			fmt.Printf("%s: %s\n", m.Name, m.Text)
			next = m.Number + 1
		}
	}
}

//greenlet:resumable
func says(h *hub.Hub, room, name, text string) {
	hub.Block(h, func() int {
		resp, err := http.PostForm(room, url.Values{"name": {name}, "text": {text}})
		if err != nil {
			panic(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	})
}

// show is one who listens and two who talk.
//
//greenlet:resumable
func show(h *hub.Hub, s *httpd.Server) {
	room := "http://" + s.Listener.Addr().String() + "/rooms/green/messages"
	listener := h.Go(listens, h, room, 3)
	says(h, room, "ann", "hello?")
	says(h, room, "bob", "hello, ann")
	says(h, room, "ann", "it works")
	listener.Join()
	stop(s)
}

func run(listen string) error {
	h := hub.New()
	address := listen
	if listen == "" {
		address = "127.0.0.1:0"
	}
	l, err := socket.Listen(h, "tcp", address)
	if err != nil {
		return err
	}
	c := &chat{hub: h, rooms: map[string]*room{}}
	s := &httpd.Server{
		Listener: l, Handler: c.handler(),
		MaxBody: 10000, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute,
	}
	serving := newServeFrame(s)
	h.Go(serving)
	if listen == "" {
		h.Go(show, h, s)
	} else {
		fmt.Println("listening on", l.Addr())
		defer h.OnSignal(os.Interrupt, func() { h.Go(stop, s) })()
	}
	if err := h.Run(context.Background()); err != nil {
		return err
	}
	return serving.Results()
}

func main() {
	listen := flag.String("listen", "", "address to serve, such as localhost:8080")
	flag.Parse()
	if err := run(*listen); err != nil {
		fmt.Fprintln(os.Stderr, "webchat:", err)
		os.Exit(1)
	}
}
