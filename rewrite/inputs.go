package rewrite

// Inputs says where what a run depends on can change.

import (
	"os"
	"path/filepath"
	"strings"
)

// Inputs are the directories with what the outcome of a run depends on and the
// user may edit: for who runs again when it changes. They are sorted.
type Inputs struct {
	// Dirs are those of the packages that were looked at and of their
	// dependencies. Some may not exist: of packages that are imported and missing.
	Dirs []string
	// Roots are those of go.mod and go.work files.
	Roots []string
}

func (g *generator) inputs() Inputs {
	dirs, roots := map[string]bool{}, map[string]bool{}
	for _, file := range []string{g.env.GOMOD, g.env.GOWORK} {
		if file != "" && file != os.DevNull && file != "off" {
			roots[filepath.Dir(file)] = true
		}
	}
	if g.graph == nil {
		return Inputs{Roots: sortedKeys(roots)}
	}
	modules := map[string]string{} // directories by path
	for _, l := range g.graph.all {
		if l.editable() {
			dirs[l.dir] = true
		}
		if l.module.local && l.moduleDir != "" {
			roots[l.moduleDir] = true
			modules[l.module.path] = l.moduleDir
		}
	}
	for _, l := range g.graph.all {
		if l.dir != "" || len(l.errors) == 0 {
			continue
		}
		for path, dir := range modules {
			if rest, ok := strings.CutPrefix(l.path, path+"/"); ok {
				dirs[filepath.Join(dir, filepath.FromSlash(rest))] = true
			}
		}
	}
	return Inputs{sortedKeys(dirs), sortedKeys(roots)}
}
