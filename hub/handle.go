package hub

import (
	"fmt"
	"reflect"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Handle is a task together with what its function returns: a T, or a T and an error.
type Handle[T any] struct {
	*Task
	frame greenlet.Frame
}

// Starter starts tasks: a [*Hub], or a [*Group], which may wait before.
type Starter interface {
	Go(run any, args ...any) *Task
}

// Returning is a frame of a function that returns a T.
type Returning[T any] interface {
	greenlet.Frame
	Results() T
}

// Trying is a frame of a function that returns a T and an error.
type Trying[T any] interface {
	greenlet.Frame
	Results() (T, error)
}

// Spawn starts a task whose function returns a T.
//
//greenlet:resumable
func Spawn[T any](s Starter, frame Returning[T]) *Handle[T] { return &Handle[T]{s.Go(frame), frame} }

// Try is Spawn for functions that return a T and an error.
//
//greenlet:resumable
func Try[T any](s Starter, frame Trying[T]) *Handle[T] {
	h := &Handle[T]{s.Go(frame), frame}
	h.more("Try").fails = func() error { return failure(frame) }
	return h
}

func failure[T any](frame Trying[T]) error {
	_, err := frame.Results()
	return err
}

// SpawnOf is Spawn for a function with arguments, as [greenlet.New] takes them. It panics
// if what the function returns is known, and is no T.
//
//greenlet:resumable
func SpawnOf[T any](s Starter, run any, args ...any) *Handle[T] {
	frame := greenlet.FrameOf(run, args...)
	if _, ok := frame.(Returning[T]); !ok {
		mayReturn("SpawnOf", "a "+reflect.TypeFor[T]().String(), frame)
	}
	return &Handle[T]{s.Go(frame), frame}
}

// TryOf is Try for a function with arguments, as [greenlet.New] takes them. It panics if
// what the function returns is known, and is no T and an error.
//
//greenlet:resumable
func TryOf[T any](s Starter, run any, args ...any) *Handle[T] {
	frame := greenlet.FrameOf(run, args...)
	if _, ok := frame.(Trying[T]); !ok {
		mayReturn("TryOf", "a "+reflect.TypeFor[T]().String()+" and an error", frame)
	}
	h := &Handle[T]{s.Go(frame), frame}
	h.more("Try").fails = func() error {
		if v, ok := frame.(valued); ok {
			_, err := pair[T](v.Result())
			return err
		}
		return failure(frame.(Trying[T]))
	}
	return h
}

// mayReturn panics if it is known that the function of the frame doesn't return what is
// wanted.
func mayReturn(op, want string, frame greenlet.Frame) {
	if _, ok := frame.(valued); !ok {
		panic(fmt.Errorf("hub: %s: %s doesn't return %s", op, frame.Func().Name, want))
	}
}

// A valued frame is that of a function value of which only its results' types are known
// when they are there.
type valued interface{ Result() any }

// pair is what a function has returned as a T and an error.
func pair[T any](result any) (v T, err error) {
	if list, ok := result.(greenlet.Values); ok && len(list) == 2 {
		result = list[0]
		err, _ = list[1].(error)
	}
	if result != nil { // else T is an interface type
		var ok bool
		if v, ok = result.(T); !ok {
			panic(fmt.Errorf("hub: a task's function has returned %T, not %v", result, reflect.TypeFor[T]()))
		}
	}
	return v, err
}

// Get waits until the task has ended, and returns what its function has returned, or the
// error of [Task.Err].
//
//greenlet:resumable
func (h *Handle[T]) Get() (T, error) {
	h.Join()
	return h.results()
}

// GetFor is Get that gives up after d, with a [*Timeout].
//
//greenlet:resumable
func (h *Handle[T]) GetFor(d time.Duration) (T, error) {
	if _, ok := h.JoinFor(d); !ok {
		var zero T
		return zero, &Timeout{d}
	}
	return h.results()
}

// TryGet is Get that does not wait: ok reports whether the task has ended.
func (h *Handle[T]) TryGet() (v T, ok bool, err error) {
	if !h.done {
		return v, false, nil
	}
	v, err = h.results()
	return v, true, err
}

// Feed has f given what Get returns, when the task has ended.
func (h *Handle[T]) Feed(f *Future[T]) Link {
	return h.Link(func(*Task) {
		v, err := h.results()
		f.settle(v, err)
	})
}

func (h *Handle[T]) results() (v T, err error) {
	if err := h.failure(); err != nil { // its function has not returned
		return v, err
	}
	switch f := h.frame.(type) {
	case Trying[T]:
		return f.Results()
	case Returning[T]:
		return f.Results(), h.Err()
	case valued:
		return pair[T](f.Result())
	}
	panic("hub: the frame of a handle has other results")
}
