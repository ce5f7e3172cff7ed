package durable

import (
	"encoding"
	"fmt"
	"reflect"
	"unsafe"
)

// Codecs: what writes values that are not written field by field. A pointer that has one keeps
// its identity, as others do: what it leads to is written, and made again, once.

// codec writes values of a type as bytes.
type codec struct {
	name   string
	encode func(v reflect.Value) ([]byte, error)
	decode func(b []byte, into reflect.Value) error

	resource bool // it belongs to the process
}

// Codec has values of type T written as encode does, and made again by decode: a type with
// unexported fields of another package. Call it in an init function, before there is a snapshot.
func Codec[T any](encode func(T) ([]byte, error), decode func([]byte) (T, error)) {
	addCodec(reflect.TypeFor[T](), newCodec(encode, decode))
}

func newCodec[T any](encode func(T) ([]byte, error), decode func([]byte) (T, error)) *codec {
	return &codec{
		name:   "codec",
		encode: func(v reflect.Value) ([]byte, error) { return encode(v.Interface().(T)) },
		decode: func(b []byte, into reflect.Value) error {
			v, err := decode(b)
			into.Set(reflect.ValueOf(&v).Elem())
			return err
		},
	}
}

// Resource has values of type T, such as a *sql.DB, written as a key, and opened again by that:
// where a snapshot is restored they are those of that process.
func Resource[T any](key func(T) string, open func(key string) (T, error)) {
	c := newCodec(func(v T) ([]byte, error) { return []byte(key(v)), nil }, func(b []byte) (T, error) { return open(string(b)) })
	c.resource = true
	addCodec(reflect.TypeFor[T](), c)
}

// Given is Resource for what a program has one of, whatever the greenlet: nothing is written of it. So a
// snapshot need not have it: where a variable of type T is needed, and there is none in the snapshot, it has what open
// returns. A version of a function may use one behind a suspension behind which the former version did not.
func Given[T any](open func() (T, error)) {
	t := reflect.TypeFor[T]()
	Resource(func(T) string { return "" }, func(string) (T, error) { return open() })
	knownLock.Lock()
	defer knownLock.Unlock()
	given[t] = &migration{
		name: typeWord(t), new: []migrated{{typ: t}}, make: func() unsafe.Pointer { return nil },
		call: func(unsafe.Pointer) (unsafe.Pointer, error) {
			v, err := open()
			return unsafe.Pointer(&v), err
		},
	}
}

// givenOf is what makes a T that is given, or nil.
func givenOf(t reflect.Type) *migration {
	knownLock.RLock()
	defer knownLock.RUnlock()
	return given[t]
}

func addCodec(t reflect.Type, c *codec) {
	knownLock.Lock()
	defer knownLock.Unlock()
	codecs[t] = c
	knownTypes[typeWord(t)] = t
}

var (
	marshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	unmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
)

// codecOf is what writes values of type t, or nil.
func codecOf(t reflect.Type) *codec {
	knownLock.RLock()
	c := codecs[t]
	knownLock.RUnlock()
	if c == nil && t.Kind() == reflect.Struct && t.PkgPath() != "" && hidesFields(t) &&
		reflect.PointerTo(t).Implements(marshaler) && reflect.PointerTo(t).Implements(unmarshaler) {
		return binaryCodec
	}
	return c
}

var binaryCodec = &codec{
	name: "binary",
	encode: func(v reflect.Value) ([]byte, error) {
		return v.Addr().Interface().(encoding.BinaryMarshaler).MarshalBinary()
	},
	decode: func(b []byte, into reflect.Value) error {
		return into.Addr().Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(b)
	},
}

func (m maker) codecWriter(t reflect.Type, c *codec) func(e *encoder, p unsafe.Pointer) {
	write := func(e *encoder, p unsafe.Pointer) {
		b, err := c.encode(reflect.NewAt(t, p).Elem())
		if err != nil {
			e.refuse(t, err.Error())
		}
		e.string(string(b))
	}
	if t.Kind() != reflect.Pointer {
		return write
	}
	self := m[t]
	return func(e *encoder, p unsafe.Pointer) {
		q := *(*unsafe.Pointer)(p)
		if q == nil {
			e.uint(nilObject)
			return
		}
		id, fresh := e.table.id(q, self, 0)
		if e.uint(uint64(id)); fresh {
			e.add(work{made: true})
			write(e, p)
		}
	}
}

func codecReader(nd *node, t reflect.Type) reader {
	if nd.kind == reflect.Pointer {
		return pointerCodecReader(nd, t)
	}
	return func(d *decoder, p unsafe.Pointer) {
		if b := d.take(d.uint()); t != nil {
			d.decode(b, t, p)
		}
	}
}

func pointerCodecReader(nd *node, t reflect.Type) reader {
	return func(d *decoder, p unsafe.Pointer) {
		i := d.id()
		if i == nilObject {
			return
		}
		o, ok := d.mentioned(i, codecObject)
		if !ok {
			return
		}
		if o == nil {
			d.charge(int(unsafe.Sizeof(object{})))
			d.objs = append(d.objs, object{kind: codecObject, coded: d.take(d.uint())})
			o = &d.objs[len(d.objs)-1]
			d.codedHere()
		}
		d.sharesNoResource(nd)
		if t == nil || d.err != nil {
			return
		}
		if o.t == nil {
			made := reflect.New(t)
			if d.decode(o.coded, t, made.UnsafePointer()); d.err != nil {
				return
			}
			o.t, o.m = t, made.Elem()
		}
		if o.t != t {
			d.corrupt()
			return
		}
		reflect.NewAt(t, p).Elem().Set(o.m)
	}
}

// codedHere notes, for who takes stock, that the number mentioned last has behind it what a
// codec has written.
func (d *decoder) codedHere() {
	if d.mentioning != nil && d.err == nil {
		list := *d.mentioning
		list[len(list)-1].coded = len(d.body) - len(d.b)
	}
}

// sharesNoResource notes likewise that who mentions a resource shares nothing.
func (d *decoder) sharesNoResource(nd *node) {
	if d.mentioning == nil || d.err != nil {
		return
	}
	knownLock.RLock()
	t := knownTypes[nd.name]
	c := codecs[t]
	knownLock.RUnlock()
	list := *d.mentioning
	list[len(list)-1].resource = c != nil && c.resource
}

// decode makes a value of type t of what its codec has written.
func (d *decoder) decode(b []byte, t reflect.Type, p unsafe.Pointer) {
	if d.charge(len(b)); d.err != nil {
		return
	}
	if err := codecOf(t).call(append([]byte(nil), b...), reflect.NewAt(t, p).Elem()); err != nil {
		d.fail(&CodecError{t, err})
	}
}

// call decodes; the user's code may panic for what it has not written.
func (c *codec) call(b []byte, into reflect.Value) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("its codec panicked: %v", v)
		}
	}()
	return c.decode(b, into)
}
