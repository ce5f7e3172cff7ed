package task

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/engine"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Error is an error that could not be saved as it was: of a type with unexported fields, or one that nothing leads to.
// [errors.Is] finds what can be saved of what it wrapped, such as [context.DeadlineExceeded].
type Error struct {
	Text      string
	Type      string
	Permanent bool
	Wrapped   []error
}

func (e *Error) Error() string   { return e.Text }
func (e *Error) Unwrap() []error { return e.Wrapped }

// Permanent has [Retry] not try again for err.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &Error{Text: err.Error(), Type: fmt.Sprintf("%T", err), Permanent: true, Wrapped: savedOf(err, 0)}
}

func isPermanent(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Permanent
}

// storable is err, or what can be saved of it.
func storable(err error) error {
	if err == nil || canSave(err) {
		return err
	}
	e := &Error{Text: err.Error(), Type: fmt.Sprintf("%T", err), Permanent: isPermanent(err), Wrapped: savedOf(err, 0)}
	if !canSave(e) {
		e.Wrapped = nil
	}
	return e
}

// savedOf are the errors that err wraps and that can be saved.
func savedOf(err error, depth int) (list []error) {
	if depth == 16 {
		return nil
	}
	var inner []error
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		inner = []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		inner = e.Unwrap()
	}
	for _, e := range inner {
		switch {
		case e == nil:
		case canSave(e):
			list = append(list, e)
		default:
			list = append(list, savedOf(e, depth+1)...)
		}
	}
	return list
}

// holds is a greenlet that has a value.
//
//greenlet:resumable durable
func holds(v any) { greenlet.Yield(v) }

// canSave reports whether v can be in a snapshot, and be made again.
func canSave(v any) (can bool) {
	defer func() {
		if recover() != nil {
			can = false
		}
	}()
	b, err := durable.Snapshot(greenlet.New(newHoldsFrame(v)))
	if err != nil {
		return false
	}
	_, err = durable.Restore(b)
	return err == nil
}

func init() { durable.Type[Error]() }

// EndedError is the error of who wants the result of a task that has none: it was canceled or killed, has panicked, or its
// function has returned an error.
type EndedError struct {
	ID     string
	Status engine.Status
	Text   string // of the error or panic
}

func (e *EndedError) Error() string {
	if e.Status == engine.Done {
		return fmt.Sprintf("task %s: %s", e.ID, e.Text)
	}
	if e.Text == "" {
		return fmt.Sprintf("task %s was %v", e.ID, e.Status)
	}
	return fmt.Sprintf("task %s was %v: %s", e.ID, e.Status, e.Text)
}

// Is reports that tasks which were canceled are [ErrCanceled].
func (e *EndedError) Is(err error) bool { return err == ErrCanceled && e.Status == engine.Canceled }

// ErrCanceled is what the error is that a task which was canceled or killed has for others.
var ErrCanceled = errors.New("durable: the task was canceled")

// unexported says where a type has what JSON does not carry, or "".
func unexported(t reflect.Type, seen map[reflect.Type]bool) string {
	if seen[t] {
		return ""
	}
	seen[t] = true
	if p := reflect.PointerTo(t); p.Implements(jsonMarshaler) && p.Implements(jsonUnmarshaler) || p.Implements(textMarshaler) && p.Implements(textUnmarshaler) {
		return ""
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128:
		return "a " + t.Kind().String()
	case reflect.Interface:
		return "an interface, of which JSON does not tell the type"
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return unexported(t.Elem(), seen)
	case reflect.Map:
		return unexported(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Name == "_" || f.Tag.Get("json") == "-" {
				continue
			}
			if !f.IsExported() && !f.Anonymous {
				return fmt.Sprintf("the unexported field %s of %v", f.Name, t)
			}
			if why := unexported(f.Type, seen); why != "" {
				return why
			}
		}
	}
	return ""
}
