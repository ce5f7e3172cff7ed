package load

// What build constraints leave out of a build: a file that is left out is not generated for, and
// its functions are not found, without a mistake in it.

import (
	"bufio"
	"bytes"
	"go/build"
	"go/build/constraint"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/names"
)

// LeftOut is a file with directives that is no part of the build.
type LeftOut struct {
	Path string
	Why  string // //go:build special, or "its name"
	Take string // what would take the file in: -tags=special, GOOS=windows; "" if nothing simple does
}

// LeftOut are the files with directives, in the packages named, that build constraints leave out.
// Files for the tag ignore are programs beside the package, and not told.
func (ld *Loader) LeftOut() (list []LeftOut) {
	if ld.graph == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, l := range ld.graph.sorted() {
		if !l.root || l.adHoc {
			continue
		}
		for _, path := range l.ignored {
			if seen[path] || !strings.HasSuffix(path, ".go") {
				continue
			}
			seen[path] = true
			src := ld.scanner.read(path)
			if !src.marked || !ld.scanner.hasDirectives(src) {
				continue
			}
			if out := ld.leftOut(src); out.Take != "-tags=ignore" {
				list = append(list, out)
			}
		}
	}
	return list
}

// leftOut finds out what would take a file in, by trying: one thing at a time, then all tags that
// it names.
func (ld *Loader) leftOut(src *source) LeftOut {
	out := LeftOut{Path: src.path, Why: "its name"}
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled = ld.env.GOOS, ld.env.GOARCH, ld.env.CGO_ENABLED == "1"
	ctx.BuildTags = ld.tags()
	ctx.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(src.data)), nil }
	takes := func(ctx build.Context) bool {
		ok, err := ctx.MatchFile(filepath.Dir(src.path), filepath.Base(src.path))
		return ok && err == nil
	}
	var tags []string
	if expr := constraintOf(src.data); expr != nil {
		out.Why = "//go:build " + expr.String()
		tags = tagsOf(expr)
	}
	given := ctx.BuildTags
	with := func(tags ...string) build.Context {
		ctx := ctx
		ctx.BuildTags = slices.Concat(given, tags)
		return ctx
	}
	var own []string
	for _, tag := range tags {
		if names.IsSystem(tag) || names.IsProcessor(tag) {
			continue
		}
		if own = append(own, tag); takes(with(tag)) {
			out.Take = "-tags=" + strings.Join(slices.Concat(given, []string{tag}), ",")
			return out
		}
	}
	if len(own) > 1 && takes(with(own...)) {
		out.Take = "-tags=" + strings.Join(slices.Concat(given, own), ",")
		return out
	}
	named := strings.Split(strings.TrimSuffix(filepath.Base(src.path), ".go"), "_")
	for _, word := range slices.Concat(tags, named) {
		other := ctx
		name := ""
		switch {
		case names.IsSystem(word):
			other.GOOS, name = word, "GOOS="
		case names.IsProcessor(word):
			other.GOARCH, name = word, "GOARCH="
		default:
			continue
		}
		if takes(other) {
			out.Take = name + word
			break
		}
	}
	return out
}

// tags are those of the flag -tags, given or by GOFLAGS.
func (ld *Loader) tags() (tags []string) {
	for _, flag := range slices.Concat(strings.Fields(ld.env.GOFLAGS), ld.opt.BuildFlags) {
		if list, ok := strings.CutPrefix(strings.TrimLeft(flag, "-"), "tags="); ok {
			tags = strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) // the last counts
		}
	}
	return tags
}

// constraintOf is the //go:build line above the package clause, or nil.
func constraintOf(data []byte) constraint.Expr {
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "package ") {
			return nil
		}
		if constraint.IsGoBuild(line) {
			expr, err := constraint.Parse(line)
			if err != nil {
				return nil
			}
			return expr
		}
	}
	return nil
}

// tagsOf are the tags in an expression, in order, without what is negated.
func tagsOf(expr constraint.Expr) []string {
	switch x := expr.(type) {
	case *constraint.TagExpr:
		return []string{x.Tag}
	case *constraint.AndExpr:
		return append(tagsOf(x.X), tagsOf(x.Y)...)
	case *constraint.OrExpr:
		return append(tagsOf(x.X), tagsOf(x.Y)...)
	}
	return nil
}
