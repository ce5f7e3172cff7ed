// Package kills holds stores of durable tasks against kill -9: workers are processes, which are killed at any time, and what they
// leave behind is held against what they had acknowledged and done.
//
//	var program = kills.Program{Open: open}
//
//	func TestMain(m *testing.M) { program.Main(m) }
//
//	func TestTasksSurviveKill(t *testing.T) {
//		w := program.Workers(t, 1)
//		for i := range 100 {
//			w.Replace(0, i%2 == 0)
//		}
//		w.Check(w.Finish())
//	}
package kills

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/engine"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:generate go tool greenlet

// Program is what workers run. A test binary is its own worker.
type Program struct {
	// Open opens the store, which has what the workers before have left in it.
	Open func(dir string) (engine.Engine, error)
	// Close closes it.
	Close func(engine.Engine) error
	// Lease is that of the workers; 0 is the default.
	Lease time.Duration
	// Patience is how long they go on trying if the store fails. 0 is not at all.
	Patience time.Duration
}

// Main is for TestMain: it is the worker if the process is to be one, else it runs the tests.
// behind is called behind them.
func (p Program) Main(m *testing.M, behind ...func()) {
	if dir := os.Getenv("DURABLE_WORKER"); dir != "" {
		_, err := fmt.Sscan(os.Getenv("DURABLE_TIMES"), &p.Lease, &p.Patience)
		if err != nil {
			panic(err)
		}
		p.work(dir)
		return
	}
	code := m.Run()
	for _, f := range behind {
		f()
	}
	os.Exit(code)
}

// Workers are the processes of a test.
type Workers struct {
	Dir string // of what they write

	t     *testing.T
	p     Program
	env   []string
	slots []*worker
	began int
}

type worker struct {
	*exec.Cmd
	errs *bytes.Buffer
}

// Workers are n of them, which are not started yet, with an environment besides.
func (p Program) Workers(t *testing.T, n int, env ...string) *Workers {
	w := &Workers{Dir: t.TempDir(), t: t, p: p, env: env, slots: make([]*worker, n)}
	t.Cleanup(func() {
		for _, x := range w.slots {
			if x != nil {
				_ = x.Process.Kill()
				_ = x.Wait()
			}
		}
	})
	return w
}

// begin starts a process; end has it be one that only waits until all tasks have ended.
func (w *Workers) begin(end string) *worker {
	x := &worker{exec.Command(os.Args[0]), new(bytes.Buffer)}
	x.Env = append(os.Environ(), "DURABLE_WORKER="+w.Dir, "DURABLE_END="+end, fmt.Sprint("DURABLE_FIRST=", w.began*most))
	x.Env = append(x.Env, fmt.Sprintf("DURABLE_TIMES=%d %d", w.p.Lease, w.p.Patience)) // the test's program may differ from Main's
	x.Env = append(x.Env, w.env...)
	x.Stderr = x.errs
	w.began++
	require.NoError(w.t, x.Start())
	return x
}

// Start starts the worker of a slot.
func (w *Workers) Start(slot int) { w.slots[slot] = w.begin("") }

// Process is that of a slot.
func (w *Workers) Process(slot int) *os.Process { return w.slots[slot].Process }

// Kill kills one.
func (w *Workers) Kill(slot int) {
	x := w.slots[slot]
	w.slots[slot] = nil
	require.NoError(w.t, x.Process.Kill())
	_ = x.Wait()
	w.said(x)
}

func (w *Workers) said(x *worker) {
	if w.p.Patience == 0 {
		require.Empty(w.t, x.errs.String())
	}
	require.NotContains(w.t, x.errs.String(), "goroutine ", "it has panicked")
}

// Replace has a worker be killed at any time, and another one started if others run besides. done has it wait first until something was
// acknowledged, by whomever, however slow the machine is.
func (w *Workers) Replace(slot int, done bool) {
	if w.slots[slot] == nil {
		w.Start(slot)
	}
	before := w.Acknowledged()
	for wait := 0; done && w.Acknowledged() == before && wait < 10000; wait++ {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(time.Duration(5+rand.IntN(70)) * time.Millisecond)
	w.Kill(slot)
	if len(w.slots) > 1 {
		w.Start(slot)
	}
}

// Acknowledged tells how far they are: it is more when something was acknowledged.
func (w *Workers) Acknowledged() int64 {
	i, err := os.Stat(filepath.Join(w.Dir, "acks"))
	if err != nil {
		return 0
	}
	return i.Size()
}

// Finish kills all workers, and has one end all tasks. Then the store is opened.
func (w *Workers) Finish() engine.Engine {
	for i, x := range w.slots {
		if x != nil {
			w.Kill(i)
		}
	}
	x := w.begin("yes")
	require.NoError(w.t, x.Wait(), x.errs)
	w.said(x)
	e, err := w.p.Open(w.Dir)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = w.p.Close(e) })
	return e
}

// Check holds what the store has against what was acknowledged, and what was done: it is an error if something is lost, was left out, or was
// done in two ways under one key.
func (w *Workers) Check(e engine.Engine) (said string, err error) {
	ctx := w.t.Context()
	effects, again := map[string]string{}, 0
	for _, line := range w.Lines("ledger") {
		key, what, _ := strings.Cut(line, " ")
		if old, known := effects[key]; known {
			if again++; old != what {
				return "", fmt.Errorf("two effects under the key %s: %s and %s", key, old, what)
			}
		}
		effects[key] = what
	}
	byWhat := map[string]bool{}
	for _, what := range effects {
		byWhat[what] = true
	}
	acks := 0
	for _, line := range w.Lines("acks") {
		var what, id string
		if n, _ := fmt.Sscan(line, &what, &id); n < 2 {
			continue
		}
		acks++
		got, err := e.Get(ctx, id)
		if err != nil {
			return "", fmt.Errorf("what was acknowledged is lost: %s: %w", line, err)
		}
		var paid int
		fmt.Sscanf(id, "b%d-", &paid)
		if what == "signal" && !strings.Contains(string(got.Result), fmt.Sprintf("%s/ships-%d-", id, paid)) {
			return "", fmt.Errorf("the signal is lost: %s: %s", line, got.Result)
		}
	}
	done := 0
	for i, err := range e.Tasks(ctx, engine.Query{}) {
		if err != nil {
			return "", err
		}
		if i.Status != engine.Done || i.Err != "" {
			return "", fmt.Errorf("%s has not ended as it should: %v %s", i.ID, i.Status, i.Err)
		}
		for what := range strings.SplitSeq(strings.Trim(string(i.Result), `"`), ",") {
			if !byWhat[what] {
				return "", fmt.Errorf("%s has ended, and %s was not done", i.ID, what)
			}
		}
		done++
	}
	assert.Positive(w.t, done)
	if 2*done != len(effects) { // 3 + 1 for each two
		return "", fmt.Errorf("%d tasks have done %d things: something is no task's", done, len(effects))
	}
	return fmt.Sprintf("%d tasks, %d acknowledged, %d effects, %d of them again", done, acks, len(effects), again), nil
}

// Lines are those of a file that the workers have written, which a kill has not cut short.
func (w *Workers) Lines(name string) []string {
	b, err := os.ReadFile(filepath.Join(w.Dir, name))
	require.NoError(w.t, err)
	return Whole(string(b))
}

// Whole are the lines of a text that workers have written, but for those that were cut short.
func Whole(text string) (list []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line, whole := strings.CutSuffix(line, lineEnd); whole {
			list = append(list, line)
		}
	}
	return list
}

const lineEnd = " ."

// appendLine is how a line is written: a kill cuts a write where a page ends, and what another process writes behind that is to be a line
// of its own.
func appendLine(b, line []byte) []byte {
	return append(append(append(b, '\n'), line...), lineEnd...)
}
