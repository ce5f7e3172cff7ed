// Package unittest holds what is generated from a unit, in any way, to what must always
// be true of it. It is for tests.
package unittest

import (
	"crypto/sha256"
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"hash"
	"io"
	"maps"
	"reflect"
	"slices"

	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// Watch remembers what a unit is given. The result tells what has changed of
// it since.
func Watch(u *unit.Unit) func() []string {
	before, info := hashes(u), *u.Info
	info.Types = maps.Clone(info.Types)
	info.Instances = maps.Clone(info.Instances)
	info.Defs = maps.Clone(info.Defs)
	info.Uses = maps.Clone(info.Uses)
	info.Implicits = maps.Clone(info.Implicits)
	info.Selections = maps.Clone(info.Selections)
	info.Scopes = maps.Clone(info.Scopes)
	info.FileVersions = maps.Clone(info.FileVersions)
	return func() []string {
		var changed []string
		note := func(same bool, what string) {
			if !same {
				changed = append(changed, what)
			}
		}
		after := hashes(u)
		for _, what := range slices.Sorted(maps.Keys(before)) {
			note(before[what] == after[what], what)
		}
		note(maps.EqualFunc(info.Types, u.Info.Types, sameType), "Types")
		note(maps.EqualFunc(info.Instances, u.Info.Instances, func(a, b types.Instance) bool { return a == b }), "Instances")
		note(maps.Equal(info.Defs, u.Info.Defs), "Defs")
		note(maps.Equal(info.Uses, u.Info.Uses), "Uses")
		note(maps.Equal(info.Implicits, u.Info.Implicits), "Implicits")
		note(maps.Equal(info.Selections, u.Info.Selections), "Selections")
		note(maps.Equal(info.Scopes, u.Info.Scopes), "Scopes")
		note(maps.Equal(info.FileVersions, u.Info.FileVersions), "FileVersions")
		return changed
	}
}

func sameType(a, b types.TypeAndValue) bool {
	if a.Value != nil && b.Value != nil && (a.Value.Kind() != b.Value.Kind() || !constant.Compare(a.Value, token.EQL, b.Value)) {
		return false
	}
	return a.Type == b.Type && (a.Value == nil) == (b.Value == nil)
}

// hashes are of the parts of a unit that are no maps. Pointers count as
// themselves, so that nothing can be replaced by an equal.
func hashes(u *unit.Unit) map[string]string {
	m := map[string]string{}
	for _, file := range u.Files {
		w := sha256.New()
		hashSyntax(w, reflect.ValueOf(file), map[uintptr]bool{})
		w.Write(u.Source[u.Path(file)])
		m[u.Path(file)] = string(w.Sum(nil))
	}
	w := sha256.New()
	u.Pkg.Scope().WriteTo(w, 0, true)
	m["package"] = string(w.Sum(nil))
	return m
}

func hashSyntax(w hash.Hash, v reflect.Value, seen map[uintptr]bool) {
	switch v.Kind() {
	case reflect.Interface:
		hashSyntax(w, v.Elem(), seen)
	case reflect.Pointer:
		fmt.Fprint(w, v.Pointer(), v.Type())
		if v.IsNil() || seen[v.Pointer()] {
			return
		}
		seen[v.Pointer()] = true
		hashSyntax(w, v.Elem(), seen)
	case reflect.Struct:
		for i := range v.NumField() {
			hashSyntax(w, v.Field(i), seen)
		}
	case reflect.Slice:
		fmt.Fprint(w, v.Len(), v.Type())
		for i := range v.Len() {
			hashSyntax(w, v.Index(i), seen)
		}
	case reflect.Map: // ast.File has none since objects are not resolved
		fmt.Fprint(w, v.Len())
	case reflect.Invalid:
		io.WriteString(w, "nil")
	default:
		fmt.Fprintf(w, "%v;", v)
	}
}
