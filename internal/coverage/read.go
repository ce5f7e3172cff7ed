package coverage

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/cover"
)

// line is a line of a profile: file:line.column,line.column statements count.
var line = regexp.MustCompile(`^(.+):(\d+)\.(\d+),(\d+)\.(\d+) (\d+) (\d+)$`)

// Read reads the profile at path. It does what cover.ParseProfiles does, but takes blocks
// for different ones that have the same place and different numbers of statements, which
// that refuses. Generated code has such: both variants of a function have the lines of the
// source, and no columns.
func Read(path string) ([]*cover.Profile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	mode := ""
	files := map[string]*cover.Profile{}
	for n := 1; in.Scan(); n++ {
		text := in.Text()
		if m, ok := strings.CutPrefix(text, "mode: "); ok && (mode == "" || mode == m) {
			mode = m
			continue
		}
		m := line.FindStringSubmatch(text)
		if m == nil || mode == "" {
			return nil, fmt.Errorf("%s:%d: this is no line of a profile: %q", path, n, text)
		}
		var v [6]int
		for i := range v {
			if v[i], err = strconv.Atoi(m[i+2]); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", path, n, err)
			}
		}
		p := files[m[1]]
		if p == nil {
			p = &cover.Profile{FileName: m[1], Mode: mode}
			files[m[1]] = p
		}
		p.Blocks = append(p.Blocks, cover.ProfileBlock{StartLine: v[0], StartCol: v[1], EndLine: v[2], EndCol: v[3], NumStmt: v[4], Count: v[5]})
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var profiles []*cover.Profile
	for _, p := range files {
		p.Blocks = merged(p.Blocks, mode)
		profiles = append(profiles, p)
	}
	slices.SortFunc(profiles, func(a, b *cover.Profile) int { return cmp.Compare(a.FileName, b.FileName) })
	return profiles, nil
}

// merged are blocks in order, those of several test programs as one.
func merged(blocks []cover.ProfileBlock, mode string) []cover.ProfileBlock {
	place := func(a, b cover.ProfileBlock) int {
		return cmp.Or(
			cmp.Compare(a.StartLine, b.StartLine), cmp.Compare(a.StartCol, b.StartCol),
			cmp.Compare(a.EndLine, b.EndLine), cmp.Compare(a.EndCol, b.EndCol), cmp.Compare(a.NumStmt, b.NumStmt))
	}
	slices.SortStableFunc(blocks, place)
	list := blocks[:0]
	for _, b := range blocks {
		switch last := len(list) - 1; {
		case last < 0 || place(list[last], b) != 0:
			list = append(list, b)
		case mode == "set":
			list[last].Count |= b.Count
		default:
			list[last].Count += b.Count
		}
	}
	return list
}
