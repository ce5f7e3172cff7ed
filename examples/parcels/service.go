// Package parcels is a service: orders come by HTTPS, are kept in a database, and live as durable tasks.
package parcels

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/going-green/greenlet/durable/bolt"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/httpd"
	"github.com/going-green/greenlet/hub/socket"
)

//go:generate go tool greenlet

// Service is one, of one hub.
type Service struct {
	hub    *hub.Hub
	books  *books
	runner *task.Runner
}

// Run serves until ctx is done. Its files are in dir. ready, unless it is nil, is told the address that it listens at, on the
// goroutine of the hub.
func Run(ctx context.Context, dir, address string, config *tls.Config, ready func(address string)) (err error) {
	b, err := openBooks(filepath.Join(dir, "books.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.db.Close()) }()
	opened = b
	store, err := bolt.Open(filepath.Join(dir, "tasks.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	h := hub.New()
	s := &Service{hub: h, books: b, runner: task.New(h, store)}
	var failed error
	h.Go(serve, s, address, config, ready, &failed)
	if err := h.Run(ctx); err != nil && !errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return failed
}

//greenlet:resumable
func serve(s *Service, address string, config *tls.Config, ready func(string), failed *error) {
	l, err := socket.Listen(s.hub, "tcp", address)
	if err != nil {
		*failed = err
		s.runner.Close()
		return
	}
	if ready != nil {
		ready(l.Addr().String())
	}
	server := &httpd.Server{
		Listener: l, Handler: s.routes(), TLS: config, MaxBody: 1 << 16,
		ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute,
	}
	*failed = server.Serve()
}

func (s *Service) routes() http.Handler {
	mux := new(httpd.Mux)
	mux.HandleFunc("POST /orders", s.order)
	mux.HandleFunc("GET /orders/{id}", s.state)
	mux.HandleFunc("POST /orders/{id}/confirm", s.confirm)
	mux.HandleFunc("POST /orders/{id}/cancel", s.cancel)
	mux.HandleFunc("GET /account", s.account)
	return mux
}

// order begins an order. That it is sent twice, or that this fails in between, does no harm: the second time does what is missing.
//
// It is plain code, and so runs on a stack of its own: there the decoder, which nobody has annotated, waits for the body.
func (s *Service) order(w http.ResponseWriter, r *http.Request) {
	var o Order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil || o.ID == "" || o.Cents <= 0 {
		http.Error(w, "an order has an id, an item and its price in cents", http.StatusBadRequest)
		return
	}
	// The database blocks: elsewhere, while other tasks go on.
	err := hub.Block(s.hub, func() error { return s.books.add(o) })
	if err == nil {
		err = s.runner.Start(r.Context(), o.ID, deliver, o)
	}
	answer(w, o, err)
}

//greenlet:resumable
func (s *Service) state(w http.ResponseWriter, r *http.Request) {
	var e Entry
	id := r.PathValue("id")
	err := hub.Block(s.hub, func() (err error) {
		e, err = s.books.find(id)
		return err
	})
	answer(w, e, err)
}

//greenlet:resumable
func (s *Service) confirm(w http.ResponseWriter, r *http.Request) {
	err := confirm.SendOnce(r.Context(), s.runner, r.PathValue("id"), "by the customer", true)
	answer(w, true, err)
}

//greenlet:resumable
func (s *Service) cancel(w http.ResponseWriter, r *http.Request) {
	answer(w, true, s.runner.Cancel(r.Context(), r.PathValue("id")))
}

//greenlet:resumable
func (s *Service) account(w http.ResponseWriter, _ *http.Request) {
	var cents int
	err := hub.Block(s.hub, func() (err error) {
		cents, err = s.books.total()
		return err
	})
	answer(w, cents, err)
}

func answer(w http.ResponseWriter, v any, err error) {
	switch {
	case errors.Is(err, errUnknown):
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil:
		http.Error(w, fmt.Sprint("the order stays as it is: ", err), http.StatusConflict)
	default:
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(v)
	}
}
