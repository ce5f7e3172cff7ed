package load

// Hash: what the generated files of a package depend on, for a cache.

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"slices"

	"github.com/going-green/greenlet/internal/names"
)

// Hash hashes all that the generated files of t depend on, and these files
// themselves if they were as given; those not given are as they are on disk.
func (ld *Loader) Hash(h hash.Hash, t *Target, generated map[string][]byte) {
	own := map[string]bool{}
	for _, a := range t.variants {
		for _, src := range a.wants() {
			path := names.Generated(src.path)
			own[path] = true
			data, ok := generated[path]
			if !ok {
				data = ld.scanner.read(path).data
			}
			fmt.Fprintf(h, "generated %s %x\n", path, sha256.Sum256(data))
		}
	}
	seen := map[*listed]bool{}
	var visit func(l *listed)
	visit = func(l *listed) {
		if seen[l] {
			return
		}
		seen[l] = true
		ld.scanner.hashPackage(h, l)
		for _, path := range ld.scanner.userImports(l) {
			visit(l.imports[path])
		}
	}
	for _, a := range t.variants {
		visit(a.listed)
		fmt.Fprintf(h, "named by tests %q\n", ld.scanner.namedElsewhere(a))
	}
}

// userImports are the paths that the user's files import. What only a
// generated file imports is there after a run, but not before the first.
func (s *scanner) userImports(l *listed) []string {
	a := s.scan(l)
	if a == nil {
		return sortedKeys(l.imports)
	}
	m := map[string]bool{}
	for _, file := range a.files {
		for _, spec := range file.Imports {
			if path := ImportPath(spec); l.imports[path] != nil {
				m[path] = true
			}
		}
	}
	return sortedKeys(m)
}

// hashPackage hashes what the units that import l can see of it. Generated
// files don't count: their declarations follow from the others.
func (s *sources) hashPackage(h hash.Hash, l *listed) {
	fmt.Fprintf(h, "package %q %+v\n", l.id, l.module)
	if !l.editable() {
		return // its module's version says it all
	}
	for _, path := range slices.Sorted(slices.Values(l.files)) {
		if src := s.read(path); !src.ours {
			fmt.Fprintf(h, "file %q %x\n", path, src.sum)
		}
	}
	for _, e := range l.errors {
		fmt.Fprintf(h, "error %q\n", e)
	}
}
