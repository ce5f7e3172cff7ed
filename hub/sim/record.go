package sim

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// event is what a trace has a line for.
type event struct {
	at    time.Duration
	host  *Host     // on which it happens; nil is none
	task  *hub.Task // whose it is, or by whom it happens; nil is none
	text  string
	line  string  // of the user's source, as "main/main.go:12"; empty if there is none
	noise bool    // it is for who looks into the network and the loop
	does  does    // with a message
	about message // or nil
	of    *Host   // whose state it is, or nil
	fault *Fault
}

// does is what becomes of a message.
type does string

const (
	sends    does = "sends"
	delivers does = "delivers"
	loses    does = "loses"
)

// fate is what becomes of a message, now.
type fate struct {
	of   message
	does does
}

// String is the line of the trace, without its end.
func (e *event) String() string {
	if e.line == "" {
		return fmt.Sprintf("%v %s", e.at, e.text)
	}
	return fmt.Sprintf("%v %s (%s)", e.at, e.text, e.line)
}

// recorder takes the events of a run. It is one run's.
type recorder struct {
	net    *Network
	all    bool           // those of the network and the loop as well
	quick  bool           // no lines of the source are wanted
	forced bool           // forced orders are no noise
	take   func(e *event) // is told of each
	about  any            // what the next line of the trace is about
	stood  map[int]string // the line where a task has waited last, by its number. Never ranged over
}

// attach has r record the run of a network. r may be nil.
func (r *recorder) attach(n *Network) {
	if r == nil {
		return
	}
	r.net, r.stood = n, map[int]string{}
	n.recorder = r
	n.hub.OnTrace(r.record)
}

// tracef writes a line to the trace, about a [*fate], a [*Fault] or a [*Host]. The caller has asked whether
// there is one.
func (n *Network) tracef(about any, format string, args ...any) {
	if n.recorder != nil {
		n.recorder.about = about
	}
	n.hub.Tracef(format, args...)
}

// tracef writes to the trace, if there is one, what becomes of the host.
func (h *Host) tracef(format string, args ...any) {
	if h.net.hub.Tracing() {
		h.net.tracef(h, "network has %s %s", h.name, fmt.Sprintf(format, args...))
	}
}

func (r *recorder) record(t hub.TraceEvent) {
	e := &event{at: t.Time, task: t.Task, text: t.String()}
	e.text = e.text[strings.IndexByte(e.text, ' ')+1:]
	switch about := r.about.(type) {
	case *fate:
		e.about, e.does = about.of, about.does
		e.noise = noise(about.of)
		if text := shown(about.of.payload()); text != "" && e.does == sends {
			e.text += ": " + text
		}
	case *Fault:
		e.fault = about
		e.noise = about.Kind.forced() && !r.forced
	case *Host:
		e.of = about
	default:
		e.noise = t.Task != nil && !strings.HasPrefix(t.What, "panics") && !strings.HasPrefix(t.What, "is ")
	}
	r.about = nil
	if e.task == nil {
		e.task = r.net.hub.Current()
	}
	if e.task != nil {
		e.host = r.net.tasks[e.task].host
	}
	if e.host != nil && e.host.down && t.Task != nil && strings.HasPrefix(t.What, "is ") {
		e.noise = true // they are killed, as the host is down
	}
	if !r.quick {
		e.line = r.lineOf(t)
	}
	if r.all || !e.noise {
		r.take(e)
	}
}

// noise reports whether m is what connections are made of: who uses them did not send it.
func noise(m message) bool {
	s, ok := m.(*segment)
	return ok && (s.kind == agree || s.kind == ack || s.kind == carry && len(s.data) == 0 && !s.end)
}

// shown is the beginning of what a message carries, if that is text.
func shown(payload []byte) string {
	const most = 40
	if len(payload) == 0 || !utf8.Valid(payload) || bytes.ContainsFunc(payload, func(r rune) bool { return !unicode.IsPrint(r) && !unicode.IsSpace(r) }) {
		return ""
	}
	if text := []rune(string(payload)); len(text) > most {
		return strconv.Quote(string(text[:most])) + "…"
	}
	return strconv.Quote(string(payload))
}

// lineOf is the line of the user's source where something happens, or where the task has
// waited last by which it happens: within a call that goes on, nothing tells who has made it.
func (r *recorder) lineOf(t hub.TraceEvent) string {
	if t.Task == nil {
		line := firstUsers(greenlet.Callers(0))
		if task := r.net.hub.Current(); line == "" && task != nil {
			line = r.stood[task.Number()]
		}
		return line
	}
	var failed *hub.PanicError
	if errors.As(t.Task.Err(), &failed) {
		return firstUsers(failed.Stack)
	}
	s := t.Task.State()
	stack := s.Stack
	if n := len(s.Below); n > 0 {
		stack = s.Below[n-1].Stack
	}
	line := firstUsers(stack)
	if line != "" {
		r.stood[t.Task.Number()] = line
	}
	return line
}

// ours are the beginnings of the files of what is between a program and its simulation.
var ours = []string{"github.com/going-green/greenlet/hub/", "github.com/going-green/greenlet/runtime/"}

// loop is a function below which the calls are those of who runs the hub.
const loop = "github.com/going-green/greenlet/hub.(*Hub).run"

// firstUsers is the innermost line of the stack that is neither ours nor Go's.
func firstUsers(stack []greenlet.StackFrame) string {
	for _, f := range stack {
		if f.Func == loop {
			return ""
		}
		if users(f.File) {
			return fmt.Sprintf("%s:%d", path.Join(path.Base(path.Dir(f.File)), path.Base(f.File)), f.Line)
		}
	}
	return ""
}

func users(file string) bool {
	if strings.HasSuffix(file, "_test.go") {
		return true
	}
	for _, prefix := range ours {
		if strings.HasPrefix(file, prefix) {
			return false
		}
	}
	first, _, nested := strings.Cut(file, "/")
	return nested && (strings.Contains(first, ".") || strings.HasPrefix(file, ownPath()))
}

// ownPath is what the files of the program begin with: its path may be as short as one of the
// standard library.
var ownPath = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	switch {
	case !ok:
		return "main/"
	case info.Main.Path != "":
		return info.Main.Path + "/"
	}
	return info.Path + "/"
})

// writes is a recorder that writes to w, or nil if that is nil. Errors of w are ignored.
func (s Simulation) writes(c Choice, w io.Writer) *recorder {
	if w == nil {
		return nil
	}
	return &recorder{all: s.Noise, forced: c.Only != nil, take: func(e *event) { fmt.Fprintln(w, e) }}
}

// same runs a seed twice, and reports whether all is the same: each event, and how it ends.
func (s Simulation) same(seed uint64) bool {
	s.Checks = nil // each seed counts once
	var hashes [2]uint64
	for i := range hashes {
		var h maphash.Hash
		h.SetSeed(hashSeed)
		_, err := s.guarded(seed, &recorder{all: true, quick: true, take: func(e *event) { h.WriteString(e.String()) }})
		fmt.Fprint(&h, err)
		hashes[i] = h.Sum64()
	}
	return hashes[0] == hashes[1]
}

var hashSeed = maphash.MakeSeed()
