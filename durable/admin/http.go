package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"

	"github.com/going-green/greenlet/durable/engine"
)

// How requests are told apart, let in, and answered.

// refusal is an error with the status that it is answered by.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

func refuse(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

// handler is the API, with what changes tasks or without.
func (a *Admin) handler(writes bool) http.Handler {
	mux := http.NewServeMux()
	get := func(what string, f func(req *http.Request) (any, error)) {
		mux.HandleFunc("GET /api/"+what, func(w http.ResponseWriter, req *http.Request) { answer(w, req, f) })
	}
	post := func(what string, f func(req *http.Request) (any, error)) {
		mux.HandleFunc("POST /api/"+what, func(w http.ResponseWriter, req *http.Request) {
			answer(w, req, func(req *http.Request) (any, error) {
				if !writes {
					return nil, refuse(http.StatusForbidden, "this way tasks can only be looked at: ask by the socket, or set Options.Writes of durable/admin")
				}
				if kind, _, err := mime.ParseMediaType(req.Header.Get("Content-Type")); err != nil || kind != "application/json" {
					return nil, refuse(http.StatusBadRequest, "the content type is %q instead of application/json", req.Header.Get("Content-Type"))
				}
				return f(req)
			})
		})
	}
	get("about", func(req *http.Request) (any, error) { return a.about(req, writes) })
	get("tasks", a.list)
	get("task", a.show)
	get("history", a.history)
	get("snapshot", a.snapshot)
	get("check", a.check)
	get("shapes", a.shapes)
	post("signal", a.signal)
	post("cancel", a.cancel)
	post("kill", func(req *http.Request) (any, error) { return a.command(req, engine.Kill) })
	post("retry", func(req *http.Request) (any, error) { return a.command(req, engine.Retry) })
	post("fork", a.fork)
	servePage(mux)
	mux.HandleFunc("GET /metrics", a.metrics)
	own := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		err := a.foreign(req)
		if err == nil {
			err = own.Check(req)
		}
		if err != nil {
			fails(w, refuse(http.StatusForbidden, "durable: %v", err))
			return
		}
		mux.ServeHTTP(w, req)
	})
}

// foreign is the error for a request that a browser makes for somebody else: for a page of another site, unless it is a link
// that was followed; or by a name of somebody else's, which leads to this machine.
func (a *Admin) foreign(req *http.Request) error {
	h := req.Header
	if site := h.Get("Sec-Fetch-Site"); (site == "cross-site" || site == "same-site") && (h.Get("Sec-Fetch-Mode") != "navigate" || h.Get("Sec-Fetch-Dest") != "document") {
		return errors.New("a page of another site asks")
	}
	at, ok := req.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok || !at.IP.IsLoopback() {
		return nil
	}
	name := req.Host
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	if _, err := netip.ParseAddr(name); err == nil || name == "localhost" || name == "[::1]" || slices.Contains(a.o.Hosts, name) {
		return nil
	}
	return fmt.Errorf("the host %q is not known; if it is a proxy's, name it in Options.Hosts of durable/admin", name)
}

// answer answers with what f returns, as JSON.
func answer(w http.ResponseWriter, req *http.Request, f func(req *http.Request) (any, error)) {
	req.Body = http.MaxBytesReader(w, req.Body, 1<<20)
	if _, err := url.ParseQuery(req.URL.RawQuery); err != nil {
		fails(w, refuse(http.StatusBadRequest, "the query of the request: %v", err))
		return
	}
	v, err := f(req)
	if err != nil {
		fails(w, err)
		return
	}
	body, err := json.Marshal(v)
	if err != nil {
		fails(w, err)
		return
	}
	says(w, http.StatusOK, body)
}

func says(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(body, '\n'))
}

// fails answers with an error.
func fails(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	var r *refusal
	switch {
	case errors.As(err, &r):
		status = r.status
	case errors.Is(err, engine.ErrNoTask):
		status = http.StatusNotFound
	case errors.Is(err, engine.ErrEnded), errors.Is(err, engine.ErrKnown):
		status = http.StatusConflict
	case errors.Is(err, errAway):
		status = http.StatusServiceUnavailable
	}
	body, _ := json.Marshal(map[string]string{"error": err.Error()}) // strings can be encoded
	says(w, status, body)
}

// idOf is the task that a request is about.
func idOf(req *http.Request) (string, error) {
	id := req.URL.Query().Get("id")
	if id == "" {
		return "", refuse(http.StatusBadRequest, "the request names no task: ?id=")
	}
	return id, nil
}

// read reads the body of a request.
func read(req *http.Request, into any) error {
	d := json.NewDecoder(req.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return refuse(http.StatusBadRequest, "the body of the request: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return refuse(http.StatusBadRequest, "the body of the request has more behind its value")
	}
	return nil
}
