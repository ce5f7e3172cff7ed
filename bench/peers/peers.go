// Package peers runs what greenlets are compared with in other languages.
//
// A peer is a program that knows how to do work by name. It is started once, and
// reads lines from its standard input, each the name of some work and how many
// units of it to do. It answers each by a line:
//
//	12.5 4950           nanoseconds a unit, measured inside, and what was computed
//	error stack overflow    why it can't
//
// The work "suspended" is answered by the bytes of resident memory that one of so
// many suspended coroutines takes, in place of nanoseconds. With a name and a
// number as its arguments the program answers that, and ends.
//
// What is computed shows that a peer does the same work: it must be what the Go
// programs compute (package generated/bench).
package peers

import (
	"bufio"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed src
var sources embed.FS

// Timeout is how long a peer may take for an answer.
var Timeout = time.Minute

// Peer is a program in another language.
type Peer struct {
	Name    string
	What    string  // how it suspends
	Share   float64 // of the number of suspended ones that others can have, for what takes much memory or time
	prepare func(ctx context.Context, dir string) (argv []string, version string, err error)

	argv    []string
	dir     string
	version string
	missing error
	running *process
}

// All are the peers there are.
func All() []*Peer {
	return []*Peer{
		{Name: "C++20", What: "coroutines: a generator, symmetric transfer, a recursive generator", Share: 1, prepare: prepareCpp},
		{Name: "LuaJIT", What: "coroutine.wrap; symmetric switches by a loop that resumes whom it is told", Share: 1, prepare: prepareLua},
		{Name: "Python greenlet", What: "greenlet.switch", Share: 0.1, prepare: preparePython},
		{Name: "Node", What: "generator functions and yield*; symmetric switches by a loop", Share: 1, prepare: prepareNode},
		{Name: "dispatchrun/coroutine", What: "durable coroutines compiled from Go", Share: 1, prepare: prepareDispatchrun},
	}
}

// Gevent is what tasks of a hub are compared with. It does other work than those of [All].
func Gevent() *Peer {
	return &Peer{Name: "gevent", What: "greenlets in gevent's loop", Share: 0.1, prepare: prepareGevent}
}

// Prepare compiles what must be compiled, and finds out whether the peer is there
// at all; see [Peer.Missing]. It writes to dir.
func (p *Peer) Prepare(ctx context.Context, dir string) {
	p.dir = filepath.Join(dir, strings.Map(fileName, p.Name))
	if p.missing = os.MkdirAll(p.dir, 0o777); p.missing == nil {
		p.argv, p.version, p.missing = p.prepare(ctx, p.dir)
	}
}

func fileName(r rune) rune {
	if strings.ContainsRune(`/\ :`, r) {
		return '_'
	}
	return r
}

// Missing is why the peer can't be run on this machine, or nil.
func (p *Peer) Missing() error { return p.missing }

// Version is what the peer's implementation says that it is.
func (p *Peer) Version() string { return p.version }

// Measure has the peer do n units of work. It starts the program if it isn't
// running. A peer that breaks down is started anew for the next work.
func (p *Peer) Measure(ctx context.Context, work string, n int) (each float64, sum int, err error) {
	if p.missing != nil {
		return 0, 0, p.missing
	}
	if p.running == nil {
		if p.running, err = start(p.argv, p.dir); err != nil {
			return 0, 0, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	answer, err := p.running.ask(ctx, fmt.Sprintf("%s %d\n", work, n))
	if err != nil {
		detail := p.running.kill()
		p.running = nil
		return 0, 0, fmt.Errorf("%w%s", err, detail)
	}
	return parse(answer)
}

// Once is Measure in a process of its own.
func (p *Peer) Once(ctx context.Context, work string, n int) (each float64, sum int, err error) {
	if p.missing != nil {
		return 0, 0, p.missing
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	argv := append(p.argv[1:len(p.argv):len(p.argv)], work, strconv.Itoa(n))
	cmd := exec.CommandContext(ctx, p.argv[0], argv...)
	cmd.Dir = p.dir
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, timedOut(ctx, err)
	}
	return parse(strings.TrimSpace(string(out)))
}

// Command is the program with the arguments that have it do work once; the number of units is
// to follow.
func (p *Peer) Command(work string) []string {
	return append(p.argv[:len(p.argv):len(p.argv)], work)
}

// Close ends the program.
func (p *Peer) Close() {
	if p.running != nil {
		p.running.kill()
		p.running = nil
	}
}

func parse(answer string) (each float64, sum int, err error) {
	if reason, failed := strings.CutPrefix(answer, "error "); failed {
		return 0, 0, errors.New(reason)
	}
	if _, err := fmt.Sscan(answer, &each, &sum); err != nil {
		return 0, 0, fmt.Errorf("its answer %q is not understood: %w", answer, err)
	}
	return each, sum, nil
}

// process is a peer that runs.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *tail
}

func start(argv []string, dir string) (*process, error) {
	p := &process{cmd: exec.Command(argv[0], argv[1:]...), stderr: new(tail)}
	p.cmd.Dir = dir
	p.cmd.Stderr = p.stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewReader(out)
	return p, p.cmd.Start()
}

// ask sends a line and waits for another.
func (p *process) ask(ctx context.Context, line string) (string, error) {
	defer context.AfterFunc(ctx, func() { p.cmd.Process.Kill() })() // ends the read below
	if _, err := io.WriteString(p.in, line); err != nil {
		return "", timedOut(ctx, err)
	}
	answer, err := p.out.ReadString('\n')
	if err != nil {
		return "", timedOut(ctx, errors.New("it broke down"))
	}
	return strings.TrimSpace(answer), nil
}

// timedOut is err, or the reason for it.
func timedOut(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("it took longer than %v", Timeout)
	}
	return err
}

// kill ends the process, and returns how it ended, if it had by itself, and what
// it complained about.
func (p *process) kill() (detail string) {
	p.in.Close()
	timer := time.AfterFunc(time.Second, func() { p.cmd.Process.Kill() })
	err := p.cmd.Wait()
	timer.Stop()
	if err != nil {
		detail = ": " + err.Error()
	}
	if last := p.stderr.line(); last != "" {
		detail += ": " + last
	}
	return detail
}

// tail keeps the end of what is written to it.
type tail struct{ b []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.b = append(t.b, b...)
	t.b = t.b[max(0, len(t.b)-1000):]
	return len(b), nil
}

// line is the last line.
func (t *tail) line() string {
	lines := strings.Split(strings.TrimSpace(string(t.b)), "\n")
	return lines[len(lines)-1]
}
