// Package work does what there is to do for many packages or files: some at a
// time, and so that a fault in one does not stop the others.
package work

import (
	"fmt"
	"runtime/debug"
	"strings"

	"golang.org/x/sync/errgroup"
)

// An InternalError is a fault of the tool, not of the user's program.
type InternalError struct {
	Pkg string // or ""
	Err error
}

func (e *InternalError) Error() string {
	msg := "internal error: " + strings.TrimPrefix(e.Err.Error(), "internal error: ")
	if e.Pkg != "" {
		msg += "\n\tin package " + e.Pkg
	}
	return msg
}

func (e *InternalError) Unwrap() error { return e.Err }

// Guard calls do for a package. It makes an InternalError of an error or a
// panic, so that neither stops the work on other packages.
func Guard(pkg string, do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v\n%s", v, debug.Stack())
		}
		if err != nil {
			err = &InternalError{pkg, err}
		}
	}()
	return do()
}

// Each calls do for 0, 1, … n-1, at most limit at a time. What panics takes the
// program down.
func Each(n, limit int, do func(i int)) {
	var group errgroup.Group
	group.SetLimit(limit)
	for i := range n {
		group.Go(func() error {
			do(i)
			return nil
		})
	}
	_ = group.Wait() // there are no errors
}
