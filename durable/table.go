package durable

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unsafe"

	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/gen"
)

// Tables: what generated code says of durable functions (rewrite/doc_durable.go), put together
// with what reflection says of their frames.

// function is a durable function, or an instance of a generic one.
type function struct {
	name    string
	was     string       // its former name, or ""
	typ     reflect.Type // of the frame, a struct
	slice   reflect.Type // []typ
	generic string       // the name, without type arguments
	points  []point      // by state: the start is the first
	results []field
	none    greenlet.Frame // a nil of the frame's type

	once sync.Once
	desc []byte // see describe.go
	hash uint64

	ownOnce sync.Once
	own     *wireFunc // see wire.go

	readyOnce sync.Once // see frames.go
	defers    bool
}

// point is where a frame may stand.
type point struct {
	label  string
	callee string // whose return it waits for: a name, "-" if it waits for a switch, "?" if it may be any
	fields []field
	ops    []fieldOps
	// deferrer, if not nil, is the field for the frame that has deferred the call: its caller.
	deferrer *field
}

// field is a field of a frame that is live at a point.
type field struct {
	name     string
	was      string
	box      bool // it is a pointer to the variable
	hidden   bool // it is an interface with such a pointer: the variable's type has no name in its package
	receives bool // what is sent to the greenlet goes there
	offset   uintptr
	typ      reflect.Type
}

var (
	tablesOnce sync.Once
	byFrame    = map[reflect.Type]*function{} // by the struct
	byName     = map[string]*function{}
	generic    = map[string][]funcTable{} // of generic functions, by the name of the frame type
	packages   = map[string]bool{}        // that have durable functions
	tablesLock sync.RWMutex               // for instances, which are registered later
)

// tables reads what generated code has said, once.
func tables() {
	tablesOnce.Do(func() {
		for _, f := range gen.DurableFuncs() {
			t := readTable(f.Table)
			packages[t.path] = true
			if f.Frame == nil {
				generic[t.frame] = append(generic[t.frame], t)
				continue
			}
			addFunction(t.of(reflect.TypeOf(f.Frame).Elem()))
		}
		for _, frame := range gen.DurableInstances() {
			addInstance(reflect.TypeOf(frame).Elem())
		}
		knownLock.Lock()
		defer knownLock.Unlock()
		addErrors()
		for _, f := range gen.DurableNameds() {
			v := reflect.ValueOf(f.Func)
			if _, taken := funcs[f.Name]; !taken {
				funcs[f.Name] = v
			}
			if _, taken := funcNames[v.Pointer()]; !taken {
				funcNames[v.Pointer()] = f.Name
			}
		}
		seen := map[reflect.Type]bool{}
		for t := range byFrame {
			know(t, seen)
		}
		for _, c := range gen.ClosureTypes() {
			t := reflect.TypeOf(c.Self).Elem()
			ct := &closureType{c.Name, t, c.Value, strings.Fields(c.Refs)}
			closureByType[t], closureByName[c.Name] = ct, ct
			unique(closureByName, c.Name, ct)
			know(t, seen)
		}
		renameLiterals()
		checkMigrations()
	})
}

// renameLiterals makes literals of functions that have another name now known by that of before, too.
func renameLiterals() {
	for _, f := range byFrame {
		if old := formerLiteral(f.name); old != "" && byName[old] == nil {
			byName[old] = f
			unique(byName, old, f)
		}
	}
	migrationsLock.Lock()
	defer migrationsLock.Unlock()
	for t, c := range closureByType {
		if old := formerLiteral(c.name); old != "" && closureByName[old] == nil {
			closureByName[old] = c
			unique(closureByName, old, c)
			formerTypes[literal(old)] = t
		}
	}
}

// funcTable is what generated code says of a function. Its first line is the function's name, and pairs of words.
type funcTable struct {
	name  string // path/to/pkg.each
	frame string // the name of the frame's type
	was   string // the function's former name, or ""
	path  string // the package's
	main  bool   // the function is generic, and of a main package: the types of its frames have not the path
	lines []string
}

func readTable(text string) funcTable {
	lines := strings.Split(text, "\n")
	words := strings.Fields(lines[0])
	t := funcTable{name: words[0], lines: lines[1:]}
	for i := 1; i+1 < len(words); i += 2 {
		switch words[i] {
		case "as":
			t.frame = words[i+1]
		case "was":
			t.was = words[i+1]
		case "of":
			t.path = words[i+1]
		case "in":
			t.main = true
		}
	}
	if t.path == "" {
		t.path = shortPath(t.name)
	}
	return t
}

// shortPath is the path of the package in the name of a function, if that has no dot behind the last slash.
func shortPath(name string) string {
	dir := strings.LastIndexByte(name, '/') + 1
	pkg, _, _ := strings.Cut(name[dir:], ".")
	return name[:dir] + pkg
}

// pathOf is the path of the package in the name of a function, which may be gone.
func pathOf(name string) string {
	longest := ""
	for path := range packages {
		if strings.HasPrefix(name, path+".") && len(path) > len(longest) {
			longest = path
		}
	}
	return cmp.Or(longest, shortPath(name))
}

// literal is the name of a function literal, or of a literal's function, without its number:
// what literals there are before it is no matter.
func literal(name string) string { return literalNumber.ReplaceAllString(name, "#") }

var literalNumber = regexp.MustCompile(`(\.func[0-9]+|\.[0-9]+|-range[0-9]+)+#`)

// unique adds v to m by the literal's name without its number, if no other has it: nil if one
// does.
func unique[T any](m map[string]*T, name string, v *T) {
	if short := literal(name); short != name {
		if _, taken := m[short]; taken {
			v = nil
		}
		m[short] = v
	}
}

// byLiteral is what has the name or, but for its number, only that.
func byLiteral[T any](m map[string]*T, name string) *T {
	if v := m[name]; v != nil {
		return v
	}
	return m[literal(name)]
}

// addFunction panics if another function has the name, as a method of a package a and a function of a package a.b may: the wrong
// one would be gone on with.
func addFunction(f *function) {
	if old := byName[f.name]; old != nil && old.name == f.name && old.typ != f.typ {
		panic(fmt.Sprintf("durable: there are two functions called %s, with frames %v and %v; give one of them, or its package, another name", f.name, old.typ, f.typ))
	}
	unique(byName, f.name, f)
	f.generic, _, _ = strings.Cut(f.name, "[")
	byFrame[f.typ], byName[f.name] = f, f
	if _, taken := byName[f.was]; f.was != "" && !taken {
		byName[f.was] = f
	}
}

// Register makes an instance of a generic durable function known. Those that a durable function calls
// with types that are known there are; others no generated code can list, such as that which a generic function
// calls with its own types. frame is one that the instance's constructor makes, of any arguments:
// Register(newWalkFrame[string](nil)). Call it in an init function. It panics if frame is not
// one of a durable function.
func Register(frame greenlet.Frame) {
	tables()
	t := reflect.TypeOf(frame).Elem()
	tablesLock.Lock()
	defer tablesLock.Unlock()
	if !addInstance(t) {
		panic(fmt.Sprintf("durable: %v is not a frame of a durable function", t))
	}
}

// addInstance reports whether t is a frame type of an instance of a generic durable function, and makes
// that known.
func addInstance(t reflect.Type) bool {
	if byFrame[t] != nil {
		return true
	}
	table, ok := genericTable(t)
	if !ok {
		return false
	}
	f := table.of(t)
	_, args, _ := strings.Cut(t.Name(), "[")
	f.name += "[" + args
	if f.was != "" {
		f.was += "[" + args
	}
	addFunction(f)
	return true
}

// genericTable is that of the function that frames of type t are of an instance of. Two packages may have functions of one
// name.
func genericTable(t reflect.Type) (found funcTable, ok bool) {
	base, _, _ := strings.Cut(t.Name(), "[")
	for _, g := range generic[base] {
		if g.path == t.PkgPath() || g.main && t.PkgPath() == "main" {
			return g, true
		}
	}
	return funcTable{}, false
}

func functionNamed(name string) *function {
	tablesLock.RLock()
	defer tablesLock.RUnlock()
	return byLiteral(byName, name)
}

// formerLiteral is the name that a literal had while its function had its former name; "" if it has had no other.
func formerLiteral(name string) string {
	at := literalNumber.FindStringIndex(name)
	if at == nil {
		return ""
	}
	if f := byName[name[:at[0]]]; f != nil && f.was != "" {
		return f.was + name[at[0]:]
	}
	return ""
}

// of is the function of a table, whose frames are of type t.
func (tab funcTable) of(t reflect.Type) *function {
	f := &function{
		name: tab.name, was: tab.was,
		typ: t, slice: reflect.SliceOf(t), none: reflect.Zero(reflect.PointerTo(t)).Interface().(greenlet.Frame),
	}
	f.points = append(f.points, newPoint(t, "start", "-", strings.Fields(tab.lines[0])[1:]))
	f.results = fieldsOf(t, strings.Fields(tab.lines[1])[1:])
	for _, line := range tab.lines[2:] {
		words := strings.Fields(line)
		if words[1][0] == '.' { // it is of the same package
			words[1] = tab.path + words[1]
		}
		f.points = append(f.points, newPoint(t, words[0], words[1], words[2:]))
	}
	return f
}

func newPoint(t reflect.Type, label, callee string, words []string) point {
	p := point{label: label, callee: callee}
	if i := slices.IndexFunc(words, func(w string) bool { return strings.HasSuffix(w, "^") }); i >= 0 {
		p.deferrer = &fieldsOf(t, []string{strings.TrimSuffix(words[i], "^")})[0]
		words = slices.Delete(slices.Clone(words), i, i+1)
	}
	p.fields = fieldsOf(t, words)
	return p
}

// below makes caller the one of f, which stands at p. It reports whether it can be: if f is a
// deferred call that recovers, the caller must be one that defers.
func (p *point) below(f, caller greenlet.Frame) bool {
	greenlet.HeaderOf(f).Caller = caller
	if p.deferrer == nil {
		return true
	}
	if _, ok := caller.(defers); !ok {
		return false
	}
	// A DeferHeader begins with the header.
	*(**greenlet.DeferHeader)(unsafe.Add(framePointer(f), p.deferrer.offset)) = (*greenlet.DeferHeader)(unsafe.Pointer(greenlet.HeaderOf(caller)))
	return true
}

func fieldsOf(t reflect.Type, words []string) []field {
	list := make([]field, len(words))
	for i, w := range words {
		f := &list[i]
		w, f.was, _ = strings.Cut(w, "=")
		w, f.box = strings.CutPrefix(w, "*")
		w, f.receives = strings.CutSuffix(w, "<")
		in, name, named := strings.Cut(w, ":")
		if f.name = name; !named {
			f.name = in
		}
		sf, ok := t.FieldByName(in)
		if !ok {
			panic(fmt.Sprintf("durable: the frame type %v has no field %s: generate its package anew", t, in))
		}
		f.typ = sf.Type
		if f.box && f.typ.Kind() == reflect.Interface {
			f.box, f.hidden = false, true
		}
		for j := range sf.Index { // a result is a field of what the frame embeds
			f.offset += t.FieldByIndex(sf.Index[:j+1]).Offset
		}
	}
	return list
}

// unwinding is the label of the point of a frame that makes its deferred calls: the last one
// of functions that defer.
const unwinding = "unwind"

// at is the number of the point of state pc.
func (f *function) at(pc uint32) (i int, ok bool) {
	i, last := int(pc), len(f.points)-1
	if pc == gen.Unwind {
		return last, f.points[last].label == unwinding
	}
	return i, i <= last && f.points[i].label != unwinding
}

// state is the state of the point called label, and the point; nil if there is none.
func (f *function) state(label string) (pc uint32, p *point) {
	i := slices.IndexFunc(f.points, func(p point) bool { return p.label == label })
	if i < 0 {
		return 0, nil
	}
	return f.stateAt(i), &f.points[i]
}

// stateAt is the state of point i.
func (f *function) stateAt(i int) uint32 {
	if f.points[i].label == unwinding {
		return gen.Unwind
	}
	return uint32(i)
}
