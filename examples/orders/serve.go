package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"

	"github.com/going-green/greenlet/durable/admin"
	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
)

//go:embed main.go
var source embed.FS

// orders starts four orders a day. Each second one is approved.
//
//greenlet:resumable
func orders(r *task.Runner, h *hub.Hub) {
	ctx := context.Background()
	for n := 1; ; n++ {
		id := fmt.Sprintf("order-%d", n)
		if err := r.Start(ctx, id, order, Item{id, 100 * n}); err != nil {
			fmt.Fprintln(out, err)
			return
		}
		h.Sleep(day / 4)
		if n%2 == 0 {
			if err := approve.SendOnce(ctx, r, id, "by the boss", true); known(err) != nil {
				fmt.Fprintln(out, err)
				return
			}
		}
	}
}

// serve runs the shop until it is interrupted, for those who want to look at it.
func serve(listen, socket string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	h := hub.New()
	r := task.New(h, memory.New(h).Keep(20))
	a := admin.NewWith(r, admin.Options{
		Writes: true, // there is nobody to be kept out
		Source: admin.Files("github.com/going-green/greenlet/examples/orders", source),
	})
	if socket != "" {
		s, err := a.Listen(socket)
		if err != nil {
			return err
		}
		defer s.Close()
		fmt.Fprintln(out, "greenlet durable ls -socket", socket)
	}
	if listen != "" {
		l, err := net.Listen("tcp", listen)
		if err != nil {
			return err
		}
		defer l.Close()
		go http.Serve(l, a)
		fmt.Fprintf(out, "http://%s/\n", l.Addr())
	}
	h.Go(orders, r, h)
	if err := h.Run(ctx); err != nil && !errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return nil
}
