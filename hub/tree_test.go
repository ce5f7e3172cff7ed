package hub

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tree is the hub's tasks as a tree, without what is different from place to place.
func (l *log) tree(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, l.DumpTree(&b))
	text := strings.ReplaceAll(b.String(), ours+".(*log)", "log")
	return regexp.MustCompile(`:\d+`).ReplaceAllString(strings.ReplaceAll(text, ours+"/", ""), ":1")
}

//greenlet:resumable
func (l *log) family(e *Event) {
	l.Go(l.newIteratesFrame())
	l.Go(l.newStartsFrame(e))
	l.WithTimeout(time.Minute, func() { e.Wait() })
}

//greenlet:resumable
func (l *log) starts(e *Event) {
	l.Go(l.newWaitsFrame(e, "orphan"))
}

// The tree shows who began whom, and where each stands.
func TestDumpTree(t *testing.T) {
	l := &log{Hub: NewSimulated(time.Unix(0, 0))}
	assert.False(t, l.SetTracking(true))
	e := l.NewEvent()
	l.Go(l.newFamilyFrame(e))
	l.GoAfter(500*time.Millisecond, l.newShowsFrame(t, e))
	l.GoAfter(time.Hour, l.newSleeperFrame("late", 1, 0))
	assert.Equal(t, `hub
├── task 1 (log.family) is ready
│         started at tree_test.go:1
│         log.family(tree_test.go:1)
├── task 2 (log.shows) waits for its start (since 0s, 500ms to go)
│         started at tree_test.go:1
│         log.shows(tree_test.go:1)
└── task 3 (log.sleeper) waits for its start (since 0s, 1h0m0s to go)
          started at tree_test.go:1
          log.sleeper(hub_test.go:1)
`, l.tree(t))
	require.NoError(t, l.Run(t.Context()))
	assert.Equal(t, `hub
├── task 1 (log.family) waits for an event (since 500ms)
│   │     started at tree_test.go:1
│   │     log.family.func1(tree_test.go:1)
│   │     github.com/going-green/greenlet/hub.(*Hub).WithTimeout(sleep.go:1)
│   │     log.family(tree_test.go:1)
│   └── task 4 (log.iterates) waits for time (since 500ms, 500ms to go)
│       │     started at tree_test.go:1
│       │     log.iterates(hub_test.go:1)
│       └── greenlet log.ticks
│                 log.ticks(hub_test.go:1)
├── task 2 (log.shows) runs
│         started at tree_test.go:1
├── task 3 (log.sleeper) waits for its start (since 500ms, 59m59.5s to go)
│         started at tree_test.go:1
│         log.sleeper(hub_test.go:1)
└── task 6 (log.waits) waits for an event (since 500ms, 1.5s to go)
          started by task 5, which has ended, at tree_test.go:1
          log.waits(hub_test.go:1)
`, l.lines[0])
}

//greenlet:resumable
func (l *log) shows(t *testing.T, e *Event) {
	l.lines = append(l.lines, l.tree(t))
	e.Set()
}

// States are values that programs read; without tracking they leave out where and when.
func TestStates(t *testing.T) {
	l := newLog()
	l.Go(l.newKillsOneFrame(l.GoAfter(time.Second, l.newSleeperFrame("a", 1, 0))))
	text, err := json.Marshal(l.States())
	require.NoError(t, err)
	assert.JSONEq(t, `[{
		"Number": 1, "Func": "log.sleeper", "State": "waits", "For": "its start", "Until": "0001-01-01T00:00:01Z",
		"Stack": [{"Func": "log.sleeper", "File": "hub_test.go", "Line": 1}]
	}, {
		"Number": 2, "Func": "log.killsOne", "State": "ready",
		"Stack": [{"Func": "log.killsOne", "File": "hub_test.go", "Line": 1}]
	}]`, regexp.MustCompile(`"Line":\d+`).ReplaceAllString(strings.NewReplacer(ours+".(*log)", "log", ours+"/", "").Replace(string(text)), `"Line":1`))
	require.NoError(t, l.Run(t.Context()))
	assert.Empty(t, l.States())
}

// A dump for another goroutine is made by the loop; if that can't, it says so.
func TestPostDump(t *testing.T) {
	h := New()
	var idle, dump, blocked strings.Builder
	require.NoError(t, h.PostDump(&idle, 1))
	assert.Equal(t, "hub: it does not run\n", idle.String())

	inside, free := make(chan bool), make(chan bool)
	h.Go(newHoldsUpFrame(inside, free))
	done := h.Promise()
	ended := make(chan error)
	go func() { ended <- h.Run(t.Context()) }()
	<-inside
	require.NoError(t, h.PostDump(&blocked, time.Millisecond))
	free <- true
	require.NoError(t, h.PostDump(&dump, time.Hour))
	done()
	require.NoError(t, <-ended)
	assert.Regexp(t, `(?s)^hub: blocked for 1ms\ngoroutine \d+ \[chan (send|receive).*holdsUp.*tree_test\.go:\d+`, blocked.String())
	assert.Equal(t, "hub\n", dump.String())
}

// holdsUp blocks the loop.
//
//greenlet:resumable
func holdsUp(inside, free chan bool) {
	inside <- true
	<-free
}

// A task whose time has come, but not its turn, waits for no negative time.
func TestDumpTreeLate(t *testing.T) {
	now := time.Unix(100, 0)
	s := TaskState{Since: now.Add(time.Second), Until: now.Add(-time.Second)}
	assert.Equal(t, " (since 0s, 0s to go)", s.times(now))
	l := &log{Hub: New()}
	l.Go(l.newSleeperFrame("late", 1, time.Nanosecond))
	l.Go(l.newShowsLateFrame(t))
	require.NoError(t, l.Run(t.Context()))
}

//greenlet:resumable
func (l *log) showsLate(t *testing.T) {
	for began := l.Now(); l.Now() == began; {
	}
	assert.Contains(t, l.tree(t), "waits for time (0s to go)")
}
