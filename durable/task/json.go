package task

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
)

// What goes from task to task, or to those outside, is JSON: signals and results. Other programs and people can
// write and read it. What JSON would not carry is refused by name.

var (
	jsonMarshaler   = reflect.TypeFor[json.Marshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

var carriers sync.Map // string by reflect.Type

// carries returns an error if JSON does not carry values of t.
func carries(t reflect.Type, what string) error {
	why, ok := carriers.Load(t)
	if !ok {
		why = unexported(t, map[reflect.Type]bool{})
		carriers.Store(t, why)
	}
	if why == "" {
		return nil
	}
	return fmt.Errorf("durable: %s of type %v can't be sent: it has %s; export it, or give the type MarshalJSON and UnmarshalJSON", what, t, why)
}

func encodeAs[T any](v T, what string) ([]byte, error) {
	if err := carries(reflect.TypeFor[T](), what); err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func decodeAs[T any](b []byte, what string) (v T, err error) {
	if err := carries(reflect.TypeFor[T](), what); err != nil {
		return v, err
	}
	if len(b) == 0 {
		return v, nil
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return v, &Error{Text: fmt.Sprintf("durable: %s is no %T: %v", what, v, err), Type: fmt.Sprintf("%T", err), Permanent: true}
	}
	return v, nil
}
