package main

import (
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/httpd"
)

//go:embed page.html
var page string

const (
	kept    = 100 // messages of a room
	longest = 25 * time.Second
)

type message struct {
	Number int    `json:"number"`
	Name   string `json:"name"`
	Text   string `json:"text"`
}

// room is what has been said in it, and who listens.
type room struct {
	next     int
	messages []message
	news     *hub.Event
}

// since are the messages from a number on.
func (r *room) since(from int) []message {
	first := r.next - len(r.messages)
	return r.messages[min(max(from-first, 0), len(r.messages)):]
}

func (r *room) say(name, text string) {
	r.messages = append(r.messages, message{r.next, name, text})
	r.messages = r.messages[max(0, len(r.messages)-kept):]
	r.next++
	r.news.Set() // all that wait go on
	r.news.Clear()
}

type chat struct {
	hub   *hub.Hub
	rooms map[string]*room
}

func (c *chat) room(r *http.Request) *room {
	name := r.PathValue("room")
	if c.rooms[name] == nil {
		c.rooms[name] = &room{news: c.hub.NewEvent()}
	}
	return c.rooms[name]
}

// listens answers with the messages from a number on, and waits for one if there are none. It is
// annotated, as there is one for each that listens: so it waits without a stack.
//
//greenlet:resumable
func (c *chat) listens(w http.ResponseWriter, r *http.Request) {
	from, _ := strconv.Atoi(r.FormValue("from"))
	room := c.room(r)
	if r.FormValue("wait") != "0" && len(room.since(from)) == 0 {
		room.news.WaitFor(longest)
	}
	text, err := json.Marshal(append([]message{}, room.since(from)...))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(text) // here, where it can wait: an encoder is plain code
}

// says is plain, and runs on a stack of its own: there FormValue waits for the form.
func (c *chat) says(w http.ResponseWriter, r *http.Request) {
	name, text := r.FormValue("name"), r.FormValue("text")
	if name == "" || text == "" {
		http.Error(w, "who says what?", http.StatusBadRequest)
		return
	}
	c.room(r).say(name, text)
	w.WriteHeader(http.StatusNoContent)
}

func (c *chat) handler() http.Handler {
	mux := new(httpd.Mux)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, page)
	})
	mux.HandleFunc("GET /rooms/{room}/messages", c.listens)
	mux.HandleFunc("POST /rooms/{room}/messages", c.says)
	return mux
}
