// Command parcels serves orders by HTTPS.
//
//	parcels -dir data -cert cert.pem -key key.pem -listen localhost:8443
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/going-green/greenlet/examples/parcels"
)

func main() {
	dir := flag.String("dir", ".", "the `directory` of its files")
	cert := flag.String("cert", "cert.pem", "a `file` with the certificate")
	key := flag.String("key", "key.pem", "a `file` with its key")
	listen := flag.String("listen", "localhost:8443", "the `address` to listen at")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *dir, *cert, *key, *listen); err != nil {
		fmt.Fprintln(os.Stderr, "parcels:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, cert, key, listen string) error {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13}
	return parcels.Run(ctx, dir, listen, config, func(address string) { fmt.Println("https://" + address) })
}
