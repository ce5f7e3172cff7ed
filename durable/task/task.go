package task

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Task is a durable task, as its functions get it. It is for them only, while they run.
type Task struct {
	id     string
	runner *Runner            // nil for one that is to be started
	g      *greenlet.Greenlet // nil until it is loaded
	info   engine.Info        // as it was claimed
	seq    uint64             // that is committed
	saved  []byte             // the snapshot that it is loaded from

	inbox    []engine.Message
	consumed []string // since the last commit
	outbox   []engine.Message
	attrs    map[string]string // nil if they are as they were

	running bool // it is being resumed
	asked   *request
	answer  reply
	call    *performance // under way
	cancel  bool         // it is to end where it waits
	traced  func(Event)  // of the step under way
}

// ErrTimeout is the error of a wait whose time has run out.
var ErrTimeout = errors.New("durable: the time for it has run out")

// ID is the task's ID.
func (t *Task) ID() string { return t.id }

// Now is the time, by the clock of the worker's hub.
func (t *Task) Now() time.Time { return t.runner.hub.Now() }

// SetAttr has the task found by an attribute: see [engine.Query]. "" takes it away. It is committed with the next wait.
func (t *Task) SetAttr(name, value string) {
	t.mayUse("SetAttr")
	if t.attrs == nil {
		if t.attrs = maps.Clone(t.info.Attrs); t.attrs == nil {
			t.attrs = map[string]string{}
		}
	}
	if value == "" {
		delete(t.attrs, name)
		return
	}
	t.attrs[name] = value
}

// Attr is an attribute of it, or "".
func (t *Task) Attr(name string) string {
	t.mayUse("Attr")
	if t.attrs != nil {
		return t.attrs[name]
	}
	return t.info.Attrs[name]
}

// Sleep waits for d, which may be days: the task is in the store only until then. It goes by the
// store's clock. With a d of 0 or less it does nothing.
//
//greenlet:resumable durable
func (t *Task) Sleep(d time.Duration) {
	at := t.in(d)
	for greenlet.Exchange[reply, *request](t.wait(greenlet.Current(), "Sleep", at, "")).Again {
	}
}

// SleepUntil is Sleep up to a time.
//
//greenlet:resumable durable
func (t *Task) SleepUntil(at time.Time) {
	for greenlet.Exchange[reply, *request](t.wait(greenlet.Current(), "SleepUntil", at, "")).Again {
	}
}

// Keep commits the task as it is: what follows is not done again if the process ends.
//
//greenlet:resumable durable
func (t *Task) Keep() {
	for greenlet.Exchange[reply, *request](t.keeps(greenlet.Current())).Again {
	}
}

// request is what a task asks of its runner, where it suspends. It is in no snapshot: a task that was
// restored is told to ask again.
type request struct {
	kind   kind
	note   string
	until  time.Time // zero is never
	topics []string
	call   caller
	how    policy
	key    string
}

type kind int

const (
	waits kind = iota + 1
	keeps
	calls
)

// reply is what it gets. Where a task stands in a snapshot its last one may be in there.
type reply struct {
	Again bool
	Body  []byte // of a message
	Topic string // "" if there was none
	Value any
	Err   error
}

func (t *Task) in(d time.Duration) time.Time {
	t.mayUse("Sleep")
	return t.Now().Add(d)
}

// wait asks for the time, or a message of a topic, unless that is "".
func (t *Task) wait(g *greenlet.Greenlet, what string, until time.Time, topics ...string) *request {
	t.mayWait(g, what)
	note := what
	if topics[0] == "" {
		topics = nil
	}
	if len(topics) > 0 {
		note = what + " " + strings.Join(topics, " ")
	}
	if !until.IsZero() {
		note += " until " + until.UTC().Format(time.RFC3339)
	}
	return &request{kind: waits, note: note, until: until, topics: topics}
}

func (t *Task) keeps(g *greenlet.Greenlet) *request {
	t.mayWait(g, "Keep")
	return &request{kind: keeps, note: "Keep"}
}

// mayUse panics unless the task is being run.
func (t *Task) mayUse(what string) {
	if t == nil || t.runner == nil || !t.running {
		panic(fmt.Sprintf("durable: %s of a task that does not run: it is for the task's own functions, while they run", what))
	}
}

// mayWait panics unless g, the current greenlet, is the task's.
func (t *Task) mayWait(g *greenlet.Greenlet, what string) {
	if g == greenlet.Main() {
		panic(greenlet.PlainError(what + " of a durable task"))
	}
	t.mayUse(what)
	if g != t.g {
		panic(fmt.Sprintf("durable: %s of task %s in another greenlet than its own: start a child task instead", what, t.id))
	}
}
