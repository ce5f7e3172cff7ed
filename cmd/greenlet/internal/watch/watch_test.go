package watch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/rewrite"
)

// project is a directory that is watched, with a generator that the test is.
type project struct {
	t    *testing.T
	dir  string
	runs atomic.Int32
	idle chan int // how many directories are watched, when there is nothing to do
	stop func() error

	generate func() *rewrite.Result // what a run does
}

// start watches ./... of a new directory with these files.
func start(t *testing.T, opt Options, generate func() *rewrite.Result, files ...string) *project {
	p := &project{t: t, dir: t.TempDir(), idle: make(chan int, 1000), generate: generate}
	for _, file := range files {
		p.write(file, "package p\n")
	}
	opt.Dir = p.dir
	if opt.Patterns == nil {
		opt.Patterns = []string{"./..."}
	}
	opt.Watching = func(dirs int) { p.idle <- dirs }
	opt.Warn = func(err error) { t.Error(err) }
	opt.Generate = func(context.Context) *rewrite.Result {
		p.runs.Add(1)
		if p.generate != nil {
			return p.generate()
		}
		return &rewrite.Result{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Watch(ctx, opt) }()
	p.stop = func() error {
		cancel()
		err := <-done
		done <- err
		return err
	}
	t.Cleanup(func() { _ = p.stop() })
	return p
}

func (p *project) path(name string) string { return filepath.Join(p.dir, filepath.FromSlash(name)) }

func (p *project) write(name, text string) {
	p.t.Helper()
	require.NoError(p.t, os.MkdirAll(filepath.Dir(p.path(name)), 0o777))
	require.NoError(p.t, os.WriteFile(p.path(name), []byte(text), 0o666))
}

// settled waits until there is nothing to do.
func (p *project) settled() (dirs int) {
	p.t.Helper()
	select {
	case dirs = <-p.idle:
		return dirs
	case <-time.After(time.Minute):
		require.FailNow(p.t, "it does not come to rest")
	}
	return 0
}

// ran waits for a run more than before, and for rest.
func (p *project) ran(before int32) {
	p.t.Helper()
	for p.runs.Load() <= before {
		p.settled()
	}
}

// saved makes a change and waits for the run that follows.
func (p *project) saved(change func()) {
	p.t.Helper()
	before := p.runs.Load()
	change()
	p.ran(before)
}

func TestSave(t *testing.T) {
	p := start(t, Options{}, nil, "a.go")
	p.ran(0)
	p.saved(func() { p.write("a.go", "package q\n") })
	p.saved(func() { // as editors do
		p.write("a.go.tmp", "package r\n")
		require.NoError(t, os.Rename(p.path("a.go.tmp"), p.path("a.go")))
	})
	p.saved(func() { p.write("b.go", "package r\n") })
	p.saved(func() { require.NoError(t, os.Remove(p.path("b.go"))) })
	p.saved(func() { p.write("go.mod", "module m\n") })
	require.NoError(t, p.stop())
}

func TestBurst(t *testing.T) {
	p := start(t, Options{quiet: 2 * time.Second}, nil, "a.go", "sub/b.go")
	p.ran(0)
	p.saved(func() {
		for range 10 {
			p.write("a.go", "package q\n")
			p.write("sub/b.go", "package q\n")
			p.write("sub/c.go", "package q\n")
		}
	})
	assert.EqualValues(t, 2, p.runs.Load())
}

// TestSameAgain: what was touched and is as before is no change.
func TestSameAgain(t *testing.T) {
	p := start(t, Options{}, nil, "a.go")
	p.ran(0)
	p.write("a.go", "package p\n")
	p.settled()
	assert.EqualValues(t, 1, p.runs.Load())
}

func TestOwnWrites(t *testing.T) {
	var p *project
	text := "// Generated.\npackage p\n"
	made := make(chan struct{})
	p = start(t, Options{}, func() *rewrite.Result {
		<-made
		if p.runs.Load() > 1 {
			return &rewrite.Result{}
		}
		p.write("a_greenlet.go", text)
		assert.NoError(t, os.Remove(p.path("old_greenlet.go")))
		return &rewrite.Result{Changes: []rewrite.Change{
			{Path: p.path("a_greenlet.go"), New: []byte(text)},
			{Path: p.path("old_greenlet.go"), Old: []byte("package p\n")},
		}}
	}, "a.go", "old_greenlet.go")
	close(made)
	p.ran(0)
	p.write("a.go", "package p\n") // what the system reports of the others comes before this
	p.settled()
	assert.EqualValues(t, 1, p.runs.Load())
	p.saved(func() { p.write("a_greenlet.go", "spoilt") })
}

// TestDuringRun: what is saved while a run is under way may have come too late for it.
func TestDuringRun(t *testing.T) {
	var p *project
	made := make(chan struct{})
	p = start(t, Options{}, func() *rewrite.Result {
		<-made
		if p.runs.Load() == 2 {
			p.write("a.go", "package r\n")
		}
		return &rewrite.Result{}
	}, "a.go")
	close(made)
	p.ran(0)
	p.write("a.go", "package q\n")
	p.ran(2)
}

func TestDirectories(t *testing.T) {
	p := start(t, Options{}, nil, "a.go", "testdata/t.go", ".git/g.go", "_old/o.go", "node_modules/n/n.go")
	assert.Equal(t, 1, p.settled())
	p.saved(func() { p.write("new/deep/b.go", "package b\n") })
	p.saved(func() { p.write("new/deep/b.go", "package c\n") })
	p.saved(func() { require.NoError(t, os.Rename(p.path("new"), p.path("moved"))) })
	p.saved(func() { p.write("moved/deep/b.go", "package d\n") })
	p.saved(func() { require.NoError(t, os.RemoveAll(p.path("moved"))) })
	p.saved(func() { p.write("moved/deep/b.go", "package d\n") })
	p.saved(func() { p.write("moved/deep/b.go", "package e\n") })
	p.saved(func() { // all at once
		require.NoError(t, os.RemoveAll(p.path("moved")))
		p.write("moved/deep/b.go", "package f\n")
	})
	p.saved(func() { p.write("moved/deep/b.go", "package g\n") })
}

// TestRoot: the directory itself goes, and comes back.
func TestRoot(t *testing.T) {
	p := start(t, Options{Patterns: []string{"./x/...", "./y"}}, nil, "x/a.go")
	p.ran(0)
	p.saved(func() { require.NoError(t, os.RemoveAll(p.dir)) })
	p.saved(func() { p.write("x/sub/a.go", "package p\n") })
	p.saved(func() { p.write("y/a.go", "package p\n") })
	p.saved(func() { p.write("y/a.go", "package q\n") })
}

// TestDependencies: what a run has looked at is watched, and missing packages are
// waited for.
func TestDependencies(t *testing.T) {
	elsewhere := t.TempDir()
	p := start(t, Options{Patterns: []string{"."}}, func() *rewrite.Result {
		return &rewrite.Result{Inputs: rewrite.Inputs{
			Dirs: []string{elsewhere, filepath.Join(elsewhere, "missing", "p")},
		}}
	}, "a.go", "sub/b.go")
	assert.Equal(t, 2, p.settled())
	p.saved(func() { require.NoError(t, os.WriteFile(filepath.Join(elsewhere, "b.go"), nil, 0o666)) })
	p.saved(func() {
		require.NoError(t, os.MkdirAll(filepath.Join(elsewhere, "missing", "p"), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(elsewhere, "missing", "p", "b.go"), nil, 0o666))
	})
}

func TestUnreadable(t *testing.T) {
	p := start(t, Options{}, nil, "a.go")
	p.ran(0)
	p.saved(func() { require.NoError(t, os.Symlink("nowhere", p.path("b.go"))) })
	p.saved(func() { require.NoError(t, os.Remove(p.path("b.go"))) })
	p.saved(func() { require.NoError(t, os.Mkdir(p.path("b.go"), 0o777)) })
	if os.Getuid() != 0 { // who may read everything
		p.saved(func() { require.NoError(t, os.Chmod(p.path("a.go"), 0)) })
		p.saved(func() { require.NoError(t, os.Chmod(p.path("a.go"), 0o666)) })
	}
}

// TestStop: the run that is under way comes to its end.
func TestStop(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	ended := false
	p := start(t, Options{}, func() *rewrite.Result {
		close(begun)
		<-end
		ended = true
		return &rewrite.Result{}
	}, "a.go")
	<-begun
	time.AfterFunc(10*time.Millisecond, func() { close(end) })
	require.NoError(t, p.stop())
	assert.True(t, ended)
}

func TestMatters(t *testing.T) {
	for _, name := range []string{"a.go", "a_test.go", "a_greenlet.go", "go.mod", "go.sum", "go.work", "modules.txt"} {
		assert.True(t, matters(name), name)
	}
	for _, name := range []string{".#a.go", "#a.go#", "a.go~", ".a.go.swp", "4913", "a.go___jb_tmp___", "_a.go", ".a_greenlet.go.7.tmp", "a.txt", "go.mod.orig"} {
		assert.False(t, matters(name), name)
	}
}

// full is a system that can't watch more.
type full struct{ err error }

func (f full) Add(string) error    { return f.err }
func (f full) Remove(string) error { return nil }

func TestLimit(t *testing.T) {
	limits := []string{"too many open files"}
	if runtime.GOOS == "linux" {
		limits = append(limits, "no space left on device")
	}
	for _, text := range limits {
		limit := errors.New(text)
		w := newWatcher(Options{Dir: t.TempDir()}, full{limit})
		_, err := w.sync(time.Time{})
		assert.ErrorIs(t, err, limit)
		assert.ErrorContains(t, err, "limit for watching is reached: watch "+w.opt.Dir)
		assert.ErrorContains(t, err, "\n\traise the number")
	}
}

// TestOverflow: reports were lost, so that anything may have happened.
func TestOverflow(t *testing.T) {
	dir := t.TempDir()
	idle, ran := make(chan int), make(chan bool)
	opt := Options{
		Dir:      dir,
		Watching: func(dirs int) { idle <- dirs },
		Generate: func(context.Context) *rewrite.Result { ran <- true; return &rewrite.Result{} },
	}
	w := newWatcher(opt, full{nil})
	_, err := w.sync(time.Time{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	errs, done := make(chan error), make(chan error)
	w.start(ctx)
	go func() { done <- w.loop(ctx, make(chan fsnotify.Event), errs) }()
	<-ran
	<-idle
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), nil, 0o666))
	errs <- errors.Join(fsnotify.ErrEventOverflow)
	<-ran
	<-idle
	cancel()
	require.NoError(t, <-done)
}
