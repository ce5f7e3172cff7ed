package durable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"

	"github.com/going-green/greenlet/runtime/gen"
)

// Values that are told by which they are, not by what is in them: errors that are compared.
// They are written by name.

var (
	namedValues = map[string]any{} // pointers
	valueNames  = map[any]string{}

	standardValues = map[string]bool{} // those that all programs have
)

// Value makes v, a pointer, known by a name: it is the same where a snapshot is restored. It is
// for what is compared by identity, such as an error that errors.New has made for a package
// variable of a package without durable functions. Those of packages that have some, and the
// usual ones of the standard library, are known. Call it in an init function.
func Value(name string, v any) {
	if reflect.TypeOf(v) == nil || reflect.TypeOf(v).Kind() != reflect.Pointer {
		panic("durable: Value wants a pointer, or an error that is one")
	}
	knownLock.Lock()
	defer knownLock.Unlock()
	addValue(name, v)
}

func addValue(name string, v any) {
	namedValues[name], valueNames[v] = v, name
	if word := typeWord(reflect.TypeOf(v).Elem()); word != "" {
		know(reflect.TypeOf(v), map[reflect.Type]bool{})
	}
}

func init() {
	for name, err := range map[string]error{
		"io.EOF": io.EOF, "io.ErrUnexpectedEOF": io.ErrUnexpectedEOF, "io.ErrClosedPipe": io.ErrClosedPipe, "io.ErrShortWrite": io.ErrShortWrite, "io.ErrNoProgress": io.ErrNoProgress,
		"context.Canceled": context.Canceled, "errors.ErrUnsupported": errors.ErrUnsupported,
		"fs.ErrExist": fs.ErrExist, "fs.ErrNotExist": fs.ErrNotExist, "fs.ErrInvalid": fs.ErrInvalid, "fs.ErrPermission": fs.ErrPermission, "fs.ErrClosed": fs.ErrClosed,
		"os.ErrProcessDone": os.ErrProcessDone,
	} {
		addValue(name, err)
		standardValues[name] = true
	}
	// Errors whose fields are unexported, but which anybody may make.
	for _, err := range []error{errors.New(""), fmt.Errorf("%w", io.EOF), fmt.Errorf("%w%w", io.EOF, io.EOF), errors.Join(io.EOF), context.DeadlineExceeded} {
		t := reflect.TypeOf(err)
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		openStructs[t] = true
		know(t, map[reflect.Type]bool{})
	}
}

// openStructs are types of the standard library that are written field by field, though the
// fields are unexported. Of another Go release they may have others: then they are refused.
var openStructs = map[reflect.Type]bool{}

// addErrors makes those known that generated code has named. It is called when there is a
// snapshot: their variables have their values then.
func addErrors() {
	for _, e := range gen.DurableErrors() {
		if v := *e.Var; v != nil && reflect.TypeOf(v).Kind() == reflect.Pointer {
			if _, taken := valueNames[v]; !taken {
				addValue(e.Name, v)
			}
		}
	}
}

// nameOfValue is the name of v, a pointer, if it has one.
func nameOfValue(v reflect.Value) (string, bool) {
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return "", false
	}
	knownLock.RLock()
	defer knownLock.RUnlock()
	name, ok := valueNames[v.Interface()]
	return name, ok
}

func valueNamed(name string) (any, bool) {
	knownLock.RLock()
	defer knownLock.RUnlock()
	v, ok := namedValues[name]
	return v, ok
}
