package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Client asks a process. Its methods may be called by several goroutines at once.
type Client struct {
	at   string
	base *url.URL
	http http.Client
}

// New makes a client: at is the path of a Unix socket, or the URL of a handler.
func New(at string) (*Client, error) {
	c := &Client{at: at}
	if strings.HasPrefix(at, "http://") || strings.HasPrefix(at, "https://") {
		u, err := url.Parse(strings.TrimSuffix(at, "/") + "/")
		if err != nil {
			return nil, err
		}
		c.base = u
		return c, nil
	}
	c.base = &url.URL{Scheme: "http", Host: "greenlet", Path: "/"}
	c.http.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", at)
	}}
	return c, nil
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Error is what the process answers that does not do what it is asked for.
type Error struct {
	Status int // of HTTP: 404 for a task that is not there, 409 for one that has ended, or is there already
	Text   string
}

func (e *Error) Error() string { return e.Text }

// UnreachableError is the error for a process that can't be asked.
type UnreachableError struct {
	At  string
	Err error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("nobody answers at %s: %v; is the process running, and does it serve durable/admin there?", e.At, e.Err)
}

// Unwrap is the network's own error.
func (e *UnreachableError) Unwrap() error { return e.Err }

// Query asks for tasks. Zero fields ask for any.
type Query struct {
	Status []string // active, parked, done, failed, canceled
	State  []string // running, due, waiting and the like
	Func   string   // with its import path, or without
	Parent string
	Prefix string // of the ID
	Attrs  map[string]string
	Text   string // somewhere in its ID, function, attributes, reason, error, or what it waits for
	After  string // the cursor of a page
	Limit  int    // of a page; 0 is 100
}

// Values is the query as that of a URL.
func (q Query) Values() url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Add(name, value)
		}
	}
	for _, s := range q.Status {
		set("status", s)
	}
	for _, s := range q.State {
		set("state", s)
	}
	set("func", q.Func)
	set("parent", q.Parent)
	set("prefix", q.Prefix)
	set("text", q.Text)
	set("after", q.After)
	for name, value := range q.Attrs {
		v.Add("attr", name+"="+value)
	}
	if q.Limit > 0 {
		set("limit", strconv.Itoa(q.Limit))
	}
	return v
}

// Tasks is a page of tasks, by ID.
func (c *Client) Tasks(ctx context.Context, q Query) (t Tasks, err error) {
	return t, c.get(ctx, "tasks", q.Values(), &t)
}

// Task is a task with its stack; seq asks for an earlier snapshot's, if it is not nil.
func (c *Client) Task(ctx context.Context, id ID, seq *uint64) (d Detail, err error) {
	return d, c.get(ctx, "task", of(id, seq), &d)
}

// History are a task's last events, the oldest first.
func (c *Client) History(ctx context.Context, id ID) (list []Event, err error) {
	return list, c.get(ctx, "history", of(id, nil), &list)
}

// Snapshot is a task's snapshot, with its descriptions.
func (c *Client) Snapshot(ctx context.Context, id ID, seq *uint64) (b []byte, err error) {
	return b, c.get(ctx, "snapshot", of(id, seq), &b)
}

// Signal sends a value, which is JSON, by the signal called name. A message whose ID the task knows is not taken again; "" is
// an ID that nothing has.
func (c *Client) Signal(ctx context.Context, id ID, name string, value json.RawMessage, message string) (s Sent, err error) {
	return s, c.post(ctx, "signal", of(id, nil), map[string]any{"name": name, "value": value, "message": message}, &s)
}

// Cancel ends a task where it waits; what it has deferred runs.
func (c *Client) Cancel(ctx context.Context, id ID) (s Sent, err error) {
	return s, c.post(ctx, "cancel", of(id, nil), nil, &s)
}

// Kill ends a task at once; nothing that it has deferred runs.
func (c *Client) Kill(ctx context.Context, id ID) (s Sent, err error) {
	return s, c.post(ctx, "kill", of(id, nil), nil, &s)
}

// Retry has a task go on that is parked or has failed.
func (c *Client) Retry(ctx context.Context, id ID) (s Sent, err error) {
	return s, c.post(ctx, "retry", of(id, nil), nil, &s)
}

// Fork makes a task of another's snapshot, or of an earlier one if seq is not nil.
func (c *Client) Fork(ctx context.Context, id, to ID, seq *uint64) (f Forked, err error) {
	return f, c.post(ctx, "fork", of(id, seq), map[string]any{"to": to}, &f)
}

// Check is a page of what the running program can't go on with.
func (c *Client) Check(ctx context.Context, q Query) (k Checked, err error) {
	return k, c.get(ctx, "check", q.Values(), &k)
}

// Shapes is a page of snapshots, one of each shape.
func (c *Client) Shapes(ctx context.Context, q Query) (s Shapes, err error) {
	return s, c.get(ctx, "shapes", q.Values(), &s)
}

// About says who serves.
func (c *Client) About(ctx context.Context) (a About, err error) {
	return a, c.get(ctx, "about", nil, &a)
}

func of(id ID, seq *uint64) url.Values {
	v := url.Values{"id": {string(id)}}
	if seq != nil {
		v.Set("seq", strconv.FormatUint(*seq, 10))
	}
	return v
}

func (c *Client) get(ctx context.Context, what string, q url.Values, into any) error {
	return c.do(ctx, http.MethodGet, what, q, nil, into)
}

func (c *Client) post(ctx context.Context, what string, q url.Values, body, into any) error {
	if body == nil {
		body = struct{}{}
	}
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.do(ctx, http.MethodPost, what, q, b, into)
}

func (c *Client) do(ctx context.Context, method, what string, q url.Values, body []byte, into any) error {
	u := c.base.JoinPath("api", what)
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var outer *url.Error
		if errors.As(err, &outer) && ctx.Err() == nil {
			return &UnreachableError{c.at, outer.Err}
		}
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		var said struct{ Error string }
		if json.Unmarshal(text, &said) != nil || said.Error == "" {
			said.Error = fmt.Sprintf("%s answers %s, which durable/admin does not", c.at, resp.Status)
		}
		return &Error{resp.StatusCode, said.Error}
	}
	return json.Unmarshal(text, into)
}
