package durable

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"sync"
	"unsafe"

	"github.com/going-green/greenlet/durable/internal/hook"
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/gen"
)

// Fork makes a greenlet that stands where g does, g being suspended or not started, with the
// same parent. Its variables are copies, as by assignment; those that literals capture, or whose
// address was taken, are copied once, so that its literals see its variables; what it has
// deferred runs in both. Pointers that are variables and lead to variables of g, or into them,
// lead to those of the fork. It has the context of g, and its values of Locals. All else that
// pointers, slices and maps lead to is shared. Fork returns a [*RefusedError] if a function of g
// is not durable.
func Fork(g *greenlet.Greenlet) (*greenlet.Greenlet, error) {
	tables()
	p, err := greenlet.PartsOf(g, "Fork")
	if err != nil {
		return nil, err
	}
	if p, err = fork(p); err != nil {
		return nil, err
	}
	p.Locals = maps.Clone(p.Locals)
	to := new(greenlet.Greenlet)
	greenlet.Assemble(to, p)
	return to, nil
}

func init() { hook.Fork, hook.Place = fork, place }

// place is of with the frames of to, which hold the same.
func place(of, to greenlet.Parts) greenlet.Parts {
	slot := of.Slot
	of.Leaf, of.Slot = to.Leaf, nil
	for f := to.Leaf; f != nil; f = greenlet.HeaderOf(f).Caller {
		fn := functionOf(f)
		i, _ := fn.at(greenlet.HeaderOf(f).PC)
		pt := &fn.points[i]
		if f == to.Leaf && slot != nil {
			of.Slot = pt.slot(f)
		}
		if caller := greenlet.HeaderOf(f).Caller; caller != nil {
			pt.below(f, caller)
		}
	}
	return of
}

// fork copies the frames of p.
func fork(p greenlet.Parts) (greenlet.Parts, error) {
	k := forker{}
	var above greenlet.Frame
	var stands *point
	leaf, slot := p.Leaf, p.Slot
	p.Leaf, p.Slot = nil, nil
	for f := leaf; f != nil; f = greenlet.HeaderOf(f).Caller {
		c, pt, err := k.frame(f)
		if err != nil {
			return p, err
		}
		if k.refused != nil {
			k.refused.Path = []string{functionOf(f).name}
			return p, k.refused
		}
		if p.Leaf == nil {
			p.Leaf = c
			if slot != nil {
				p.Slot = pt.slot(c)
			}
		} else {
			stands.below(above, c)
		}
		above, stands = c, pt
	}
	k.redirect()
	return p, nil
}

// Clone is Fork that copies what variables lead to as well, as Snapshot and Restore do.
func Clone(g *greenlet.Greenlet) (*greenlet.Greenlet, error) {
	b, err := Snapshot(g)
	if err != nil {
		return nil, err
	}
	gs, err := Restore(b)
	if err != nil {
		return nil, err
	}
	gs[0].SetParent(g.Parent())
	return gs[0], nil
}

// forker copies the variables of a greenlet.
type forker struct {
	last     *function
	room     room                             // for its frames
	copies   map[unsafe.Pointer]reflect.Value // pointers to the copies, by what was copied
	pointers []reflect.Value                  // variables that are pointers or slices
	refused  *RefusedError
}

// redirect makes pointers to variables that have been copied, or into them, lead to the copies.
func (k *forker) redirect() {
	if len(k.pointers) == 0 || len(k.copies) == 0 {
		return
	}
	type moved struct {
		from, size uintptr
		to         unsafe.Pointer
	}
	var list []moved
	for from, c := range k.copies {
		list = append(list, moved{uintptr(from), c.Type().Elem().Size(), c.UnsafePointer()})
	}
	slices.SortFunc(list, func(x, y moved) int { return cmp.Compare(x.from, y.from) })
	for _, p := range k.pointers {
		at := (*unsafe.Pointer)(p.Addr().UnsafePointer()) // a slice begins with one
		i, found := slices.BinarySearchFunc(list, uintptr(*at), func(m moved, p uintptr) int { return cmp.Compare(m.from, p) })
		if !found {
			i--
		}
		if *at != nil && i >= 0 {
			if off := uintptr(*at) - list[i].from; off < list[i].size {
				*at = unsafe.Add(list[i].to, off)
			}
		}
	}
}

func (k *forker) frame(f greenlet.Frame) (greenlet.Frame, *point, error) {
	fn := k.last
	if !fn.is(f) {
		fn = functionOf(f)
		k.last, k.room.left = fn, 0
	}
	if fn == nil {
		return nil, nil, &RefusedError{Path: []string{f.Func().Name}, Type: reflect.TypeOf(f), Reason: notDurable(f)}
	}
	h := greenlet.HeaderOf(f)
	i, ok := fn.at(h.PC)
	if !ok {
		return nil, nil, &RefusedError{Path: []string{fn.name}, Type: fn.typ, Reason: "it stands where its table has no point: generate its package anew"}
	}
	pt := &fn.points[i]
	if k.room.left == 0 {
		k.room.make(fn, fn.run(f))
	}
	to, base := k.room.take(fn)
	greenlet.HeaderOf(to).PC = h.PC
	from := framePointer(f)
	for i := range pt.ops {
		if op := &pt.ops[i]; op.plain {
			op.copy(unsafe.Add(base, op.offset), unsafe.Add(from, op.offset))
			continue
		}
		fd := &pt.fields[i]
		src, dst := reflect.NewAt(fd.typ, unsafe.Add(from, fd.offset)).Elem(), reflect.NewAt(fd.typ, unsafe.Add(base, fd.offset)).Elem()
		if fd.box || fd.hidden {
			k.variable(dst, src)
			continue
		}
		dst.Set(src)
		k.own(dst)
	}
	if fn.defers {
		p, ok := f.(defers).Parts()
		if !ok {
			return nil, nil, &RefusedError{Path: []string{fn.name}, Type: fn.typ, Reason: "it has deferred a call that is none of a literal"}
		}
		p.Calls = slices.Clone(p.Calls)
		for i, c := range p.Calls {
			p.Calls[i] = k.self(reflect.ValueOf(c)).Interface()
		}
		to.(defers).SetParts(p, h.PC)
	}
	return to, pt, nil
}

// slot is a pointer to where f receives, which stands at the point.
func (p *point) slot(f greenlet.Frame) any {
	fd := p.receiver()
	if fd == nil {
		return nil
	}
	t := fd.typ
	if fd.box {
		t = t.Elem()
	}
	return reflect.NewAt(t, fd.variable(f)).Interface()
}

// variable makes dst, a pointer, one to a copy of the variable that src points to: the same
// copy for all that do.
func (k *forker) variable(dst, src reflect.Value) {
	if src.IsNil() {
		return
	}
	if src.Kind() == reflect.Interface { // it is hidden
		c := reflect.New(src.Elem().Type()).Elem()
		k.variable(c, src.Elem())
		dst.Set(c)
		return
	}
	if c, ok := k.copies[src.UnsafePointer()]; ok && c.Type() == src.Type() {
		dst.Set(c)
		return
	}
	c := reflect.New(src.Type().Elem())
	k.keep(src.UnsafePointer(), c)
	c.Elem().Set(src.Elem())
	k.own(c.Elem())
	dst.Set(c)
}

func (k *forker) keep(p unsafe.Pointer, c reflect.Value) {
	if k.copies == nil {
		k.copies = map[unsafe.Pointer]reflect.Value{}
	}
	k.copies[p] = c
}

// own gives v, a copy of a variable, what must be its own: literals, and walks over maps.
func (k *forker) own(v reflect.Value) {
	if !hasOwn(v.Type()) {
		return
	}
	switch v.Kind() {
	case reflect.Func:
		if v.IsNil() {
			return
		}
		if self := gen.SelfOf(v.Interface()); self != nil {
			copied := k.self(reflect.ValueOf(self))
			if c := closureByType[reflect.TypeOf(self).Elem()]; c != nil {
				v.Set(reflect.ValueOf(c.value(copied.Interface())).Convert(v.Type()))
			}
		}
	case reflect.Slice:
		k.pointers = append(k.pointers, v)
	case reflect.Pointer:
		k.pointer(v)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); hasOwn(f.Type()) {
				k.own(reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem())
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			k.own(v.Index(i))
		}
	case reflect.Interface:
		if e := v.Elem(); v.IsNil() || !hasOwn(e.Type()) {
			return
		}
		c := reflect.New(v.Elem().Type()).Elem()
		c.Set(v.Elem())
		k.own(c)
		v.Set(c)
	}
}

// pointer notes v, a pointer, for redirect; or makes it one to a copy, if no variable of the
// source is such a pointer.
func (k *forker) pointer(v reflect.Value) {
	switch {
	case v.IsNil():
		return
	case !isPrivate(v.Type()):
		k.pointers = append(k.pointers, v)
		return
	case closureByType[v.Type().Elem()] != nil:
		v.Set(k.self(v))
		return
	case partsOf(v.Type().Elem()) == nil:
		k.variable(v, v)
		return
	}
	c := reflect.New(v.Type().Elem())
	parts := reflect.ValueOf(v.Interface().(standIn).Parts())
	c.Interface().(standIn).SetParts(parts.Interface())
	v.Set(c)
}

// self is a copy of what a literal captures, self being a pointer to it. A literal of which nothing is known is refused:
// it would go on with the original's variables.
func (k *forker) self(self reflect.Value) reflect.Value {
	if c, ok := k.copies[self.UnsafePointer()]; ok && c.Type() == self.Type() {
		return c
	}
	ct := closureByType[self.Type().Elem()]
	if ct == nil {
		k.refused = &RefusedError{Type: self.Type(), Reason: unknownFunc(self.Interface())}
		return self
	}
	c := reflect.New(self.Type().Elem())
	k.keep(self.UnsafePointer(), c)
	for f := range savedFields(ct.typ) {
		src := reflect.NewAt(f.Type, unsafe.Add(self.UnsafePointer(), f.Offset)).Elem()
		dst := reflect.NewAt(f.Type, unsafe.Add(c.UnsafePointer(), f.Offset)).Elem()
		if slices.Contains(ct.refs, f.Name) {
			k.variable(dst, src)
			continue
		}
		dst.Set(src)
		k.own(dst)
	}
	ct.value(c.Interface())
	return c
}

var owns sync.Map // bool by reflect.Type

// hasOwn reports whether a value of type t may hold what a copy of it must not share.
func hasOwn(t reflect.Type) bool {
	if has, ok := owns.Load(t); ok {
		return has.(bool)
	}
	has := false
	switch t.Kind() {
	case reflect.Func, reflect.Interface, reflect.Pointer, reflect.Slice:
		has = true
	case reflect.Array:
		has = hasOwn(t.Elem())
	case reflect.Struct:
		for f := range savedFields(t) {
			has = has || hasOwn(f.Type)
		}
	}
	owns.Store(t, has)
	return has
}

// isPrivate reports whether pointers of type t are no variables of the source's: walks over
// maps, states of loops, what literals capture.
func isPrivate(t reflect.Type) bool {
	return t.Elem() == loopType || closureByType[t.Elem()] != nil || partsOf(t.Elem()) != nil
}

var loopType = reflect.TypeFor[gen.Loop]()
