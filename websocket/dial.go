package websocket

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/going-green/greenlet/hub/httpc"
)

// Dial asks a server for a WebSocket, by a transport: its proxies, TLS and timeouts are those of the
// connection. The request is a GET of a URL with the scheme ws, wss, http or https; its
// context ends the handshake only. If the server answers anything else, that is returned with the
// error, and its body has been closed.
//
//greenlet:resumable
func Dial(tr *httpc.Transport, r *http.Request, o *Options) (*Conn, *http.Response, error) {
	if o == nil {
		o = new(Options)
	}
	asked, key := request(r, o)
	resp, err := tr.Do(asked)
	if err != nil {
		return nil, nil, err
	}
	if err := agrees(resp, key, o); err != nil {
		_ = resp.Body.Close() // nobody reads it
		return nil, resp, err
	}
	sock, ok := httpc.Socket(resp)
	if !ok {
		return nil, resp, errors.New("websocket: no connection below the answer")
	}
	c := newConn(sock, o, true)
	c.packs = resp.Header.Get("Sec-WebSocket-Extensions") != ""
	c.protocol = resp.Header.Get("Sec-WebSocket-Protocol")
	return c, resp, nil
}

// request is r with what asks for a WebSocket.
func request(r *http.Request, o *Options) (asked *http.Request, key string) {
	asked = r.Clone(r.Context())
	switch r.URL.Scheme {
	case "ws":
		asked.URL.Scheme = "http"
	case "wss":
		asked.URL.Scheme = "https"
	}
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails
	key = base64.StdEncoding.EncodeToString(nonce[:])
	f := asked.Header
	f.Set("Upgrade", "websocket")
	f.Set("Connection", "Upgrade")
	f.Set("Sec-WebSocket-Key", key)
	f.Set("Sec-WebSocket-Version", "13")
	if o.Compress {
		f.Set("Sec-WebSocket-Extensions", "permessage-deflate; server_no_context_takeover; client_no_context_takeover")
	}
	if len(o.Protocols) > 0 {
		f.Set("Sec-WebSocket-Protocol", strings.Join(o.Protocols, ", "))
	}
	return asked, key
}

// agrees is what is wrong with the answer.
func agrees(resp *http.Response, key string, o *Options) error {
	f := resp.Header
	extension, protocol := f.Get("Sec-WebSocket-Extensions"), f.Get("Sec-WebSocket-Protocol")
	switch {
	case resp.StatusCode != http.StatusSwitchingProtocols:
		return fmt.Errorf("websocket: the server answers %s", resp.Status)
	case !has(f["Upgrade"], "websocket"), !has(f["Connection"], "upgrade"):
		return errors.New("websocket: the server upgrades to something else")
	case f.Get("Sec-WebSocket-Accept") != accept(key):
		return errors.New("websocket: bad Sec-WebSocket-Accept")
	case extension != "" && (!o.Compress || packs([]string{extension}) == ""):
		return fmt.Errorf("websocket: unexpected extension %q", extension)
	case protocol != "" && !has(o.Protocols, protocol):
		return fmt.Errorf("websocket: unexpected subprotocol %q", protocol)
	}
	return nil
}
