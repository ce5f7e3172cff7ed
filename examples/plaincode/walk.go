package main

import (
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing/fstest"

	greenlet "github.com/going-green/greenlet/runtime"
)

// names yields the names of the files below dir, each a list of its parts. It is plain
// code, and needs no directive: OnStack is a generator's function like any other.
func names(dir string) func(greenlet.Section) {
	return func(s greenlet.Section) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			name, err := filepath.Rel(dir, path)
			greenlet.YieldIn(s, strings.Split(filepath.ToSlash(name), "/"))
			return err
		})
		if err != nil {
			panic(err)
		}
	}
}

// compare walks two directories in step, and prints which files only one of them has.
func compare(left, right string) {
	nextLeft, stop := greenlet.PullOf[[]string](greenlet.OnStack, names(left))
	defer stop()
	nextRight, stop := greenlet.PullOf[[]string](greenlet.OnStack, names(right))
	defer stop()
	l, inLeft := nextLeft()
	r, inRight := nextRight()
	for inLeft || inRight {
		order := slices.Compare(l, r)
		switch {
		case inLeft && (!inRight || order < 0):
			fmt.Println("-", strings.Join(l, "/"))
			l, inLeft = nextLeft()
		case inRight && (!inLeft || order > 0):
			fmt.Println("+", strings.Join(r, "/"))
			r, inRight = nextRight()
		default:
			l, inLeft = nextLeft()
			r, inRight = nextRight()
		}
	}
}

func compareDirectories() {
	dir, err := os.MkdirTemp("", "plaincode")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	before, after := filepath.Join(dir, "before"), filepath.Join(dir, "after")
	write(before, "a/1", "a/2", "a-z", "b/c/1", "d")
	write(after, "a/2", "a/3", "a-z", "b/c/1", "b/e/1")
	compare(before, after)
}

// write makes empty files with the given names below dir.
func write(dir string, names ...string) {
	files := fstest.MapFS{}
	for _, name := range names {
		files[name] = &fstest.MapFile{Mode: 0o666}
	}
	if err := os.CopyFS(dir, files); err != nil {
		log.Fatal(err)
	}
}
