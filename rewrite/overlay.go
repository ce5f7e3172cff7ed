package rewrite

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/finish"
)

// overlayPath is where the overlay for a generated file is.
func (o *Options) overlayPath(generated string) string {
	h := fnv.New64a()
	h.Write([]byte(filepath.Dir(generated)))
	return filepath.Join(o.Overlay, hex.EncodeToString(h.Sum(nil)), filepath.Base(generated))
}

// shownPath is what positions of the overlay for a generated file name where they are not the
// source's: a copy of it. The overlay itself can't be named, for gc puts the name of the file that it
// stands for in its place, and a debugger would show what is there at the line.
func (o *Options) shownPath(generated string) string {
	dir, file := filepath.Split(o.overlayPath(generated))
	return filepath.Join(dir, "shown", file)
}

// overlaid is the overlay for a generated file, from its text. A debugger is to find the lines before the
// first directive of the text, too; what reads coverage wants the text as it is.
func (g *generator) overlaid(path string, text []byte) []byte {
	first, rest, ok := bytes.Cut(text, []byte("\n"))
	if !ok || !g.opt.KeepVariables {
		return text
	}
	return fmt.Appendf(nil, "%s\n//line %s:2:1\n%s", first, g.opt.shownPath(path), rest)
}

// writeOverlay writes the generated files into Options.Overlay. One that is there
// already as it should be is left alone, so that a build of it stays up to date.
func (g *generator) writeOverlay(ctx context.Context, generated []*finish.Finished) error {
	replace := map[string]string{}
	files := map[string][]byte{}
	for _, f := range generated {
		for _, source := range f.Wants() {
			path := names.Generated(source)
			if replace[path] != "" {
				continue // by another variant of the package
			}
			replace[path] = g.opt.overlayPath(path)
			files[replace[path]] = g.overlaid(path, f.Sources[path])
			files[g.opt.shownPath(path)] = f.Sources[path]
			g.result.Overlaid = append(g.result.Overlaid, Overlaid{f.Path(), source, path, replace[path]})
		}
	}
	slices.SortFunc(g.result.Overlaid, func(a, b Overlaid) int { return strings.Compare(a.Generated, b.Generated) })
	list, err := json.MarshalIndent(map[string]any{"Replace": replace}, "", "\t")
	if err != nil {
		return err
	}
	g.result.Overlay = filepath.Join(g.opt.Overlay, "overlay.json")
	files[g.result.Overlay] = list
	var changes []Change
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if old, err := os.ReadFile(path); err != nil || !bytes.Equal(old, files[path]) {
			changes = append(changes, Change{Path: path, Old: old, New: files[path]})
		}
	}
	return write(ctx, changes, func(path string) { g.opt.Progress(Event{Stage: StageWrite, Subject: path}) })
}
