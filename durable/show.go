package durable

import (
	"fmt"
	"math"
	"reflect"
	"time"
)

// What a snapshot says, for people: read by the descriptions alone, also of functions and types
// that this program does not have. Descriptions hold no lines of the source: they would be others
// whenever a line is added somewhere above. Of functions that this program has they are known.

// A Stack is what a snapshot says of a greenlet.
type Stack struct {
	ID      int // others refer to it by this
	Started bool
	Dead    bool
	Calls   []Call // the innermost first
	Locals  []Var  // and the context, if it has one
	Reason  string // why this program could not go on with it; "" if it could, or no function is known

	snapshot *shower
}

// A Call is a function that a greenlet is in.
type Call struct {
	Func  string
	Point string // the callee and the hash of the call, or the name that the program gives
	File  string // of this program, or if that does not have the suspension of the one that wrote the snapshot
	Line  int
	Vars  []Var // those that are live
}

// A Var is a variable, or a field.
type Var struct {
	Name  string
	Value Content
}

// A Content is a value in a snapshot.
type Content struct {
	Type   string
	Text   string // of numbers, strings and the like, as Go writes them; a way into what Ref is
	Ref    int    // the number of what it leads to, or 0
	Len    int    // of slices
	Fields []Var  // of structs, arrays, and values in interfaces
}

// Show is what a snapshot says of the greenlets that it was taken of, and of those they lead
// to. store has the descriptions if the snapshot has not. It fails with [ErrCorrupt], [ErrLimit]
// or [ErrMissing].
func Show(snapshot []byte, store Schemas) ([]Stack, error) {
	tables()
	s := &shower{decoder: decoder{limits: Standard}}
	return s.show(snapshot, store)
}

func (s *shower) show(snapshot []byte, store Schemas) ([]Stack, error) {
	s.open(snapshot, store)
	for range s.count() {
		s.greenletRef()
	}
	s.drain()
	switch {
	case s.err != nil:
		return nil, s.err
	case len(s.b) > 0:
		return nil, ErrCorrupt
	}
	for i := range s.stacks {
		s.stacks[i].snapshot = s
	}
	return s.stacks, nil
}

// shower reads a snapshot without making anything of this program's types.
type shower struct {
	decoder
	stacks []Stack
	stands func(*wireFunc, *wirePoint) // is called for each frame, if it is not nil
	shown  map[int][]Var               // what objects consist of, by number
	names  map[int]string              // their types
}

func (s *shower) drain() {
	s.shown, s.names = map[int][]Var{}, map[int]string{}
	for ; s.done < len(s.objs) && s.err == nil; s.done++ {
		o, id := s.objs[s.done], s.done+firstObject
		switch o.kind {
		case codecObject: // it was read where it was mentioned
		case greenletObject:
			s.stack(id)
		case mapObject:
			var list []Var
			for range s.count() {
				k := s.value(o.node.key)
				list = append(list, Var{k.short(s), s.value(o.node.elem)})
			}
			s.shown[id], s.names[id] = list, o.node.String()
		default:
			s.shown[id], s.names[id] = s.list(o.node, o.n, o.n > 1), o.node.String()
		}
	}
}

// list reads n values, which may be written as bytes.
func (s *shower) list(nd *node, n int, bytes bool) (list []Var) {
	if nd.leastBytes() == 0 {
		return nil
	}
	if bytes && nd.kind == reflect.Uint8 && nd.codec == "" {
		return []Var{{"", Content{Type: nd.String(), Text: fmt.Sprintf("%q", s.take(uint64(n)))}}}
	}
	for i := 0; i < n && s.err == nil; i++ {
		list = append(list, Var{fmt.Sprint(i), s.value(nd)})
	}
	return list
}

// stack reads a greenlet.
func (s *shower) stack(id int) {
	state := s.byte()
	st := Stack{ID: id, Started: state&stateStarted != 0, Dead: state&stateDead != 0}
	s.greenletRef()
	s.extras(&st, state)
	n := s.count()
	var w *wireFunc
	var at int
	for range n {
		if w, at = s.standing(w, at); s.err != nil {
			return
		}
		st.Calls = append(st.Calls, s.call(w, at, &st))
	}
	s.stacks = append(s.stacks, st)
}

func (s *shower) extras(st *Stack, state byte) {
	if state&stateContext != 0 {
		st.Locals = append(st.Locals, Var{"context", s.inInterface()})
	}
	if state&stateLocals != 0 {
		for range s.count() {
			st.Locals = append(st.Locals, Var{s.string(), s.inInterface()})
		}
	}
}

func (s *shower) call(w *wireFunc, at int, st *Stack) Call {
	p := &w.points[at]
	if s.stands != nil {
		s.stands(w, p)
	}
	c := Call{Func: w.name, Point: p.label, File: p.file, Line: p.line}
	if w.fn != nil {
		if p.pt == nil && p.err == nil {
			p.err = s.place(w, p)
		}
		if p.err != nil && st.Reason == "" {
			st.Reason = p.err.Error()
		}
		if p.pt != nil {
			c.File, c.Line = placeOf(w.fn, p.pc, p.pt)
		}
	} else if st.Reason == "" {
		st.Reason = (&ChangedError{Func: w.name, Reason: "it is not in this program, or not durable"}).Error()
	}
	for _, f := range p.fields {
		nd, boxed := f.node, f.box && f.node.kind == reflect.Pointer && f.node.elem != nil
		v := s.value(nd)
		if f.hasNone() {
			continue
		}
		if boxed {
			v.Type = nd.elem.String()
		}
		c.Vars = append(c.Vars, Var{f.name, v})
	}
	if w.defers {
		s.deferred(&c)
	}
	return c
}

// deferred reads what a frame has deferred.
func (s *shower) deferred(c *Call) {
	s.byte()
	if v := s.inInterface(); v.Text != "nil" {
		c.Vars = append(c.Vars, Var{"panic", v})
	}
	for range s.count() {
		w := s.typ()
		v := s.ref(w.node, 1)
		v.Type = w.word
		c.Vars = append(c.Vars, Var{"defer", v})
	}
}

func (s *shower) greenletRef() Content {
	i := s.uint()
	v := Content{Type: "*greenlet.Greenlet"}
	switch i {
	case nilObject:
		v.Text = "nil"
	case mainGreenlet:
		v.Text = "main"
	default:
		v.Ref = int(i)
		if o, ok := s.mentioned(i, greenletObject); ok && o == nil {
			s.charge(128)
			s.objs = append(s.objs, object{kind: greenletObject})
		}
	}
	return v
}

// ref reads a reference to n values.
func (s *shower) ref(nd *node, n int) Content {
	v := Content{Type: "*" + nd.String()}
	switch i := s.uint(); i {
	case nilObject:
		v.Text = "nil"
	case innerObject:
		i, w, n, way := s.uint(), s.typ(), s.uint(), s.string()
		if n > uint64(s.limits.Bytes) {
			s.corrupt()
			return v
		}
		s.object(i, w.node, nil, int(n))
		v.Ref, v.Text = int(i), way
	default:
		s.object(i, nd, nil, n)
		v.Ref = int(i)
	}
	return v
}

// value reads a value.
func (s *shower) value(nd *node) Content {
	s.charge(int(reflect.TypeFor[Content]().Size()))
	v := Content{Type: nd.String()}
	if s.err != nil {
		return v
	}
	switch {
	case nd.codec != "" && nd.kind == reflect.Pointer:
		return s.codedPointer(v)
	case nd.codec != "":
		b := s.take(s.uint())
		var t time.Time
		if v.Text = fmt.Sprintf("%x", b); nd.name == "time.Time" && t.UnmarshalBinary(b) == nil {
			v.Text = t.Format(time.RFC3339Nano)
		}
		return v
	}
	switch k := nd.kind; k {
	case reflect.Bool:
		v.Text = fmt.Sprint(s.byte()&1 != 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i := s.int()
		if v.Text = fmt.Sprint(i); nd.name == "time.Duration" {
			v.Text = time.Duration(i).String()
		}
	case reflect.Uint8:
		v.Text = fmt.Sprint(s.byte())
	case reflect.Uint, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.Text = fmt.Sprint(s.uint())
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		v.Text = s.float(k)
	case reflect.String:
		v.Text = fmt.Sprintf("%q", s.string())
	case reflect.Array:
		v.Fields = s.list(nd.elem, nd.len, false)
	case reflect.Struct:
		for _, f := range nd.fields {
			if f.node.leastBytes() > 0 {
				v.Fields = append(v.Fields, Var{f.name, s.value(f.node)})
			}
		}
	case reflect.Pointer:
		if nd.elem == nil {
			return s.greenletRef()
		}
		v = s.ref(nd.elem, 1)
	case reflect.Slice:
		v = s.slice(nd)
	case reflect.Map:
		i := s.peek()
		if mapReader(nd, nil)(&s.decoder, nil); i == nilObject {
			v.Text = "nil"
		} else {
			v.Ref = int(i)
		}
	case reflect.Interface:
		v = s.inInterface()
	case reflect.Func:
		v = s.function(nd)
	case reflect.Chan, reflect.UnsafePointer:
		v.Text = "nil"
		s.byte()
	default:
		s.corrupt()
	}
	return v
}

// codedPointer reads a pointer that has a codec. Where it is met first, v gets what was written.
func (s *shower) codedPointer(v Content) Content {
	i := s.uint()
	if i == nilObject {
		v.Text = "nil"
		return v
	}
	v.Ref = int(i)
	if o, ok := s.mentioned(i, codecObject); ok && o == nil {
		s.charge(128)
		s.objs = append(s.objs, object{kind: codecObject})
		s.shown[int(i)] = []Var{{"", Content{Type: v.Type, Text: fmt.Sprintf("%x", s.take(s.uint()))}}}
	}
	return v
}

// peek is the number that follows.
func (s *shower) peek() uint64 {
	b := s.b
	i := s.uint()
	if s.err == nil {
		s.b = b
	}
	return i
}

func (s *shower) float(k reflect.Kind) string {
	var r [2]any
	n := 1
	if k == reflect.Complex64 || k == reflect.Complex128 {
		n = 2
	}
	for i := range n {
		if k == reflect.Float32 || k == reflect.Complex64 {
			r[i] = math.Float32frombits(uint32(s.fixed(4)))
		} else {
			r[i] = math.Float64frombits(s.fixed(8))
		}
	}
	if n == 2 {
		return fmt.Sprintf("(%v%+vi)", r[0], r[1])
	}
	return fmt.Sprint(r[0])
}

// fixed is a number of n bytes.
func (s *shower) fixed(n int) (v uint64) {
	for i, c := range s.take(uint64(n)) {
		v |= uint64(c) << (8 * i)
	}
	return v
}

func (s *shower) slice(nd *node) Content {
	v := Content{Type: nd.String()}
	switch s.uint() {
	case 0:
		v.Text = "nil"
	case 1:
		v.Text = fmt.Sprintf("[%d]", s.uint())
	case 2:
		n, more := s.uint(), s.uint()
		if most := uint64(s.limits.Bytes); n > most || more > most-n {
			s.fail(ErrLimit)
			return v
		}
		v = s.ref(nd.elem, int(n+more))
		v.Type, v.Len = nd.String(), int(n)
	default:
		s.corrupt()
	}
	return v
}

func (s *shower) inInterface() Content {
	switch s.uint() {
	case nilValue:
		return Content{Text: "nil"}
	case namedValue:
		return Content{Text: s.string()}
	case anyValue:
		w := s.typ()
		var v Content
		s.nested(func() { v = s.value(w.node) })
		if w.node.kind == reflect.Struct {
			v.Type = w.word
		}
		return v
	}
	s.corrupt()
	return Content{}
}

func (s *shower) function(nd *node) Content {
	v := Content{Type: nd.String()}
	switch s.uint() {
	case nilFunc:
		v.Text = "nil"
	case namedFunc:
		v.Text = s.string()
	case closureFunc:
		w := s.typ()
		v = s.ref(w.node, 1)
		v.Type = w.word
	default:
		s.corrupt()
	}
	return v
}
