package durable

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// ErrCorrupt is the error for bytes that no Snapshot has written, or not as they are.
var ErrCorrupt = errors.New("durable: the snapshot is damaged")

// ErrMissing is the error for a snapshot whose descriptions are in a store, if there is none to
// read them from. What a store itself fails with is passed on.
var ErrMissing = errors.New("durable: the descriptions that the snapshot needs are not in it; give the store that it was made with")

// ErrLimit is the error for a snapshot that would take more than [Limits] allow.
var ErrLimit = errors.New("durable: the snapshot is larger than the limits allow")

// A RefusedError says what can't be copied or written.
type RefusedError struct {
	Path   []string     // from a frame, as function (file:line), by variables and fields
	Type   reflect.Type // of what is refused
	Reason string       // why, and what to do
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("durable: can't save %s (%v): %s", strings.Join(e.Path, "."), e.Type, e.Reason)
}

// A ChangedError says why this build can't restore a snapshot of another one.
type ChangedError struct {
	Func   string // or the type
	Reason string
	Remedy string // what to do; "" if nothing but the former code helps
}

func (e *ChangedError) Error() string {
	s := "durable: " + e.Func + " has changed: " + e.Reason
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

// A MigrationError says that a function given to [Migrate] or [MigrateType] has not made new
// values of old ones: it has returned an error, or panicked.
type MigrationError struct {
	Name string // of the function or type whose values they are
	Err  error
}

func (e *MigrationError) Error() string {
	return fmt.Sprintf("durable: values of %s can't be migrated: %v", e.Name, e.Err)
}

// Unwrap is the migration's own error.
func (e *MigrationError) Unwrap() error { return e.Err }

// A CodecError says that a codec or resource has not made a value of what it had written: the
// snapshot may be right, and what is asked for not there at the moment.
type CodecError struct {
	Type reflect.Type
	Err  error
}

func (e *CodecError) Error() string {
	return fmt.Sprintf("durable: a value of type %v can't be made again: %v", e.Type, e.Err)
}

// Unwrap is the codec's own error.
func (e *CodecError) Unwrap() error { return e.Err }
