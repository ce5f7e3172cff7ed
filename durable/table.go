package durable

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

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
	points  []point      // by state: the start is the first
	results []field

	once sync.Once
	desc []byte // see describe.go
	hash uint64
}

// point is where a frame may stand.
type point struct {
	label  string
	callee string // whose return it waits for: a name, "-" if it waits for a switch, "?" if it may be any
	fields []field
}

// field is a field of a frame that is live at a point.
type field struct {
	name     string
	was      string
	box      bool // it is a pointer to the variable
	receives bool // what is sent to the greenlet goes there
	index    int
	offset   uintptr
	typ      reflect.Type
}

var (
	tablesOnce sync.Once
	byFrame    = map[reflect.Type]*function{} // by the struct
	byName     = map[string]*function{}
	generic    = map[string][]string{} // tables of generic functions, by the name of the frame type
	tablesLock sync.RWMutex            // for instances, which are registered later
)

// tables reads what generated code has said, once.
func tables() {
	tablesOnce.Do(func() {
		for _, f := range gen.DurableFuncs() {
			if f.Frame == nil {
				frame := strings.Fields(f.Table)[2] // path/to/pkg.each as eachFrame
				generic[frame] = append(generic[frame], f.Table)
				continue
			}
			addFunction(parse(reflect.TypeOf(f.Frame).Elem(), f.Table))
		}
		knownLock.Lock()
		defer knownLock.Unlock()
		seen := map[reflect.Type]bool{}
		for t := range byFrame {
			know(t, seen)
		}
		for _, c := range gen.ClosureTypes() {
			t := reflect.TypeOf(c.Self).Elem()
			ct := &closureType{c.Name, t, c.Value}
			closureByType[t], closureByName[c.Name] = ct, ct
			know(t, seen)
		}
	})
}

func addFunction(f *function) {
	byFrame[f.typ], byName[f.name] = f, f
	if _, taken := byName[f.was]; f.was != "" && !taken {
		byName[f.was] = f
	}
}

// Register makes an instance of a generic durable function known, which no generated code can
// list: Register(walk[int]), or a method value of an instance's receiver. Call it in an init
// function. It panics if fn is not an instance of a durable function.
func Register(fn any) {
	tables()
	t := reflect.TypeOf(greenlet.FrameOf(fn)).Elem()
	tablesLock.Lock()
	defer tablesLock.Unlock()
	if byFrame[t] != nil {
		return
	}
	base, args, _ := strings.Cut(t.Name(), "[")
	for _, table := range generic[base] {
		if f := parse(t, table); t.PkgPath() == "main" || strings.HasPrefix(f.name, t.PkgPath()+".") {
			f.name += "[" + args
			addFunction(f)
			return
		}
	}
	panic(fmt.Sprintf("durable: %v is not a frame of a durable function", t))
}

// functionOf is what is known of the function of f, or nil.
func functionOf(f greenlet.Frame) *function {
	t := reflect.TypeOf(f)
	if t.Kind() != reflect.Pointer {
		return nil
	}
	tablesLock.RLock()
	defer tablesLock.RUnlock()
	return byFrame[t.Elem()]
}

func functionNamed(name string) *function {
	tablesLock.RLock()
	defer tablesLock.RUnlock()
	return byName[name]
}

// parse reads a table.
func parse(t reflect.Type, table string) *function {
	lines := strings.Split(table, "\n")
	f := &function{typ: t}
	words := strings.Fields(lines[0]) // name as frame, and was name
	if f.name = words[0]; len(words) > 3 {
		f.was = words[4]
	}
	f.points = append(f.points, point{label: "start", callee: "-", fields: fieldsOf(t, strings.Fields(lines[1])[1:])})
	f.results = fieldsOf(t, strings.Fields(lines[2])[1:])
	for _, line := range lines[3:] {
		words := strings.Fields(line)
		f.points = append(f.points, point{words[0], words[1], fieldsOf(t, words[2:])})
	}
	return f
}

func fieldsOf(t reflect.Type, words []string) []field {
	list := make([]field, len(words))
	for i, w := range words {
		f := &list[i]
		w, f.was, _ = strings.Cut(w, "=")
		w, f.box = strings.CutPrefix(w, "*")
		f.name, f.receives = strings.CutSuffix(w, "<")
		sf, ok := t.FieldByName(f.name)
		if !ok {
			panic(fmt.Sprintf("durable: the frame type %v has no field %s: generate its package anew", t, f.name))
		}
		f.index, f.offset, f.typ = sf.Index[0], sf.Offset, sf.Type
	}
	return list
}

// at is the point of state pc, or nil if it is none that can be saved.
func (f *function) at(pc uint32) *point {
	if uint64(pc) < uint64(len(f.points)) {
		return &f.points[pc]
	}
	return nil
}

// state is the state of the point called label; ok is false if there is none.
func (f *function) state(label string) (pc uint32, ok bool) {
	i := slices.IndexFunc(f.points, func(p point) bool { return p.label == label })
	return uint32(i), i >= 0
}
