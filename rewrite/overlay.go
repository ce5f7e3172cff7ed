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
	"github.com/going-green/greenlet/rewrite/internal/finish"
)

// overlayPath is where the overlay for a generated file is.
func (o *Options) overlayPath(generated string) string {
	h := fnv.New64a()
	h.Write([]byte(filepath.Dir(generated)))
	return filepath.Join(o.Overlay, hex.EncodeToString(h.Sum(nil)), filepath.Base(generated))
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
			files[replace[path]] = f.Sources[path]
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
