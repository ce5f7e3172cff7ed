//go:build linux

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/going-green/greenlet/bench/measure"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

//go:generate go tool greenlet

// names are the servers.
var names = []string{"hub", "goroutines"}

// child is the process of a server, which has one processor.
func child(name string, buffer int) error {
	runtime.GOMAXPROCS(1)
	config, err := certified()
	if err != nil {
		return err
	}
	return measure.Serve(func(ready chan<- string) error {
		if name == "hub" {
			return serveHub(config, buffer, ready)
		}
		return serveGoroutines(config, buffer, ready)
	})
}

func certified() (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, nil
}

func serveGoroutines(config *tls.Config, buffer int, ready chan<- string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ready <- l.Addr().String()
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			t := tls.Server(c, config)
			buf := make([]byte, buffer)
			for {
				n, err := t.Read(buf)
				if err != nil {
					return
				}
				if _, err := t.Write(buf[:n]); err != nil {
					return
				}
			}
		}()
	}
}

func serveHub(config *tls.Config, buffer int, ready chan<- string) error {
	h := hub.New()
	l, err := socket.Listen(h, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	e := &echo{tls: &socket.TLS{Config: config, Limit: 100}, buffers: sync.Pool{New: func() any { b := make([]byte, buffer); return &b }}}
	s := &socket.Server{Listener: l, OnConn: e.serve}
	h.Go(s.Serve)
	ready <- l.Addr().String()
	return h.Run(context.Background())
}

// echo is a server that sends back what it gets.
type echo struct {
	tls     *socket.TLS
	buffers sync.Pool
}

//greenlet:resumable
func (e *echo) serve(c *socket.Conn) {
	if e.tls.Server(c) != nil {
		return
	}
	for c.WaitReadable() == nil && e.exchange(c) == nil {
	}
}

// exchange has a buffer as long as there is something.
//
//greenlet:resumable
func (e *echo) exchange(c *socket.Conn) error {
	buf := e.buffers.Get().(*[]byte)
	for {
		n, err := c.TryRead(*buf)
		if err == nil {
			_, err = c.Write((*buf)[:n])
		}
		if err != nil {
			e.buffers.Put(buf)
			if err == socket.ErrWouldBlock {
				err = nil
			}
			return err
		}
	}
}
