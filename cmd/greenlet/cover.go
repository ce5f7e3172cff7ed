package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/tools/cover"

	"github.com/going-green/greenlet/internal/coverage"
)

const coverUsage = `
Usage: greenlet cover [-C dir] [-tags list] [-o file] profile

Cover makes a coverage profile say what ran of the source. go test counts a
resumable function in its plain form, which greenlets don't run, and its generated
form as a file of its own; cover puts the second where the first is. It goes by
lines: what else is on the line of a statement counts as the statement does.

	go test -coverprofile=cover.out ./...
	greenlet cover -o cover.out cover.out
	go tool cover -html=cover.out

Flags:

	-o file      write to file; otherwise to the standard output
`

// cover merges the coverage of generated files into that of their sources.
func (c *command) cover(ctx context.Context, args []string) (int, error) {
	fs := c.flags("cover")
	to := fs.String("o", "", "")
	if err := c.parseVerb(fs, args); err != nil {
		return 0, err
	}
	if fs.NArg() != 1 {
		return 0, usagef("cover wants the name of one profile")
	}
	profiles, err := coverage.Read(fs.Arg(0))
	if err != nil {
		return 0, fmt.Errorf("cannot read the profile: %w", err)
	}
	temp, err := os.MkdirTemp("", "greenlet-cover")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(temp)
	files, code, err := c.covered(ctx, profiles, temp)
	if code != exitOK || err != nil {
		return code, err
	}
	merged, err := coverage.Merge(ctx, profiles, func(name string) (coverage.File, bool) {
		f, ok := files[name]
		return f, ok
	})
	if err != nil {
		return 0, err
	}
	var out bytes.Buffer
	if err := coverage.Write(&out, merged); err != nil {
		return 0, err
	}
	if *to != "" {
		return exitOK, os.WriteFile(*to, out.Bytes(), 0o666)
	}
	_, err = out.WriteTo(c.stdout)
	return exitOK, err
}

// covered generates the packages of profiles anew, with exact lines, into dir, and finds
// the generated files, by the names that profiles have for them.
func (c *command) covered(ctx context.Context, profiles []*cover.Profile, dir string) (map[string]coverage.File, int, error) {
	seen := map[string]bool{}
	for _, p := range profiles {
		seen[path.Dir(p.FileName)] = true
	}
	if len(seen) == 0 {
		return nil, exitOK, nil
	}
	c.opt.Overlay = dir
	if code, err := c.generate(ctx, slices.Sorted(maps.Keys(seen))); code != exitOK || err != nil {
		return nil, code, err
	}
	files := map[string]coverage.File{}
	for _, o := range c.result.Overlaid {
		name := path.Join(o.Package, filepath.Base(o.Generated))
		files[name] = coverage.File{Source: o.Source, Generated: o.Generated, Exact: o.File}
	}
	return files, exitOK, nil
}
