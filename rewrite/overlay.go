package rewrite

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/emit"
)

// overlayPath is where the overlay for a generated file is.
func (o *Options) overlayPath(generated string) string {
	h := fnv.New64a()
	h.Write([]byte(filepath.Dir(generated)))
	return filepath.Join(o.Overlay, hex.EncodeToString(h.Sum(nil)), filepath.Base(generated))
}

// debugger is how a debugger finds the source file at path and what is generated for
// it, or nil.
func (o *Options) debugger(path string) *emit.Debugger {
	if o.Overlay == "" {
		return nil
	}
	return &emit.Debugger{Source: path, Generated: o.overlayPath(names.Generated(path))}
}

// writeOverlay writes the generated files into Options.Overlay. One that is there
// already as it should be is left alone, so that a build of it stays up to date.
func (g *generator) writeOverlay(ctx context.Context, generated []*finished) error {
	replace := map[string]string{}
	files := map[string][]byte{}
	for _, f := range generated {
		for _, source := range f.wants {
			path := names.Generated(source.path)
			if replace[path] != "" {
				continue // by another variant of the package
			}
			replace[path] = g.opt.overlayPath(path)
			files[replace[path]] = f.sources[path]
			g.result.Overlaid = append(g.result.Overlaid, Overlaid{f.path, source.path, path, replace[path]})
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
