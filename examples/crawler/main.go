// Crawler fetches all pages of a site that can be reached from one, up to twenty at a time.
// Without an address it crawls a site of its own, which a net/http server on other
// goroutines serves.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

//go:generate go tool greenlet

// maxPage is how many bytes of a page are read.
const maxPage = 1 << 20

type crawler struct {
	*hub.Hub
	found  *hub.Queue[*url.URL] // to be fetched; done when all have been
	seen   map[string]bool
	pages  int
	links  int
	broken []string
	most   int // fetched at a time
}

// fetch gets the links of a page.
//
//greenlet:resumable
func (c *crawler) fetch(page *url.URL) (links []*url.URL, err error) {
	conn, err := socket.Dial(c.Hub, "tcp", page.Host)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.SetDeadline(c.Now().Add(10 * time.Second))
	req, err := http.NewRequest(http.MethodGet, page.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Close = true // so that the page ends with the connection
	var out bytes.Buffer
	if err := req.Write(&out); err != nil {
		return nil, err
	}
	if _, err := conn.Write(out.Bytes()); err != nil {
		return nil, err
	}
	// Package net/http can't wait here: it gets the answer when that is complete.
	var answer []byte
	buf := make([]byte, 4096)
	for len(answer) < maxPage {
		n, err := conn.Read(buf)
		answer = append(answer, buf[:n]...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return parse(req, answer)
}

var href = regexp.MustCompile(`href="([^"#]+)"`)

// parse finds the links of an answer.
func parse(req *http.Request, answer []byte) (links []*url.URL, err error) {
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, errors.New(resp.Status)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	for _, m := range href.FindAllSubmatch(body, -1) {
		if u, err := req.URL.Parse(string(m[1])); err == nil {
			links = append(links, u)
		}
	}
	return links, nil
}

// visit fetches a page, and queues what it leads to in the same site.
//
//greenlet:resumable
func (c *crawler) visit(page *url.URL) {
	defer c.found.TaskDone()
	links, err := c.fetch(page)
	if err != nil {
		c.broken = append(c.broken, fmt.Sprintf("%s: %v", page.Path, err))
		return
	}
	c.pages++
	c.links += len(links)
	for _, u := range links {
		if u.Host == page.Host {
			c.add(u)
		}
	}
}

func (c *crawler) add(u *url.URL) {
	if !c.seen[u.String()] {
		c.seen[u.String()] = true
		c.found.TryPut(u)
	}
}

// crawl visits what is found until there is nothing more.
//
//greenlet:resumable
func (c *crawler) crawl() {
	pool := c.NewPool(20)
	for page := range c.found.All() {
		pool.Go(c.visit, page)
		c.most = max(c.most, pool.Len())
	}
}

// finish ends the crawl when all that was found has been visited.
//
//greenlet:resumable
func (c *crawler) finish() {
	c.found.Join()
	c.found.Close()
}

func run(address string) error {
	start, err := url.Parse(address)
	if err != nil {
		return err
	}
	if start.Scheme != "http" || start.Host == "" {
		return fmt.Errorf("%s: want http://host/", address)
	}
	if start.Port() == "" {
		start.Host = net.JoinHostPort(start.Hostname(), "80")
	}
	h := hub.New()
	c := &crawler{Hub: h, found: hub.NewQueue[*url.URL](h, -1), seen: map[string]bool{}}
	c.add(start)
	h.Go(c.crawl)
	h.Go(c.finish)
	if err := h.Run(context.Background()); err != nil {
		return err
	}
	fmt.Printf("%d pages with %d links, up to %d at a time\n", c.pages, c.links, c.most)
	for _, b := range c.broken {
		fmt.Println("broken:", b)
	}
	return nil
}

// site has 200 pages that link to others, one of them to nothing, after a moment.
func site() *httptest.Server {
	const pages = 200
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if r.URL.Path != "/" && err != nil {
			http.NotFound(w, r)
			return
		}
		time.Sleep(time.Millisecond)
		for _, to := range []int{2*n + 1, 2*n + 2, n / 2} {
			if to < pages {
				fmt.Fprintf(w, "<a href=\"/%d\">%d</a>\n", to, to)
			}
		}
		if n == 77 {
			fmt.Fprintln(w, `<a href="/nowhere">nowhere</a> <a href="http://other.example/">another site</a>`)
		}
	}))
}

func main() {
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: crawler [http://host[:port]/path]")
		flag.PrintDefaults()
	}
	flag.Parse()
	address := flag.Arg(0)
	if address == "" {
		s := site()
		defer s.Close()
		address = s.URL + "/"
	}
	if err := run(address); err != nil {
		fmt.Fprintln(os.Stderr, "crawler:", err)
		os.Exit(1)
	}
}
