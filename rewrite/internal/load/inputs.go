package load

// Inputs says where what a run depends on can change.

import (
	"os"
	"path/filepath"
	"strings"
)

// Inputs are the directories with what the outcome depends on and the user may edit:
// of packages, whether they exist or are missing, and of go.mod and go.work files.
func (ld *Loader) Inputs() (packages, modules []string) {
	dirs, roots := map[string]bool{}, map[string]bool{}
	for _, file := range []string{ld.env.GOMOD, ld.env.GOWORK} {
		if file != "" && file != os.DevNull && file != "off" {
			roots[filepath.Dir(file)] = true
		}
	}
	if ld.graph == nil {
		return nil, sortedKeys(roots)
	}
	local := map[string]string{} // directories by path
	for _, l := range ld.graph.all {
		if l.editable() {
			dirs[l.dir] = true
		}
		if l.module.local && l.moduleDir != "" {
			roots[l.moduleDir] = true
			local[l.module.path] = l.moduleDir
		}
	}
	for _, l := range ld.graph.all {
		if l.dir != "" || len(l.errors) == 0 {
			continue
		}
		for path, dir := range local {
			if rest, ok := strings.CutPrefix(l.path, path+"/"); ok {
				dirs[filepath.Join(dir, filepath.FromSlash(rest))] = true
			}
		}
	}
	return sortedKeys(dirs), sortedKeys(roots)
}
