package admin_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/admin"
	"github.com/going-green/greenlet/durable/admin/api"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var shots = flag.String("shots", "", "a directory for pictures of the page")

// The page loads nothing from elsewhere, makes nothing of text but text, and says so to browsers.
func TestPage(t *testing.T) {
	w := newWorld(t)
	s := httptest.NewServer(http.StripPrefix("/tasks", w.a))
	defer s.Close()
	get := func(path string) (*http.Response, string) {
		resp, err := http.Get(s.URL + "/tasks" + path)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp, string(body)
	}
	resp, page := get("/")
	assert.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
	policy := resp.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		assert.Contains(t, policy, part)
	}
	assert.NotContains(t, policy, "unsafe")
	assert.NotContains(t, page, "://")
	assert.NotRegexp(t, `<script>|\son\w+=|style=`, page)
	_, script := get("/page.js")
	assert.NotRegexp(t, `innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function`, script)
	assert.NotContains(t, script, "://")
	_, style := get("/page.css")
	assert.NotRegexp(t, `url\(|@import`, style)
	resp, _ = get("/index.html/..")
	assert.NotEqual(t, 200, resp.StatusCode)
	resp, _ = get("/page.go")
	assert.Equal(t, 404, resp.StatusCode)
}

// browser is a Chromium, or the reason why there is none.
func browser(t *testing.T) string {
	names := []string{"chromium", "chromium-headless-shell", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}
	if path := os.Getenv("CHROMIUM"); path != "" {
		names = []string{path}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skipf("needs a browser: none of %s is there; CHROMIUM may name one", strings.Join(names, ", "))
	return ""
}

// What somebody who may start tasks would call them.
const (
	hostile  = `<script>pwned=1</script>`
	hostile2 = `"><img src=x onerror=pwned=1>'&amp;/?#%41`
)

//go:embed testdata/visit.js
var visit []byte

// hostileWorld has tasks whose words are HTML.
func hostileWorld(t *testing.T) *world {
	w := newWorld(t)
	w.start(hostile, order, parcel{hostile2, 100})
	w.start(hostile2, order, parcel{hostile, 100})
	w.start("k\xff", keepsChannel, 1)
	w.start("failed", panics, hostile)
	for id, state := range map[api.ID]string{hostile: api.Waiting, hostile2: api.Waiting, "k\xff": api.Parked, "failed": api.Failed} {
		w.until(id, state)
	}
	require.NoError(t, second(w.c.Signal(t.Context(), hostile, hostile2, []byte(`"<b>bold</b>"`), hostile)))
	return w
}

// chromium starts a browser that shows a page.
func chromium(t *testing.T, ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, browser(t), append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--user-data-dir=" + t.TempDir()}, args...)...)
}

// A browser shows hostile words as text; its user filters, looks at a task, sends a signal, and forks it from a point.
func TestPageInBrowser(t *testing.T) {
	browser(t)
	w := hostileWorld(t)
	told := make(chan map[string]any, 1)
	serve := admin.NewWith(w.r, admin.Options{Writes: true})
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		switch req.URL.Path {
		case "/":
			page := httptest.NewRecorder()
			serve.ServeHTTP(page, req)
			for name, values := range page.Header() {
				rw.Header()[name] = values
			}
			rw.Header().Del("Content-Length")
			io.WriteString(rw, strings.Replace(page.Body.String(), "</head>", `<script src="visit.js" defer></script></head>`, 1))
		case "/visit.js":
			rw.Header().Set("Content-Type", "text/javascript")
			rw.Write(visit)
		case "/told":
			var report map[string]any
			if json.NewDecoder(req.Body).Decode(&report) == nil {
				told <- report
			}
		default:
			serve.ServeHTTP(rw, req)
		}
	}))
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	cmd := chromium(t, ctx, "--remote-debugging-port=0", "--blink-settings=preferredColorScheme=0", s.URL+"/")
	cmd.WaitDelay = 10 * time.Second
	require.NoError(t, cmd.Start())
	defer cmd.Wait()
	defer cancel()
	select {
	case report := <-told:
		for name, got := range report {
			assert.Equal(t, true, got, name)
		}
		assert.GreaterOrEqual(t, len(report), 15)
	case <-ctx.Done():
		t.Fatal("the browser has told nothing")
	}
	assert.Equal(t, api.Done, w.until(hostile, api.Done).State)
	d := w.until("<i>fork</i>", api.Waiting)
	assert.Equal(t, hostile, d.Attrs["forked-from"])
}

// Pictures are for people: -shots says where they go.
func TestPictures(t *testing.T) {
	if *shots == "" {
		t.Skip("pictures are for people: -shots=directory takes some")
	}
	w := hostileWorld(t)
	demo(w)
	s := httptest.NewServer(admin.NewWith(w.r, admin.Options{Writes: true}))
	defer s.Close()
	for name, hash := range map[string]string{
		"list": "#/", "parked": "#/?state=parked,failed", "task": "#/task?id=order-17", "failed": "#/task?id=order-bad",
		"earlier": "#/task?id=order-17&seq=1", "hostile": "#/task?id=" + url.QueryEscape(hostile),
	} {
		for scheme, flag := range map[string]string{"light": "1", "dark": "0"} {
			file := filepath.Join(*shots, name+"-"+scheme+".png")
			out, err := chromium(t, t.Context(), "--window-size=1360,1000", "--virtual-time-budget=3000", "--blink-settings=preferredColorScheme="+flag,
				"--screenshot="+file, s.URL+"/"+hash).CombinedOutput()
			require.NoError(t, err, "%s", out)
		}
	}
}

// demo has tasks that look like a shop's.
func demo(w *world) { // for TestPictures
	for i, id := range []string{"order-12", "order-13", "order-17", "order-21", "order-22"} {
		w.start(id, order, parcel{[]string{"Ann", "Bob", "Cid", "Dora", "Eve"}[i], 100 * (i + 1)})
		w.until(api.ID(id), api.Waiting)
	}
	w.start("order-bad", breaks, 7)
	w.until("order-bad", api.Failed)
	ctx := w.t.Context()
	require.NoError(w.t, second(w.c.Signal(ctx, "order-12", "approve", []byte("true"), "")))
	require.NoError(w.t, second(w.c.Signal(ctx, "order-13", "approve", []byte("false"), "")))
	require.NoError(w.t, second(w.c.Signal(ctx, "order-17", "hurry", []byte(`{"by": "2027-01-09", "why": "a birthday"}`), "")))
	require.NoError(w.t, second(w.c.Cancel(ctx, "order-22")))
	w.until("order-12", api.Done)
	w.until("order-22", api.Canceled)
}
