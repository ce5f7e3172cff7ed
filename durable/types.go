package durable

import (
	"fmt"
	"iter"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/gen"
)

// What is known of types, besides what they are: by which names interfaces have them, what
// writes those that are not written field by field.

var (
	greenletPtr     = reflect.TypeFor[*greenlet.Greenlet]()
	headerType      = reflect.TypeFor[greenlet.Header]()
	deferHeaderType = reflect.TypeFor[greenlet.DeferHeader]()
	frameType       = reflect.TypeFor[greenlet.Frame]()
	closureStruct   = reflect.TypeFor[gen.Closure]()
)

var (
	knownLock  sync.RWMutex
	knownTypes = map[string]reflect.Type{}
	codecs     = map[reflect.Type]*codec{}
	given      = map[reflect.Type]*migration{} // that make one of nothing
	funcs      = map[string]reflect.Value{}
	funcNames  = map[uintptr]string{} // by code pointer, of functions that capture nothing

	registered []reflect.Type // by Type

	closureByType = map[reflect.Type]*closureType{}
	closureByName = map[string]*closureType{}
)

// closureType is the type of a function literal, with what it captures.
type closureType struct {
	name  string
	typ   reflect.Type
	value func(self any) any
	refs  []string // fields that point to captured variables
}

// Type makes T known, so that an interface may hold a T or a *T: types that no variable of a
// durable function leads to, and no value of one that does. Call it in an init function.
func Type[T any]() {
	t := reflect.TypeFor[T]()
	knownLock.Lock()
	defer knownLock.Unlock()
	know(t, map[reflect.Type]bool{})
	registered = append(registered, t)
}

// know makes t known, and what it leads to.
func know(t reflect.Type, seen map[reflect.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	knownTypes[typeWord(t)] = t
	if codecs[t] != nil {
		return
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		know(t.Elem(), seen)
	case reflect.Map:
		know(t.Key(), seen)
		know(t.Elem(), seen)
	case reflect.Struct:
		if parts := partsOf(t); parts != nil {
			know(parts, seen)
			return
		}
		for i := range t.NumField() {
			know(t.Field(i).Type, seen)
		}
	}
}

// Func makes a function known by a name, so that variables may hold it. It must be a declared
// one, not a literal that captures something, nor a method value: of those there are many, and
// they can't be told apart. Those that a durable function names need no Func: it is for functions that come from
// elsewhere, as from a table. Call it in an init function.
func Func(name string, fn any) {
	v := reflect.ValueOf(fn)
	if v.Kind() != reflect.Func || v.IsNil() {
		panic("durable: Func wants a function")
	}
	knownLock.Lock()
	defer knownLock.Unlock()
	funcs[name], funcNames[v.Pointer()] = v, name
}

func init() {
	for _, v := range []any{false, 0, int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0), uint64(0), uintptr(0), 0.0, float32(0), 0i, complex64(0), "", time.Duration(0), time.Month(0), time.Weekday(0), time.Time{}, greenlet.Exit} {
		knownTypes[typeName(reflect.TypeOf(v))] = reflect.TypeOf(v)
	}
	knownTypes["interface {}"] = reflect.TypeFor[any]()
}

// typeName is the name of a type that has one; of a type without, "".
func typeName(t reflect.Type) string {
	switch {
	case t.Name() == "":
		return ""
	case t.PkgPath() == "":
		return t.Name()
	}
	return t.PkgPath() + "." + t.Name()
}

// typeWord says which type it is, also of one without a name: what stands for it in snapshots
// where an interface holds it.
func typeWord(t reflect.Type) string {
	if name := typeName(t); name != "" {
		return name
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + typeWord(t.Elem())
	case reflect.Slice:
		return "[]" + typeWord(t.Elem())
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), typeWord(t.Elem()))
	case reflect.Map:
		return "map[" + typeWord(t.Key()) + "]" + typeWord(t.Elem())
	}
	return t.String()
}

// wordType is the type that typeWord has called word; ok is false if it is not known.
func wordType(word string) (t reflect.Type, ok bool) {
	knownLock.RLock()
	defer knownLock.RUnlock()
	return readType(word, 0)
}

func readType(word string, depth int) (t reflect.Type, ok bool) {
	if t, ok := knownTypes[word]; ok {
		return t, true
	}
	if t := formerType(word); t != nil {
		return t, true
	}
	if depth++; depth > 8 {
		return nil, false
	}
	if t, ok := composed.Load(word); ok {
		return t.(reflect.Type), true
	}
	if composedNumber.Load() > mostComposed {
		return nil, false
	}
	defer func() {
		if ok { // what reflection makes is never freed
			composed.Store(word, t)
			composedNumber.Add(1)
		}
	}()
	if rest, is := strings.CutPrefix(word, "*"); is {
		if t, ok = readType(rest, depth); ok {
			t = reflect.PointerTo(t)
		}
		return t, ok
	}
	if rest, is := strings.CutPrefix(word, "[]"); is {
		if t, ok = readType(rest, depth); ok {
			t = reflect.SliceOf(t)
		}
		return t, ok
	}
	if rest, is := strings.CutPrefix(word, "map["); is {
		for i, open := 0, 1; i < len(rest); i++ {
			switch rest[i] {
			case '[':
				open++
			case ']':
				open--
			}
			if open == 0 {
				k, ok1 := readType(rest[:i], depth)
				v, ok2 := readType(rest[i+1:], depth)
				if ok1 && ok2 && k.Comparable() {
					return reflect.MapOf(k, v), true
				}
				return nil, false
			}
		}
	}
	return nil, false
}

// composed are types that were made of known ones, of which there are many: as snapshots from
// others may ask for all of them, there is a limit.
var (
	composed       sync.Map // reflect.Type by word
	composedNumber atomic.Int64
)

const mostComposed = 1 << 14

// hidesFields reports whether a struct type has unexported fields of a package that says
// nothing of how to save them: one that has no durable function.
func hidesFields(t reflect.Type) bool {
	if optedIn(t.PkgPath()) || t == reflect.TypeFor[gen.Loop]() || openStructs[t] {
		return false
	}
	for i := range t.NumField() {
		if f := t.Field(i); !f.IsExported() && f.Name != "_" && !optedIn(f.PkgPath) {
			return true
		}
	}
	return false
}

// optedIn reports whether the package has durable functions, or is the program's.
func optedIn(path string) bool {
	if path == "" || path == "main" {
		return true
	}
	return packages[path]
}

// standIn is a type of ours that hides what it consists of, and says it in a struct.
type standIn interface {
	Parts() any // a pointer to the struct
	SetParts(p any)
}

var standInType = reflect.TypeFor[standIn]()

// partsOf is the struct that stands for t, or nil.
func partsOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Struct && t.PkgPath() == genPath && reflect.PointerTo(t).Implements(standInType) {
		return reflect.TypeOf(reflect.New(t).Interface().(standIn).Parts()).Elem()
	}
	return nil
}

var genPath = reflect.TypeFor[gen.Loop]().PkgPath()

// savedFields are the fields of a struct that are written.
func savedFields(t reflect.Type) iter.Seq[reflect.StructField] {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Name == "_" || f.Type == headerType || f.Type == deferHeaderType || f.Type == closureStruct {
				continue
			}
			if !yield(f) {
				return
			}
		}
	}
}
