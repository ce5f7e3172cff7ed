package durable

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Lock files: what the descriptions of a package say, as text, for a repository. One line for
// each name, in order, so that a diff shows what has changed:
//
//	func example.com/shop.order order.go
//		approval -
//			o *main.item
//			*total int
//			ok< bool
//
//	literal example.com/shop.order#8c1f2a77
//		total *int
//
//	type main.item struct
//		ID string
//
//	known main.item
//
// A function has its suspensions with whom they wait for and the variables that are live there,
// * of those that are captured, < of the one that gets what is sent to the greenlet. A literal has
// what it captures. Types are written as in Go, but for names: these have their import path, and quotes if there is a space in them. What follows
// the name of a type is its kind, codec and the codec's name if it has one, and what it consists
// of. known, function and value are what was registered.

// Lock is what snapshots of functions of the package say, as text: for a file that another build
// is checked against, see [CheckLock]. pkg is an import path, also for a package main. The same
// program gives the same text. What is registered is listed for all packages of the program.
func Lock(pkg string) []byte {
	tables()
	l := &locker{pkg: pkg, index: map[*node]bool{}}
	fmt.Fprintf(&l.b, "# What snapshots of %s hold. Written by greenlet durable check -update.\n", pkg)
	tablesLock.RLock()
	fns := map[string]*function{}
	for _, f := range byFrame {
		if inPackage(f.name, pkg) {
			fns[f.name] = f
		}
	}
	tablesLock.RUnlock()
	for _, name := range slices.Sorted(maps.Keys(fns)) {
		l.function(fns[name])
	}
	literals := map[string]*closureType{}
	for _, c := range closureByType {
		if inPackage(c.name, pkg) {
			literals[literal(c.name)] = c
		}
	}
	for _, name := range slices.Sorted(maps.Keys(literals)) {
		fmt.Fprintf(&l.b, "\nliteral %s\n", name)
		for _, f := range nodeOf(literals[name].typ).fields {
			l.field(1, f.name, f.node)
		}
	}
	l.registered()
	l.types()
	return append(l.b.Bytes(), l.tail.Bytes()...)
}

// inPackage reports whether the function called name is of the package.
func inPackage(name, pkg string) bool {
	rest, ok := strings.CutPrefix(name, pkg+".")
	return ok && !strings.Contains(rest[:strings.IndexAny(rest+"[", "[(")], "/")
}

type locker struct {
	pkg     string
	b, tail bytes.Buffer
	index   map[*node]bool
	named   []*node
}

func (l *locker) function(f *function) {
	info := f.none.Func()
	fmt.Fprintf(&l.b, "\nfunc %s %s\n", quoted(f.name), quoted(info.File[strings.LastIndexByte(info.File, '/')+1:]))
	for _, p := range f.points {
		fmt.Fprintf(&l.b, "\t%s %s\n", p.label, quoted(p.callee))
		for _, fd := range p.fields {
			w := wireField{box: fd.box, node: nodeOf(fd.typ)}
			name := fd.name
			if fd.box {
				name = "*" + name
			}
			if fd.receives {
				name += "<"
			}
			l.field(2, name, w.held())
		}
	}
}

func (l *locker) field(tabs int, name string, nd *node) {
	fmt.Fprintf(&l.b, "%s%s %s\n", strings.Repeat("\t", tabs), quoted(name), l.text(nd))
}

// quoted is a name as the file has it.
func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\"{};") {
		return strconv.Quote(s)
	}
	return s
}

// text is a type as the file has it. Types with names are listed.
func (l *locker) text(nd *node) string {
	if nd.name != "" {
		if !l.index[nd] {
			l.index[nd] = true
			l.named = append(l.named, nd)
		}
		if c := nd.name[0]; c == '*' || c == '[' || strings.HasPrefix(nd.name, "map[") {
			return strconv.Quote(nd.name)
		}
		return quoted(nd.name)
	}
	return l.parts(nd)
}

// parts is what a type consists of, of structs only that they are some.
func (l *locker) parts(nd *node) string {
	switch nd.kind {
	case reflect.Pointer:
		if nd.elem == nil {
			return greenletText
		}
		return "*" + l.text(nd.elem)
	case reflect.Slice:
		return "[]" + l.text(nd.elem)
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", nd.len, l.text(nd.elem))
	case reflect.Map:
		return "map[" + l.text(nd.key) + "]" + l.text(nd.elem)
	case reflect.Struct:
		var list []string
		for _, f := range nd.fields {
			list = append(list, quoted(f.name)+" "+l.text(f.node))
		}
		return "struct{" + strings.Join(list, ";") + "}"
	}
	return nd.kind.String()
}

const greenletText = "*greenlet.Greenlet"

// registered lists what the program has registered.
func (l *locker) registered() {
	knownLock.RLock()
	list := slices.Clone(registered)
	knownLock.RUnlock()
	var types []string
	for _, t := range list {
		nd, word := nodeOf(t), typeWord(t)
		line := "known " + l.text(nd)
		if nd.String() != word {
			line += " " + quoted(word)
		}
		types = append(types, line+"\n")
	}
	knownLock.RLock()
	for name, fn := range funcs {
		types = append(types, "function "+quoted(name)+" "+quoted(fn.Type().String())+"\n")
	}
	for name := range namedValues {
		if !standardValues[name] {
			types = append(types, "value "+quoted(name)+"\n")
		}
	}
	knownLock.RUnlock()
	slices.Sort(types)
	if types = slices.Compact(types); len(types) > 0 {
		l.tail.WriteString("\n" + strings.Join(types, ""))
	}
}

// types writes those with names, and those that they lead to.
func (l *locker) types() {
	texts := map[string]string{}
	for i := 0; i < len(l.named); i++ {
		nd := l.named[i]
		if nd.name == nd.kind.String() && nd.codec == "" {
			continue // int
		}
		if closureByType[nd.t] != nil && inPackage(nd.name, l.pkg) {
			continue // it is listed as a literal
		}
		var b bytes.Buffer
		fmt.Fprintf(&b, "\ntype %s", l.text(nd))
		switch {
		case nd.codec != "":
			fmt.Fprintf(&b, " codec %s %s\n", quoted(nd.codec), nd.kind)
		case nd.kind == reflect.Struct:
			b.WriteString(" struct\n")
			for _, f := range nd.fields {
				fmt.Fprintf(&b, "\t%s %s\n", quoted(f.name), l.text(f.node))
			}
		default:
			fmt.Fprintf(&b, " %s\n", l.parts(nd))
		}
		texts[nd.name] = b.String()
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		l.b.WriteString(texts[name])
	}
}
