//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package httpd

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A hasty handler gives up in the middle of something, and goes on.
type hasty struct{ l *simulation }

//greenlet:resumable
func (h hasty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == "POST" {
		for h.l.WithTimeout(1500*time.Millisecond, func() { _ = Receive(r) }) != nil {
		}
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %v", body, err)
		return
	}
	size, _ := strconv.Atoi(r.URL.Path[1:])
	h.l.WithTimeout(time.Second, func() {
		for {
			w.Write(make([]byte, size))
		}
	})
	_, err := io.WriteString(w, strings.Repeat("y", 2*bufferSize))
	h.l.say("%v", err)
}

// Of an answer in whose middle a handler was interrupted no more is sent, as it is not
// known how much has been; nor are there others.
func TestInterruptedWrite(t *testing.T) {
	for _, size := range []string{"10", "4096", "100000"} {
		l := simulate(hasty{}, &Server{})
		l.server.Handler = hasty{l}
		l.server.OnAnswer = nil
		l.Go(l.newSlowFrame(get("/"+size) + get("/10")))
		l.expect(t, "1s "+errInterrupted.Error(), "1m0s the end is missing: unexpected EOF")
	}
}

// slow reads what is sent to it late.
//
//greenlet:resumable
func (l *simulation) slow(text string) {
	c := l.door.visit(64 << 10)
	defer c.Close()
	if _, err := c.WriteString(text); err != nil {
		return
	}
	l.Sleep(time.Minute)
	got, _ := io.ReadAll(c)
	r := bufio.NewReader(bytes.NewReader(got))
	resp, err := http.ReadResponse(r, nil)
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
	}
	l.say("the end is missing: %v", err)
	if rest, _ := io.ReadAll(r); len(rest) > 0 || bytes.Contains(got, []byte("yyy")) {
		l.say("there is more")
	}
}

// What a handler had received when it was interrupted is there still.
func TestInterruptedReceive(t *testing.T) {
	l := simulate(hasty{}, &Server{})
	l.server.Handler = hasty{l}
	l.Go(l.newClientFrame(request("POST", "/", "1.1", "Connection: close", "Content-Length: 5"), "a", "b", "c", "d", "e"))
	l.expect(t,
		"5s answered: 200 11 bytes in 5s, <nil>",
		"5s HTTP/1.1 200 OK", "5s Date: Mon, 01 Jan 0001 00:00:05 GMT", "5s Connection: close", "5s abcde <nil>, end")
}
