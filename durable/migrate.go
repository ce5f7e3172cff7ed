package durable

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// Migrations: functions of the program that make new values of old ones, where names are not
// enough. Which of them a snapshot needs follows from what it has, not from a number of a
// version: so they are chained, and a snapshot of any version takes the ones it needs.

// migration is one that was registered.
type migration struct {
	name     string
	points   []string // where it holds; nil is everywhere
	old, new []migrated
	make     func() unsafe.Pointer
	call     func(old unsafe.Pointer) (unsafe.Pointer, error)
}

// migrated is a value that a migration takes or gives: a field of its struct.
type migrated struct {
	name   string
	typ    reflect.Type
	offset uintptr
}

var (
	migrationsLock sync.RWMutex
	ofFuncs        = map[string][]*migration{}
	ofTypes        = map[reflect.Type][]*migration{}
	formerTypes    = map[string]reflect.Type{}
)

// Migrate has f make variables of frames of the durable function called name, by import path,
// of those that snapshots have. Old and New are structs whose fields have the names of the
// variables, exported or not:
//
//	type orderV1 struct{ price int }                       // euros
//	type orderV2 struct{ amount money; currency string }
//
//	durable.Migrate("example.com/shop.order", func(o orderV1) (orderV2, error) {
//		return orderV2{money(100 * o.price), "EUR"}, nil
//	})
//
// f is called for a frame whose snapshot has all of Old's variables, of such types, but not all
// of New's; and only if the function has changed since. What f gives takes the place of
// variables of the same names. All others are kept, also those that f takes. If points are
// named, f is called only where the frame stands at one of them. Migrations are tried in the
// order in which they were registered, and see what those before them gave: so one a version is
// enough. They can't see a change of meaning that leaves names and types: give the variable
// another name then.
//
// Types that Old mentions are only for reading: their names do not matter, and the fields of
// structs are matched by names. What f's pointers lead to is complete, unless it leads back to
// where it comes from.
// If f returns an error or panics, the greenlet is not restored: a [*MigrationError]. Call
// Migrate in an init function. What is first done with a snapshot panics if name is one of package
// main without its import path. Migrate panics if Old or New is not a struct, or New has all that Old
// has, of the same types: nothing would tell them apart.
func Migrate[Old, New any](name string, f func(Old) (New, error), points ...string) {
	m := newMigration(name, f)
	m.points = points
	migrationsLock.Lock()
	defer migrationsLock.Unlock()
	ofFuncs[name] = append(ofFuncs[name], m)
}

// MigrateType is [Migrate] for the fields of the struct type T, wherever values of it are, and
// whatever leads to them. New may be T. Fields that neither New nor the snapshot has begin as
// zero.
func MigrateType[T, Old, New any](f func(Old) (New, error)) {
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("durable: MigrateType wants a struct type, and %v is none", t))
	}
	m := newMigration(typeWord(t), f)
	migrationsLock.Lock()
	defer migrationsLock.Unlock()
	ofTypes[t] = append(ofTypes[t], m)
}

// Was says that the type T was called name, by import path: "example.com/shop.Item", or
// "main.Item" in a program. Call it in an init function.
func Was[T any](name string) {
	t := reflect.TypeFor[T]()
	Type[T]()
	migrationsLock.Lock()
	defer migrationsLock.Unlock()
	formerTypes[name] = t
}

// checkMigrations panics if a migration is of main.f: nothing is called so, and it would never
// be tried.
func checkMigrations() {
	migrationsLock.RLock()
	defer migrationsLock.RUnlock()
	for name := range ofFuncs {
		if f, ok := strings.CutPrefix(name, "main."); ok && byName[name] == nil {
			panic("durable: Migrate of " + name + ": functions of package main are called by its import path, too: example.com/shop." + f)
		}
	}
}

// formerType is the type that was called name, or nil.
func formerType(name string) reflect.Type {
	migrationsLock.RLock()
	defer migrationsLock.RUnlock()
	return formerTypes[name]
}

// wasCalled reports whether name is a former one of t.
func wasCalled(name string, t reflect.Type) bool {
	migrationsLock.RLock()
	defer migrationsLock.RUnlock()
	return t != nil && formerTypes[name] == t
}

func newMigration[Old, New any](name string, f func(Old) (New, error)) *migration {
	m := &migration{
		name: name, old: fieldsIn[Old](), new: fieldsIn[New](),
		make: func() unsafe.Pointer { return unsafe.Pointer(new(Old)) },
		call: func(old unsafe.Pointer) (_ unsafe.Pointer, err error) {
			defer func() {
				if v := recover(); v != nil {
					err = fmt.Errorf("it panicked: %v", v)
				}
			}()
			made, err := f(*(*Old)(old))
			return unsafe.Pointer(&made), err
		},
	}
	types := map[string]reflect.Type{}
	for _, v := range m.old {
		types[v.name] = v.typ
	}
	for _, v := range m.new {
		if types[v.name] != v.typ {
			return m
		}
	}
	panic(fmt.Sprintf("durable: a migration of %s gives nothing that it does not take, with the same types: nothing tells what it is for", name))
}

// fieldsIn are the fields of the struct T.
func fieldsIn[T any]() (list []migrated) {
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("durable: a migration takes and gives structs, and %v is none", t))
	}
	for i := range t.NumField() {
		f := t.Field(i)
		list = append(list, migrated{f.Name, f.Type, f.Offset})
	}
	return list
}

// migrationsOf are those for frames of a function that stand at a point.
func migrationsOf(f *function, point string) (list []*migration) {
	migrationsLock.RLock()
	defer migrationsLock.RUnlock()
	for _, m := range ofFuncs[f.generic] {
		if m.at(point) {
			list = append(list, m)
		}
	}
	return list
}

func (m *migration) at(point string) bool {
	return m.points == nil || slices.Contains(m.points, point)
}

// migrationsOfType are those of a struct type.
func migrationsOfType(t reflect.Type) []*migration {
	migrationsLock.RLock()
	defer migrationsLock.RUnlock()
	return ofTypes[t]
}

// run reads the values to base. Which one has failed is returned with d.err.
//
// What migrations do is done at the end, when all that pointers lead to has been read: in the
// opposite order, so that a value comes after those in it and behind it.
func (m *moves) run(d *decoder, base unsafe.Pointer) int {
	if m.steps != nil {
		return m.migrate(d, base)
	}
	for i := range m.parts {
		p := &m.parts[i]
		if p.keep {
			p.read(d, unsafe.Add(base, p.offset))
		} else {
			p.read(d, nil)
		}
		if d.err != nil {
			return i
		}
	}
	return len(m.parts)
}

func (m *moves) migrate(d *decoder, base unsafe.Pointer) int {
	at := make([]unsafe.Pointer, len(m.parts))
	d.later = append(d.later, func() error { return m.call(at, base) })
	for i := range m.parts {
		p := &m.parts[i]
		switch {
		case p.keep:
			at[i] = unsafe.Add(base, p.offset)
		case p.temp != nil:
			d.charge(int(p.temp.Size()))
			if d.err == nil {
				at[i] = reflect.New(p.temp).UnsafePointer()
			}
		}
		if p.read(d, at[i]); d.err != nil {
			return i
		}
	}
	for _, o := range m.outs {
		if o.box { // the greenlet may receive there
			*(*unsafe.Pointer)(unsafe.Add(base, o.offset)) = reflect.New(o.typ).UnsafePointer()
		}
	}
	return len(m.parts)
}

// call makes the new values, and puts them where they belong.
func (m *moves) call(at []unsafe.Pointer, base unsafe.Pointer) error {
	made := make([]unsafe.Pointer, len(m.steps))
	place := func(s source) unsafe.Pointer {
		if s.step >= 0 {
			return unsafe.Add(made[s.step], m.steps[s.step].m.new[s.i].offset)
		}
		if p := at[s.i]; m.parts[s.i].box {
			return *(*unsafe.Pointer)(p)
		}
		return at[s.i]
	}
	for i, st := range m.steps {
		old := st.m.make()
		for j, from := range st.from {
			if p := place(from); p != nil {
				set(st.m.old[j].typ, unsafe.Add(old, st.m.old[j].offset), p)
			}
		}
		var err error
		if made[i], err = st.m.call(old); err != nil {
			return &MigrationError{st.m.name, err}
		}
	}
	for _, o := range m.outs {
		to := unsafe.Add(base, o.offset)
		if o.box {
			to = *(*unsafe.Pointer)(to)
		}
		if p := place(o.from); p != nil {
			set(o.typ, to, p)
		}
	}
	return nil
}

// set assigns a value of type t.
func set(t reflect.Type, to, from unsafe.Pointer) {
	reflect.NewAt(t, to).Elem().Set(reflect.NewAt(t, from).Elem())
}
