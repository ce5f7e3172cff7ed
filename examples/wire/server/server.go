// Package server is the store, on a hub: a task for each connection.
package server

import (
	"errors"
	"io"
	"strconv"

	"github.com/going-green/greenlet/examples/wire"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

//go:generate go tool greenlet

// Store is of one hub, whose tasks take turns: there is nothing to lock.
type Store struct {
	hub     *hub.Hub
	values  map[string]string
	waiting map[string][]*hub.Event
}

// New is an empty store.
func New(h *hub.Hub) *Store {
	return &Store{hub: h, values: map[string]string{}, waiting: map[string][]*hub.Event{}}
}

// Serve serves connections until the server is stopped.
//
//greenlet:resumable
func (s *Store) Serve(server *socket.Server) error {
	server.OnConn = s.conn
	return server.Serve()
}

// conn is the task of a connection. That it ends badly is its client's affair.
//
//greenlet:resumable
func (s *Store) conn(c *socket.Conn) {
	if wire.Greet(c) != nil {
		return
	}
	for {
		m, err := wire.Read(c)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				wire.Write(c, wire.Failed, err.Error())
			}
			return
		}
		if err := s.answer(c, m); err != nil {
			return
		}
	}
}

//greenlet:resumable
func (s *Store) answer(c *socket.Conn, m wire.Message) error {
	switch {
	case m.Kind == wire.Put && len(m.Fields) == 2:
		s.put(m.Fields[0], m.Fields[1])
		return wire.Write(c, wire.Done)
	case m.Kind == wire.Get && len(m.Fields) == 1:
		if v, ok := s.values[m.Fields[0]]; ok {
			return wire.Write(c, wire.Value, v)
		}
		return wire.Write(c, wire.None)
	case m.Kind == wire.Watch && len(m.Fields) == 2:
		n, err := strconv.Atoi(m.Fields[1])
		if err != nil {
			break
		}
		return s.watch(c, m.Fields[0], n)
	}
	return wire.Write(c, wire.Failed, "no such question")
}

func (s *Store) put(key, value string) {
	s.values[key] = value
	for _, e := range s.waiting[key] {
		e.Set()
	}
	delete(s.waiting, key)
}

// watch sends what a key is given, n times. Of what it is given while this writes, the last counts.
//
//greenlet:resumable
func (s *Store) watch(c *socket.Conn, key string, n int) error {
	if err := wire.Write(c, wire.Done); err != nil { // it watches from here on
		return err
	}
	for range n {
		e := s.hub.NewEvent()
		s.waiting[key] = append(s.waiting[key], e)
		e.Wait()
		if err := wire.Write(c, wire.Value, s.values[key]); err != nil {
			return err
		}
	}
	return wire.Write(c, wire.Done)
}
