package websocket

import (
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gobwas/httphead"
	"github.com/gobwas/ws/wsflate"
	"github.com/going-green/greenlet/hub/httpd"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Handler is an [http.Handler] of a server of package httpd that answers requests for a WebSocket.
type Handler struct {
	// Serve has the connections. If its method is plain it runs on a stack of its own.
	Serve Server
	// Options are for all of them.
	Options
	// Origin reports whether a page of an origin may connect: nil are those of the same host, and
	// who says no origin.
	Origin func(r *http.Request) bool
}

// Server serves connections.
type Server interface{ ServeWebSocket(c *Conn) }

// ServeHTTP answers the request. When it has returned, and what the request took is free, the
// connection is served by its task, and closed when that returns. If ServeWebSocket is annotated
// there is no stack that waits.
//
//greenlet:resumable
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resp, c, err := h.shake(w, r)
	if err == nil {
		_ = resp.Upgrade(&served{h, c}) // if the client has gone, nobody is served
	}
}

// served is a connection that ServeHTTP has made.
type served struct {
	handler *Handler
	conn    *Conn
}

// ServeSocket is that of [httpd.Upgraded].
//
//greenlet:resumable
func (s *served) ServeSocket(sock *socket.Conn) {
	s.conn.sock = sock
	serve := s.handler.Serve
	if _, ok := serve.(resumable); ok {
		serve.ServeWebSocket(s.conn)
		return
	}
	greenlet.OnStack(onStack(serve, s.conn))
}

// resumable is who is annotated.
type resumable interface {
	ServeWebSocketResumable(*greenlet.Run, *Conn) greenlet.Status
}

// onStack is a call of who is plain.
func onStack(serve Server, c *Conn) func(greenlet.Section) {
	return func(greenlet.Section) { serve.ServeWebSocket(c) }
}

// Upgrade answers a request for a WebSocket, for a handler that goes on with the connection until it
// returns. If its error is not nil the request has been refused.
//
//greenlet:resumable
func (h *Handler) Upgrade(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	resp, c, err := h.shake(w, r)
	if err != nil {
		return nil, err
	}
	c.sock, err = resp.HijackSocket()
	return c, err
}

// shake begins the answer.
func (h *Handler) shake(w http.ResponseWriter, r *http.Request) (*httpd.Response, *Conn, error) {
	resp := response(w)
	code, why := h.refuses(r)
	switch {
	case resp == nil:
		code, why = http.StatusInternalServerError, "not a server of package httpd"
	case code == http.StatusUpgradeRequired:
		w.Header().Set("Sec-WebSocket-Version", "13")
	}
	if code != 0 {
		http.Error(w, "websocket: "+why, code)
		return nil, nil, errors.New("websocket: " + why)
	}
	c := newConn(nil, &h.Options, false)
	f := w.Header()
	if h.Compress {
		if accepted := packs(r.Header["Sec-Websocket-Extensions"]); accepted != "" {
			c.packs = true
			f.Set("Sec-WebSocket-Extensions", accepted)
		}
	}
	if c.protocol = h.selects(r.Header["Sec-Websocket-Protocol"]); c.protocol != "" {
		f.Set("Sec-WebSocket-Protocol", c.protocol)
	}
	f.Set("Upgrade", "websocket")
	f.Set("Connection", "Upgrade")
	f.Set("Sec-WebSocket-Accept", accept(r.Header.Get("Sec-WebSocket-Key")))
	w.WriteHeader(http.StatusSwitchingProtocols)
	return resp, c, nil
}

// response is what is below the writers of middleware.
func response(w http.ResponseWriter) *httpd.Response {
	for {
		switch v := w.(type) {
		case *httpd.Response:
			return v
		case interface{ Unwrap() http.ResponseWriter }:
			w = v.Unwrap()
		default:
			return nil
		}
	}
}

// refuses is the status and the reason for which a request is refused; 0 if it is not.
func (h *Handler) refuses(r *http.Request) (code int, why string) {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	switch {
	case r.Method != http.MethodGet:
		return http.StatusMethodNotAllowed, "the method is not GET"
	case !r.ProtoAtLeast(1, 1):
		return http.StatusHTTPVersionNotSupported, "the version of HTTP is too old"
	case !has(r.Header["Upgrade"], "websocket"):
		return http.StatusUpgradeRequired, "no Upgrade to websocket"
	case !has(r.Header["Connection"], "upgrade"):
		return http.StatusBadRequest, "no Connection: Upgrade"
	case r.Header.Get("Sec-WebSocket-Version") != "13":
		return http.StatusUpgradeRequired, "the version is not 13"
	case err != nil || len(key) != 16 || len(r.Header["Sec-Websocket-Key"]) != 1:
		return http.StatusBadRequest, "bad Sec-WebSocket-Key"
	case h.Origin != nil && !h.Origin(r), h.Origin == nil && !sameHost(r):
		return http.StatusForbidden, "of another origin"
	}
	return 0, ""
}

func sameHost(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	u, err := url.Parse(origin)
	return origin == "" || err == nil && strings.EqualFold(u.Host, r.Host)
}

// has reports whether there is a token in the values of a field.
func has(values []string, token string) bool {
	for _, v := range values {
		for t := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(t), token) {
				return true
			}
		}
	}
	return false
}

// accept is the answer to a key: RFC 6455, section 4.2.2.
func accept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// packs is the extension of permessage-deflate that is accepted; empty if none is.
func packs(offers []string) string {
	for _, offer := range offers {
		options, ok := httphead.ParseOptions([]byte(offer), nil)
		if !ok {
			return ""
		}
		e := wsflate.Extension{Parameters: parameters}
		for _, o := range options {
			if got, err := e.Negotiate(o); err == nil && got.Size() > 0 {
				return wsflate.ExtensionName + "; server_no_context_takeover; client_no_context_takeover"
			}
		}
	}
	return ""
}

// selects is the first subprotocol of the client's that is one of the handler's.
func (h *Handler) selects(offers []string) string {
	for _, offer := range offers {
		for p := range strings.SplitSeq(offer, ",") {
			p = strings.TrimSpace(p)
			for _, ours := range h.Protocols {
				if p == ours {
					return p
				}
			}
		}
	}
	return ""
}
