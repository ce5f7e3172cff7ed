//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package examples

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ask is the answer of a web server: its status and its body.
func ask(t *testing.T, method, u, form string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequest(method, u, strings.NewReader(form))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := &http.Client{Timeout: time.Minute}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, strings.TrimSpace(string(text))
}

// Who listens gets what is said later, in that room only.
func TestWebchat(t *testing.T) {
	base := "http://" + serverProcess(t, "webchat")
	status, page := ask(t, "GET", base+"/", "")
	assert.Equal(t, 200, status)
	assert.Contains(t, page, "<title>Chat</title>")
	assert.NotRegexp(t, `(?:src|href)="`, page)

	room := base + "/rooms/a%20b/messages"
	_, none := ask(t, "GET", room+"?wait=0", "")
	assert.Equal(t, "[]", none)
	heard := make(chan string)
	for range 3 {
		go func() {
			_, body := ask(t, "GET", room, "")
			heard <- body
		}()
	}
	say := func(room, text string) {
		status, _ := ask(t, "POST", room, url.Values{"name": {"ann"}, "text": {text}}.Encode())
		assert.Equal(t, 204, status)
	}
	say(base+"/rooms/other/messages", "elsewhere")
	say(room, "<hello>")
	for range 3 {
		assert.JSONEq(t, `[{"number": 0, "name": "ann", "text": "<hello>"}]`, <-heard)
	}
	say(room, "again")
	_, later := ask(t, "GET", room+"?from=1", "")
	assert.JSONEq(t, `[{"number": 1, "name": "ann", "text": "again"}]`, later)
	status, _ = ask(t, "POST", room, "name=ann")
	assert.Equal(t, 400, status)
	status, _ = ask(t, "POST", room, "name=ann&text="+strings.Repeat("x", 10000))
	assert.Equal(t, 413, status)
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

// The page shows what has been said, as text.
func TestWebchatPage(t *testing.T) {
	path := browser(t)
	base := "http://" + serverProcess(t, "webchat")
	status, _ := ask(t, "POST", base+"/rooms/green/messages", url.Values{"name": {"ann"}, "text": {"<i>hello"}}.Encode())
	require.Equal(t, 204, status)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(),
		"--virtual-time-budget=10000", "--dump-dom", base+"/?once#green")
	dom, err := cmd.Output()
	require.NoError(t, err)
	assert.Contains(t, string(dom), "<h1>green</h1>")
	assert.Contains(t, string(dom), "<li><b>ann</b>&lt;i&gt;hello</li>")
}
