package watch

import (
	"crypto/sha256"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// files are the files of one directory that matter, by name, and what was in
// them. To compare contents, not times, is what keeps a run from following from
// what the run before has written, and from a file that was saved as it was.
type files map[string][sha256.Size]byte

// matters reports whether a file of this name can change what is generated. What
// editors write meanwhile, as .#x.go, x.go~ and .x.go.swp, the go command does
// not see either.
func matters(name string) bool {
	switch name {
	case "go.mod", "go.sum", "go.work", "go.work.sum", "modules.txt": // the last is of vendor
		return true
	}
	return strings.HasSuffix(name, ".go") && name[0] != '.' && name[0] != '_'
}

// scan reads what matters in dir. A directory that can't be read has no files.
func scan(dir string) files {
	m := files{}
	entries, _ := os.ReadDir(dir) // whoever generates says what is wrong
	for _, e := range entries {
		if matters(e.Name()) {
			m[e.Name()] = content(filepath.Join(dir, e.Name()))
		}
	}
	return m
}

// content is a hash of what is in a file, or of why that can't be known: a file
// that becomes readable has changed.
func content(path string) [sha256.Size]byte {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() { // to read a pipe would take for ever
		return sha256.Sum256([]byte("mode " + info.Mode().String()))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return sha256.Sum256([]byte("error " + err.Error()))
	}
	return sha256.Sum256(data)
}

// scope is which directories patterns name: those that are searched with all
// below them, and single ones.
type scope struct {
	trees, dirs []string
}

// scopeOf resolves patterns as the go command does, as seen from dir. Of those
// that are no paths, the packages that exist are known from a run; but new ones
// may turn up anywhere below the roots of the modules.
func scopeOf(dir string, patterns, roots []string) scope {
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	s := scope{dirs: append([]string{dir}, roots...)}
	for _, root := range roots {
		s.dirs = append(s.dirs, filepath.Join(root, "vendor"))
	}
	for _, pattern := range patterns {
		path := filepath.ToSlash(pattern)
		before, _, wild := strings.Cut(path, "...")
		local := build.IsLocalImport(path) || filepath.IsAbs(pattern)
		abs := filepath.FromSlash(before)
		if !filepath.IsAbs(abs) {
			abs = filepath.Join(dir, abs)
		}
		switch {
		case strings.HasSuffix(path, ".go"):
			s.dirs = append(s.dirs, filepath.Dir(abs))
		case local && !wild:
			s.dirs = append(s.dirs, abs)
		case local && strings.HasSuffix(before, "/"):
			s.trees = append(s.trees, abs)
		case local:
			s.trees = append(s.trees, filepath.Dir(abs))
		case wild, path == "all", path == "work":
			s.trees = append(s.trees, roots...)
		}
	}
	return s
}

// each calls visit for all directories of s. Those that don't exist are
// among them, as far as they are named.
func (s scope) each(visit func(dir string)) {
	for _, dir := range s.dirs {
		visit(dir)
	}
	for _, tree := range s.trees {
		visit(tree)
		_ = filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return fs.SkipDir // it is gone, or nobody may see it
			}
			if !d.IsDir() {
				return nil
			}
			if path != tree && skipped(d.Name()) {
				return fs.SkipDir
			}
			visit(path)
			return nil
		})
	}
}

// skipped reports whether ... passes by a directory of this name. The go command
// does look into node_modules; but to watch that is what limits are reached by.
func skipped(name string) bool {
	return name[0] == '.' || name[0] == '_' || name == "testdata" || name == "vendor" || name == "node_modules"
}

// nearest is dir, or the nearest directory above it that exists.
func nearest(dir string) string {
	for {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return dir
		}
		dir = up
	}
}
