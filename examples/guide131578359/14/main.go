package main

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math/big"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
)

// service answers requests in JSON, one a line.
type service struct{ tls *tls.Config }

//greenlet:resumable
func (s *service) serve(c *socket.Conn) { // its task's: it is closed behind it
	if err := socket.TLSServer(c, s.tls); err != nil {
		log.Print(err)
		return
	}
	for {
		line, err := c.ReadLine() // waits, without a stack
		if err != nil {
			return
		}
		var sum int
		var numbers []int
		if json.Unmarshal(line, &numbers) != nil { // plain code that does not wait
			return
		}
		for _, n := range numbers {
			sum += n
		}
		c.WriteString(fmt.Sprintln(sum))
	}
}

//greenlet:resumable
func ask(h *hub.Hub, s *socket.Server, config *tls.Config) {
	c, err := socket.Dial(h, "tcp", s.Listener.Addr().String())
	if err == nil {
		err = socket.TLSClient(c, config)
	}
	if err != nil {
		log.Fatal(err)
	}
	greenlet.OnStack(func(greenlet.Section) { // plain code that waits: a library over net.Conn
		conn := socket.NewNetConn(c)
		in, out := json.NewDecoder(conn), json.NewEncoder(conn)
		for _, numbers := range [][]int{{1, 2, 3}, {40, 2}} {
			var sum int
			if err := errors.Join(out.Encode(numbers), in.Decode(&sum)); err != nil {
				log.Fatal(err)
			}
			fmt.Println(sum)
		}
		conn.Close()
	})
	s.Stop(0)
}

func main() {
	public, private, _ := ed25519.GenerateKey(nil)
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, _ := x509.CreateCertificate(nil, template, template, public, private)
	h := hub.New()
	l, err := socket.Listen(h, "tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	own := &service{&tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: private}}}}
	s := &socket.Server{Listener: l, OnConn: own.serve}
	h.Go(s.Serve)
	h.Go(ask, h, s, &tls.Config{InsecureSkipVerify: true}) // as it is nobody's certificate
	fmt.Println(h.Run(context.Background()))
}
