package oracle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/going-green/greenlet/internal/names"
)

// A BuildError says what is wrong with programs of a batch: the parser's word,
// or the go command's. Programs has what is said of each.
type BuildError struct {
	Output   string
	Programs map[string]string
}

func (e *BuildError) Error() string { return "go build: " + e.Output }

func (e *BuildError) add(program, text string) {
	e.Output += text
	e.Programs[program] += text
}

// Environment is that of go commands in a module of a batch.
func Environment() []string {
	return append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "GO111MODULE=on")
}

// Write writes the module to dir.
func (f Files) Write(dir string) error {
	for _, name := range f.Sorted() {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(p, []byte(f[name]), 0o666); err != nil {
			return err
		}
	}
	return nil
}

var buildErrorPath = regexp.MustCompile(`(?m)^(?:# ` + Module + `/)?(?:\./)?([A-Za-z0-9_]+)(?:[/\n]|$)`)

// Quick is a flag of [Build] with which the compiler takes two thirds of the time: it doesn't
// optimize.
const Quick = "-gcflags=" + Module + "/...=-dwarf=false -N -l"

// Build writes the module of a batch to dir, which must not have another one,
// and compiles it, with flags of go build. The binary does not depend on where dir is.
func Build(ctx context.Context, module Files, dir string, flags ...string) (*Binary, error) {
	if err := module.Write(dir); err != nil {
		return nil, err
	}
	bin := filepath.Join(dir, "programs.exe")
	// Nobody debugs the programs. What debuggers need takes a fifth of the compiler's time.
	compiler := "-dwarf=false"
	if module.isUnrewritten() {
		// The oracle knows functions by name. A literal of a function that has
		// been inlined into another is named after that.
		compiler += " -l"
	}
	args := append([]string{"build", "-trimpath", "-ldflags=-w", "-gcflags=" + Module + "/...=" + compiler, "-o", bin}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, ".")...)
	cmd.Dir, cmd.Env = dir, append(Environment(), "GOGC=300") // a fifth less of the compiler's time
	out, err := cmd.CombinedOutput()
	if err == nil {
		return &Binary{bin}, nil
	}
	if len(out) == 0 {
		return nil, err
	}
	e := &BuildError{Programs: map[string]string{}}
	program := ""
	for line := range strings.Lines(string(out)) {
		if m := buildErrorPath.FindStringSubmatch(line); m != nil {
			program = m[1]
		}
		e.add(program, line)
	}
	return nil, e
}

// isUnrewritten reports whether programs run unrewritten in the module.
func (f Files) isUnrewritten() bool {
	for name := range f {
		if strings.HasPrefix(Module+"/"+name, oraclePath+"/") || strings.HasPrefix(Module+"/"+name, onstackPath+"/") {
			return true
		}
	}
	return false
}

// A Binary holds the programs of a batch.
type Binary struct{ path string }

// Timeout is how long a program may run.
const Timeout = 20 * time.Second

// ErrEndless is of a program that runs longer than [Timeout].
var ErrEndless = errors.New("does not end")

// Run runs a program with arguments and returns what [Outcome] does. The text does not depend
// on where and how the program was built. If a rewritten program that ends loses suspensions,
// the error is a [*LostError].
func (b *Binary) Run(ctx context.Context, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	lost, err := os.CreateTemp(filepath.Dir(b.path), "lost")
	if err != nil {
		return "", err
	}
	defer os.Remove(lost.Name())
	defer lost.Close()
	cmd := exec.CommandContext(ctx, b.path, append([]string{program}, args...)...)
	cmd.Env = append(os.Environ(), lostVariable+"="+lost.Name())
	out, err := Outcome(ctx, cmd)
	if err == nil {
		var text []byte
		if text, err = os.ReadFile(lost.Name()); err == nil && len(text) > 0 {
			places := strings.Split(strings.TrimSpace(string(text)), "\n")
			slices.Sort(places)
			err = &LostError{slices.Compact(places)}
		}
	}
	if err != nil {
		err = fmt.Errorf("program %s %w", program, err)
	}
	// Names as they are while the program's package is main, in its directory.
	out = strings.ReplaceAll(out, Module+"/"+program+".", "main.")
	out = strings.ReplaceAll(out, mainPrefix+program+".", "main.")
	out = strings.ReplaceAll(out, Module+"/"+program+"/", "")
	out = strings.ReplaceAll(out, oraclePath, names.RuntimePath)
	return out, err
}

// Outcome runs a command, made for ctx, and returns all that can be seen of it:
// what it prints and, if that is no success, the panic that ended it and the
// exit status.
func Outcome(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &stdout, &stderr, time.Second
	err := cmd.Run()
	out := stdout.String()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		err = fmt.Errorf("%w; it has printed\n%s", ErrEndless, head(out))
	case errors.As(err, &exit):
		out = line(out) + line(failure(stderr.String())) + fmt.Sprintf("exit status %d\n", exit.ExitCode())
		err = nil
	default:
		out += stderr.String()
	}
	return out, err
}

// line ends a text with a newline, unless it is empty.
func line(s string) string {
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return s
}

// head is the beginning of a text that may be endless.
func head(s string) string { return s[:min(len(s), 2000)] }

// failure is what a crash says of its cause. Where it went through is left
// out: other goroutines, and how often it was recovered and raised again.
func failure(stderr string) string {
	lines := strings.SplitAfter(stderr, "\n")
	var out []string
	stack := false // the rewritten program shows the greenlet's, by a panic of its own
	for _, line := range lines {
		if strings.HasPrefix(line, "goroutine ") {
			break
		}
		stack = strings.Contains(line, "panic: greenlet stack") || stack && !strings.HasPrefix(strings.TrimLeft(line, "\t"), "panic: ")
		if stack {
			continue
		}
		line = strings.TrimLeft(line, "\t")
		line = strings.Replace(line, " [recovered, repanicked]", "", 1)
		line = strings.Replace(line, " [recovered]", "", 1)
		if line == "\n" || line == "" || strings.HasPrefix(line, "[signal ") || len(out) > 0 && out[len(out)-1] == line {
			continue
		}
		out = append(out, line)
	}
	return strings.Join(out, "")
}
