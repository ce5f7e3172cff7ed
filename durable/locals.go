package durable

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	greenlet "github.com/going-green/greenlet/runtime"
)

// What a greenlet has besides frames: its Locals, by the names that the program gives them, and
// its context. Contexts that only have values are written field by field, like errors that
// anybody may make. One that can be canceled is refused: who cancels it has a closure of package
// context, and that would cancel another one.

type local struct {
	name string
	key  any // the *greenlet.Local[T]
	typ  reflect.Type
}

var (
	localsByKey  = map[any]*local{}
	localsByName = map[string]*local{}
)

// Local makes l known by a name, so that snapshots have the values that greenlets have of it. A
// value of a Local that the restoring program does not know is dropped, as variables are. Call
// it in an init function, with another name for each.
func Local[T any](name string, l *greenlet.Local[T]) {
	Type[T]()
	knownLock.Lock()
	defer knownLock.Unlock()
	if o := localsByName[name]; o != nil && o.key != any(l) {
		panic("durable: there are two Locals called " + name)
	}
	v := &local{name, l, reflect.TypeFor[T]()}
	localsByKey[l], localsByName[name] = v, v
}

func init() {
	type key struct{}
	background := context.Background()
	for _, ctx := range []context.Context{background, context.TODO(), context.WithValue(background, key{}, 0), context.WithoutCancel(background)} {
		t := reflect.TypeOf(ctx)
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		openStructs[t] = true
		know(t, map[reflect.Type]bool{})
		for i := range t.NumField() {
			if f := t.Field(i).Type; f.Kind() == reflect.Struct { // what they embed
				openStructs[f] = true
			}
		}
	}
	canceled, cancel := context.WithCancel(background)
	cancel()
	timed, cancel := context.WithTimeout(background, 0)
	cancel()
	for _, ctx := range []context.Context{canceled, timed} {
		neverSaved[reflect.TypeOf(ctx).Elem()] = "it is a context that can be canceled, by a function of this process; keep contexts with values only, and the deadline as a time"
	}
}

// neverSaved are types that are refused, and why.
var neverSaved = map[reflect.Type]string{}

var contextType = reflect.TypeFor[context.Context]()

// valueContext is what context.WithValue makes.
var valueContext = reflect.TypeOf(context.WithValue(context.Background(), contextType, 0)).Elem()

// checkKey refuses a context whose key is a pointer that has no name: what is restored would be
// another one, and nobody would find the value.
func checkKey(e *encoder, p unsafe.Pointer) {
	f, _ := valueContext.FieldByName("key")
	key := *(*any)(unsafe.Add(p, f.Offset))
	if v := reflect.ValueOf(key); v.IsValid() && v.Kind() == reflect.Pointer {
		if _, ok := nameOfValue(v); !ok {
			e.refuse(v.Type(), "the key of a context is a pointer, of which there would be another one; say durable.Value(name, key) in an init function")
		}
	}
}

// extras writes the context and the Locals, of which state says that there are some.
func (e *encoder) extras(p greenlet.Parts, state byte) {
	if state&stateContext != 0 {
		e.part("its context", planOf(contextType), unsafe.Pointer(&p.Context))
	}
	if state&stateLocals == 0 {
		return
	}
	var list []*local
	knownLock.RLock()
	for key := range p.Locals {
		list = append(list, localsByKey[key])
		if localsByKey[key] == nil {
			e.refuse(reflect.TypeOf(key), "the greenlet has a value of a Local that is not known; say durable.Local(name, &variable) in an init function")
		}
	}
	knownLock.RUnlock()
	if e.err != nil {
		return
	}
	slices.SortFunc(list, func(x, y *local) int { return cmp.Compare(x.name, y.name) })
	e.uint(uint64(len(list)))
	for _, l := range list {
		e.string(l.name)
		v := p.Locals[l.key]
		e.part(l.name, planOf(anyType), unsafe.Pointer(&v))
	}
}

// extras reads them.
func (d *decoder) extras(p *greenlet.Parts, state byte) {
	if state&stateContext != 0 {
		before := len(d.later)
		d.reader(nodeOf(contextType), contextType)(d, unsafe.Pointer(&p.Context))
		switch {
		case d.err != nil:
		case len(d.later) > before:
			d.fail(&ChangedError{Func: "a context", Reason: "it has a struct that is to be migrated", Remedy: "keep a pointer in it"})
		case p.Context == nil:
			d.corrupt()
		}
	}
	if state&stateLocals == 0 {
		return
	}
	locals := map[any]any{}
	for range d.count() {
		name := d.string()
		knownLock.RLock()
		l := localsByName[name]
		knownLock.RUnlock()
		if l == nil {
			d.reader(nodeOf(anyType), nil)(d, nil)
			continue
		}
		if d.err != nil {
			return
		}
		v, before := new(any), len(d.later)
		d.charge(64)
		if d.reader(nodeOf(anyType), anyType)(d, unsafe.Pointer(v)); d.err != nil {
			return
		}
		set := func() error {
			if *v == nil && l.typ.Kind() != reflect.Interface || *v != nil && !reflect.TypeOf(*v).AssignableTo(l.typ) {
				return &ChangedError{Func: "Local " + name, Reason: fmt.Sprintf("it has a %T, and is of type %v", *v, l.typ), Remedy: "give it another name"}
			}
			locals[l.key] = *v
			return nil
		}
		if len(d.later) > before {
			d.after(before, set)
		} else if err := set(); err != nil {
			d.fail(err)
		}
	}
	p.Locals = locals
}

// dropExtras reads them and makes nothing of them.
func (d *decoder) dropExtras(state byte) {
	if state&stateContext != 0 {
		d.reader(nodeOf(contextType), nil)(d, nil)
	}
	if state&stateLocals != 0 {
		for range d.count() {
			d.string()
			d.reader(nodeOf(anyType), nil)(d, nil)
		}
	}
}
