package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/going-green/greenlet/rewrite"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"greenlet": testMain})
}

// testMain is main, except that it interrupts itself, as Ctrl-C would, at the
// stage that $TEST_INTERRUPT names.
func testMain() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := newCommand()
	c.progress = func(e rewrite.Event) {
		if string(e.Stage) != os.Getenv("TEST_INTERRUPT") {
			return
		}
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Signal(os.Interrupt)
		}
		if err != nil {
			panic(err)
		}
		<-ctx.Done()
	}
	os.Exit(c.run(ctx, os.Args[1:]))
}

func TestScript(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	env := goEnv(t, "GOCACHE", "GOMODCACHE", "GOROOT")
	testscript.Run(t, testscript.Params{
		Dir: "../../testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, env...)
			e.Setenv("GOPROXY", "off")
			e.Setenv("GOTOOLCHAIN", "local")
			e.Setenv("GOFLAGS", "")
			e.Setenv("GREENLET_CACHE", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("REPO", repo)
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "root":
				return os.Getuid() == 0, nil
			case "dlv":
				return canDebug(), nil
			}
			return false, errors.New("unknown condition")
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"module": module,
			"crlf":   crlf,
			"exits":  exits,
			"files":  files,
			"until":  until,
		},
	})
}

// canDebug reports whether delve is there and may trace processes.
func canDebug() bool {
	program, err := exec.LookPath("go")
	if err != nil {
		return false
	}
	cmd := exec.Command("dlv", "exec", "--allow-non-terminal-interactive=true", program)
	cmd.Stdin = strings.NewReader("exit\n")
	return cmd.Run() == nil
}

func goEnv(t *testing.T, names ...string) []string {
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	env := strings.Fields(string(out))
	for i, name := range names {
		env[i] = name + "=" + env[i]
	}
	return env
}

// module makes the current directory a module of the given path that uses this
// repository, as the README tells users to do, and needs no network.
func module(ts *testscript.TestScript, _ bool, args []string) {
	repo := ts.Getenv("REPO")
	mod := ts.ReadFile(filepath.Join(repo, "go.mod"))
	var requires strings.Builder
	for _, block := range strings.Split(mod, "\nrequire (")[1:] {
		list, _, _ := strings.Cut(block, "\n)")
		requires.WriteString(list)
	}
	text := "module " + args[0] + "\n\ngo 1.26.0\n\n" +
		"tool github.com/going-green/greenlet/cmd/greenlet\n\n" +
		"require (\n\tgithub.com/going-green/greenlet v0.0.0" + requires.String() + "\n)\n\n" +
		"replace github.com/going-green/greenlet => " + repo + "\n"
	ts.Check(os.WriteFile(ts.MkAbs("go.mod"), []byte(text), 0o666))
	ts.Check(os.WriteFile(ts.MkAbs("go.sum"), []byte(ts.ReadFile(filepath.Join(repo, "go.sum"))), 0o666))
}

// crlf copies a file with the ends of lines that Windows has.
func crlf(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.ReplaceAll(ts.ReadFile(args[0]), "\n", "\r\n")), 0o666))
}

// exits runs a command and checks its exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// until waits until a file, which a command in the background writes, has a number of
// matches of a pattern.
func until(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	re, err := regexp.Compile("(?m)" + args[2])
	ts.Check(err)
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		data, _ := os.ReadFile(ts.MkAbs(args[0])) // not yet there, perhaps
		switch n := len(re.FindAll(data, -1)); {
		case n == want:
			return
		case n > want, time.Now().After(end):
			ts.Fatalf("%d matches, want %d, of %#q in:\n%s", n, want, args[2], data)
		}
	}
}

// files checks which files there are below a directory, hidden ones included.
func files(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	var got []string
	ts.Check(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			got = append(got, filepath.ToSlash(rel))
		}
		return err
	}))
	if want := strings.Join(args[1:], " "); strings.Join(got, " ") != want {
		ts.Fatalf("files are %q, want %q", strings.Join(got, " "), want)
	}
}
