// Package client asks the store: on a hub by a *socket.Conn, or in any code by a net.Conn.
package client

import (
	"fmt"
	"strconv"

	"github.com/going-green/greenlet/examples/wire"
)

//go:generate go tool greenlet

// Client is a conversation with the store.
type Client struct {
	conn wire.Conn
	left int // values that a watch still owes
}

// New begins one.
//
//greenlet:resumable
func New(c wire.Conn) (*Client, error) {
	if err := wire.Greet(c); err != nil {
		return nil, err
	}
	return &Client{conn: c}, nil
}

// Put gives a key a value.
//
//greenlet:resumable
func (c *Client) Put(key, value string) error {
	_, err := wire.Ask(c.conn, wire.Put, key, value)
	return err
}

// Get is the value of a key, if it has one.
//
//greenlet:resumable
func (c *Client) Get(key string) (value string, ok bool, err error) {
	m, err := wire.Ask(c.conn, wire.Get, key)
	if err != nil || m.Kind == wire.None {
		return "", false, err
	}
	if m.Kind != wire.Value || len(m.Fields) != 1 {
		return "", false, fmt.Errorf("client: %w: %v", wire.ErrMalformed, m)
	}
	return m.Fields[0], true, nil
}

// Watch has the store send what a key is given, n times: Next returns that.
//
//greenlet:resumable
func (c *Client) Watch(key string, n int) error {
	_, err := wire.Ask(c.conn, wire.Watch, key, strconv.Itoa(n))
	if err == nil {
		c.left = n
	}
	return err
}

// Next is the next value of a watch; ok is false behind the last.
//
//greenlet:resumable
func (c *Client) Next() (value string, ok bool, err error) {
	m, err := wire.Read(c.conn)
	switch {
	case err != nil:
		return "", false, err
	case m.Kind == wire.Value && len(m.Fields) == 1 && c.left > 0:
		c.left--
		return m.Fields[0], true, nil
	case m.Kind == wire.Done && c.left == 0:
		return "", false, nil
	}
	return "", false, fmt.Errorf("client: %w: %v", wire.ErrMalformed, m)
}
