// Package coverage makes the coverage profile of a package with generated code say
// what ran of the source.
//
// go test counts the plain form of a resumable function, which greenlets don't run, and
// the generated form as a file of its own, by the lines that its //line directives name.
// Here the blocks of the source get the counts of the generated statements that were
// made of theirs, and the generated files leave the profile. What a line holds counts
// as one: of an if statement on one line, the body counts as its condition does.
package coverage

import (
	"context"
	"fmt"
	"go/ast"
	"io"
	"strings"

	"golang.org/x/tools/cover"
)

// File is a source file with what is generated for it.
type File struct {
	Source, Generated string // paths
	// Exact is the generated file with //line directives that are right for each of its
	// lines, made for debuggers. Its code is that of Generated.
	Exact string
}

// Merge returns the profiles with those of generated files merged into those of
// their sources. find finds the file that a profile with generated code, which names it
// by the package's path, is about.
func Merge(ctx context.Context, profiles []*cover.Profile, find func(generated string) (File, bool)) ([]*cover.Profile, error) {
	bySource := map[string]*cover.Profile{}
	for _, p := range profiles {
		bySource[p.FileName] = p
	}
	dropped := map[*cover.Profile]bool{}
	for _, p := range profiles {
		f, ok := find(p.FileName)
		if !ok {
			continue
		}
		source := bySource[sourceName(p.FileName, f)]
		if source == nil {
			continue
		}
		counts, err := counts(ctx, p, f)
		if err != nil {
			return nil, err
		}
		if err := apply(ctx, source, f, counts); err != nil {
			return nil, err
		}
		dropped[p] = true
	}
	var kept []*cover.Profile
	for _, p := range profiles {
		if !dropped[p] {
			kept = append(kept, p)
		}
	}
	return kept, nil
}

// sourceName is how a profile names the source of a generated file.
func sourceName(generated string, f File) string {
	dir := generated[:strings.LastIndexByte(generated, '/')+1]
	return dir + base(f.Source)
}

// counts says how often each line of the source ran as generated code: in each
// generated function as often as the most frequent of what the line was made into, and
// in all of them together as the sum, for one runs what another has begun.
func counts(ctx context.Context, p *cover.Profile, f File) (map[int]int, error) {
	real, err := instrument(ctx, f.Generated)
	if err != nil {
		return nil, err
	}
	exact, err := instrument(ctx, f.Exact)
	if err != nil {
		return nil, err
	}
	if len(real) != len(exact) {
		return nil, fmt.Errorf("%s is out of date: generate, and run the tests again", f.Generated)
	}
	type key struct {
		extent
		statements int
	}
	ran := map[key]int{}
	for _, b := range p.Blocks {
		ran[key{extent{b.StartLine, b.EndLine, b.StartCol, b.EndCol}, b.NumStmt}] = b.Count
	}
	byFunc := map[ast.Decl]map[int]int{}
	for i, b := range exact {
		lines := byFunc[b.decl]
		if lines == nil {
			lines = map[int]int{}
			byFunc[b.decl] = lines
		}
		of := key{real[i].extent, real[i].number}
		n := ran[of]
		delete(ran, of) // others in the same place are in this count
		for _, s := range b.statements {
			if s.file == f.Source {
				lines[s.line] = max(lines[s.line], n)
			}
		}
	}
	sum := map[int]int{}
	for _, lines := range byFunc {
		for line, n := range lines {
			sum[line] += n
		}
	}
	return sum, nil
}

// apply adds counts to the blocks of the source by their first statements.
func apply(ctx context.Context, p *cover.Profile, f File, counts map[int]int) error {
	blocks, err := instrument(ctx, f.Source)
	if err != nil {
		return err
	}
	first := map[extent]int{}
	for _, b := range blocks {
		if len(b.statements) > 0 {
			first[b.extent] = b.statements[0].line
		}
	}
	for i := range p.Blocks {
		b := &p.Blocks[i]
		n := counts[first[extent{b.StartLine, b.EndLine, b.StartCol, b.EndCol}]]
		if p.Mode == "set" {
			b.Count = max(b.Count, min(n, 1))
		} else {
			b.Count += n
		}
	}
	return nil
}

// Write writes profiles as go test does.
func Write(w io.Writer, profiles []*cover.Profile) error {
	mode := "set"
	if len(profiles) > 0 {
		mode = profiles[0].Mode
	}
	var text strings.Builder
	fmt.Fprintf(&text, "mode: %s\n", mode)
	for _, p := range profiles {
		for _, b := range p.Blocks {
			fmt.Fprintf(&text, "%s:%d.%d,%d.%d %d %d\n", p.FileName, b.StartLine, b.StartCol, b.EndLine, b.EndCol, b.NumStmt, b.Count)
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func base(name string) string { return name[strings.LastIndexAny(name, `/\`)+1:] }
