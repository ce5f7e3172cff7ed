package admin_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/going-green/greenlet/durable/admin"
	"github.com/going-green/greenlet/durable/admin/api"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mended has breaks not break.
var mended atomic.Bool

// keys are those that effects were given.
var keys ledger

type ledger struct {
	lock sync.Mutex
	list []string
}

func (l *ledger) add(key string) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.list = append(l.list, key)
}

func (l *ledger) clear() {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.list = nil
}

func (l *ledger) all() []string {
	l.lock.Lock()
	defer l.lock.Unlock()
	return append([]string(nil), l.list...)
}

// What browsers send for pages of others is refused, and so are writes where only reads are allowed.
func TestAccess(t *testing.T) {
	w := newWorld(t)
	w.start("o1", order, parcel{"Ann", 1})
	w.until("o1", api.Waiting)
	reads := httptest.NewServer(http.StripPrefix("/durable", w.a))
	defer reads.Close()
	writes := httptest.NewServer(admin.NewWith(w.r, admin.Options{Writes: true, Hosts: []string{"tasks.example"}}))
	defer writes.Close()
	do := func(base, method, what string, header ...string) int {
		t.Helper()
		body := ""
		if method == "POST" {
			body = `{"name": "other", "value": 1}`
		}
		req, err := http.NewRequest(method, base+what, strings.NewReader(body))
		require.NoError(t, err)
		if method == "POST" {
			req.Header.Set("Content-Type", "application/json")
		}
		for i := 0; i < len(header); i += 2 {
			if req.Header.Set(header[i], header[i+1]); header[i] == "Host" {
				req.Host = header[i+1]
			}
		}
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		resp.Body.Close()
		return resp.StatusCode
	}
	r, x := reads.URL+"/durable", writes.URL
	const list, signal = "/api/tasks", "/api/signal?id=o1"
	for _, c := range []struct {
		want               int
		base, method, what string
		header             []string
	}{
		{200, r, "GET", list, nil},
		{403, r, "POST", signal, nil},
		{200, x, "POST", signal, nil},
		{405, x, "GET", signal, nil},
		{400, x, "POST", "/api/signal", nil},
		{404, x, "GET", "/api/other", nil},
		{400, x, "POST", signal, []string{"Content-Type", "text/plain"}},
		{200, x, "POST", signal, []string{"Origin", x}},
		{200, x, "POST", signal, []string{"Origin", x, "Sec-Fetch-Site", "same-origin"}},
		{403, x, "POST", signal, []string{"Origin", "https://evil.example"}},
		{403, x, "POST", signal, []string{"Origin", "null"}},
		{403, x, "POST", signal, []string{"Sec-Fetch-Site", "cross-site"}},
		{403, x, "POST", signal, []string{"Sec-Fetch-Site", "same-site"}},
		{403, x, "POST", signal, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}},
		{403, x, "GET", list, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}},
		{403, x, "GET", list, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}},
		{200, x, "GET", list, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}},
		{403, x, "GET", list, []string{"Host", "evil.example"}},
		{403, x, "GET", list, []string{"Host", "evil.example:80"}},
		{200, x, "GET", list, []string{"Host", "tasks.example"}},
		{403, r, "GET", list, []string{"Host", "tasks.example"}},
		{200, x, "GET", list, []string{"Host", "localhost:8080"}},
		{200, x, "GET", list, []string{"Host", "[::1]:8080"}},
	} {
		assert.Equal(t, c.want, do(c.base, c.method, c.what, c.header...), "%s %s %v", c.method, c.base+c.what, c.header)
	}
	d := w.until("o1", api.Waiting)
	assert.Len(t, d.Inbox, 3, "only what was answered by 200 was done")
}

// Of a request's body no more is read than makes sense.
func TestBodies(t *testing.T) {
	w := newWorld(t)
	s := httptest.NewServer(admin.NewWith(w.r, admin.Options{Writes: true}))
	defer s.Close()
	for _, body := range []string{"", "no", `{"name": 1}`, `{"other": 1}`, `{"name": "` + strings.Repeat("x", 2<<20) + `"}`} {
		resp, err := http.Post(s.URL+"/api/signal?id=o1", "application/json", strings.NewReader(body))
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, 400, resp.StatusCode)
	}
}
