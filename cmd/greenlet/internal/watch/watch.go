// Package watch generates again whenever something has changed that the outcome
// depends on.
//
// What the operating system reports only says where to look. Whether there is
// something to do is decided by what is in the files: see [files].
package watch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/going-green/greenlet/rewrite"
)

// Editors write a file in several steps, and formatters once more. A run begins
// when nothing has happened for quiet, or after patience times that at the latest.
const (
	quiet    = 100 * time.Millisecond
	patience = 10
)

// Options says what to watch and who is told.
type Options struct {
	Dir      string   // absolute; where patterns are resolved
	Patterns []string // of packages, as for the go command

	// Generate is one run, and reports of it. It is not called concurrently.
	Generate func(ctx context.Context) *rewrite.Result
	// Watching is called when there is nothing left to do, with the number
	// of directories that are watched.
	Watching func(dirs int)
	// Warn is called with what goes wrong with watching later on.
	Warn func(error)

	quiet time.Duration // tests have more patience
}

// Watch generates, and again whenever it should, until ctx is cancelled. It waits
// for the end of a run that is under way. An error is one of the system, and
// keeps it from beginning.
func Watch(ctx context.Context, opt Options) error {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return explain(err)
	}
	defer notify.Close()
	w := newWatcher(opt, notify)
	if _, err := w.sync(time.Time{}); err != nil {
		return err
	}
	w.start(ctx)
	return w.loop(ctx, notify.Events, notify.Errors)
}

func newWatcher(opt Options, notify notifier) *watcher {
	opt.quiet = cmp.Or(opt.quiet, quiet)
	return &watcher{
		opt:     &opt,
		notify:  notify,
		dirs:    map[string]files{},
		touched: map[string]bool{},
		done:    make(chan *rewrite.Result, 1),
	}
}

// notifier is what is needed of an [fsnotify.Watcher].
type notifier interface {
	Add(dir string) error
	Remove(dir string) error
}

type watcher struct {
	opt    *Options
	notify notifier
	inputs rewrite.Inputs // of the last run that found out

	dirs    map[string]files // those watched; nil files if only for what may appear in them
	touched map[string]bool  // directories to look into
	moved   bool             // directories came or went

	done    chan *rewrite.Result
	running bool
	began   time.Time // the run

	burst time.Time // when it began, zero if there is none
	timer <-chan time.Time
}

func (w *watcher) loop(ctx context.Context, events <-chan fsnotify.Event, errs <-chan error) error {
	for {
		select {
		case <-ctx.Done():
			if w.running {
				<-w.done
			}
			return nil
		case e := <-events:
			if w.note(e) {
				w.arm()
			}
		case err := <-errs:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				w.opt.Warn(explain(err))
				continue
			}
			w.moved = true // anything may have happened
			for dir := range w.dirs {
				w.touched[dir] = true
			}
			w.arm()
		case <-w.timer:
			w.timer = nil
			w.settle(ctx, false)
		case res := <-w.done:
			w.running = false
			again := w.finish(res)
			w.settle(ctx, again)
		}
	}
}

// note reports whether there may be something to do about e.
func (w *watcher) note(e fsnotify.Event) bool {
	dir, name := filepath.Split(e.Name)
	if name == "" {
		return false
	}
	if matters(name) {
		w.touched[filepath.Clean(dir)] = true
		return true
	}
	switch {
	case e.Has(fsnotify.Create):
		info, err := os.Lstat(e.Name)
		if err != nil || !info.IsDir() {
			return false
		}
	case e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename):
		if _, ok := w.dirs[e.Name]; !ok {
			return false
		}
	case e.Has(fsnotify.Chmod): // of a directory: its files may have become readable
		if _, ok := w.dirs[e.Name]; !ok {
			return false
		}
		w.touched[e.Name] = true
	default:
		return false
	}
	w.moved = true
	return true
}

// arm has settle called when it is quiet.
func (w *watcher) arm() {
	now := time.Now()
	if w.burst.IsZero() {
		w.burst = now
	}
	w.timer = time.After(min(w.opt.quiet, w.burst.Add(patience*w.opt.quiet).Sub(now)))
}

// settle looks what has changed, and starts a run if something has, or if it is
// asked for. While one is under way that is left for its end: what is seen in
// files that it is about to write means nothing.
func (w *watcher) settle(ctx context.Context, again bool) {
	if w.running || w.timer != nil && !again {
		return
	}
	w.burst = time.Time{}
	if w.moved {
		w.moved = false
		changed, err := w.sync(time.Time{})
		if err != nil {
			w.opt.Warn(err)
		}
		again = again || changed
	}
	for dir := range w.touched {
		if old := w.dirs[dir]; old != nil {
			w.dirs[dir] = scan(dir)
			again = again || !maps.Equal(old, w.dirs[dir])
		}
	}
	clear(w.touched)
	if again {
		w.start(ctx)
		return
	}
	w.opt.Watching(len(w.dirs))
}

func (w *watcher) start(ctx context.Context) {
	w.running = true
	w.began = time.Now()
	go func() { w.done <- w.opt.Generate(ctx) }()
}

// finish notes what a run has written, and watches what it has found. It reports
// whether there something has changed behind its back.
func (w *watcher) finish(res *rewrite.Result) bool {
	for _, c := range res.Changes {
		dir, name := filepath.Split(c.Path)
		switch files := w.dirs[filepath.Clean(dir)]; {
		case files == nil:
		case c.New == nil:
			delete(files, name)
		default:
			files[name] = sha256.Sum256(c.New)
		}
	}
	if len(res.Inputs.Dirs) > 0 {
		w.inputs = res.Inputs
	} else if len(res.Inputs.Roots) > 0 {
		w.inputs.Roots = res.Inputs.Roots // and the directories of before
	}
	again, err := w.sync(w.began)
	if err != nil {
		w.opt.Warn(err)
	}
	return again
}

// sync watches the directories that there are now. It reports whether files came
// or went thereby; after a run, which began at since and knows them, only whether
// there are newer ones.
func (w *watcher) sync(since time.Time) (changed bool, err error) {
	wanted := map[string]bool{} // to look into
	want := func(dir string) {
		found := nearest(dir)
		wanted[found] = wanted[found] || found == dir
	}
	scopeOf(w.opt.Dir, w.opt.Patterns, w.inputs.Roots).each(want)
	for _, dir := range w.inputs.Dirs {
		want(dir)
	}
	// A directory that was renamed is known by its old name until that is
	// removed, and the new name would be removed with it.
	for dir, files := range w.dirs {
		if _, ok := wanted[dir]; !ok {
			_ = w.notify.Remove(dir) // it may have gone by itself
			delete(w.dirs, dir)
			changed = changed || len(files) > 0 && since.IsZero()
		}
	}
	for dir, look := range wanted {
		// Also where it is known: it may be another directory of the same name.
		if e := w.notify.Add(dir); errors.Is(e, fs.ErrNotExist) {
			delete(w.dirs, dir)
			w.moved = true
			continue
		} else if e != nil && err == nil {
			err = explain(&fs.PathError{Op: "watch", Path: dir, Err: e})
		}
		old, known := w.dirs[dir]
		switch {
		case !look:
			w.dirs[dir] = nil
		case known && old != nil:
			if since.IsZero() {
				w.touched[dir] = true
			}
		default:
			w.dirs[dir] = scan(dir)
			changed = changed || newer(dir, w.dirs[dir], since)
		}
	}
	return changed, err
}

// newer reports whether one of the files in dir is newer than a run that began at
// since. Clocks of file systems are a few milliseconds behind.
func newer(dir string, files files, since time.Time) bool {
	for name := range files {
		info, err := os.Stat(filepath.Join(dir, name))
		if err == nil && info.ModTime().After(since.Add(-20*time.Millisecond)) {
			return true
		}
	}
	return false
}
