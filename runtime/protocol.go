package greenlet

import "reflect"

// The half of the API that generated code calls, with frame.go: where a
// switch goes and what it carries. The caller has recorded its state in its
// frame; it returns the status it gets. A switch that can't be made panics,
// with nothing changed.

// Await names where the current greenlet will receive the value of the switch
// that resumes it: a pointer to a variable of the type it expects. After that
// switch it says Received. One that awaits nothing drops what it is sent.
func (r *Run) Await(slot any) { r.cur.slot = slot }

// Received ends Await.
func (r *Run) Received() { r.cur.slot = nil }

// Out is where the plain caller receives what the current greenlet yields, or
// nil if its parent is another greenlet. A yield looks there first: a T that
// finds a *T is stored, and the function returns [Left]; see [Yielded].
func (r *Run) Out() any {
	if r.cur.parent != &main {
		return nil
	}
	return r.slot
}

// Yielded switches to the parent of the current greenlet with v. Usually that is the
// plain caller, who receives a T.
func Yielded[T any](r *Run, v T) Status {
	if p, ok := r.Out().(*T); ok {
		*p = v
		return Left
	}
	return yielded(r, v)
}

func yielded[T any](r *Run, v T) Status { return Send(r, r.cur.parent, v) }

// Send switches to to with v.
func Send[T any](r *Run, to *Greenlet, v T) Status {
	if p, ok := to.slot.(*T); ok && to.state == suspended {
		*p = v
		r.cur = to
		return Switched
	}
	return r.send(to, v, true)
}

// SendNone switches to to without a value.
func (r *Run) SendNone(to *Greenlet) Status {
	if to.slot == nil && to.state == suspended {
		r.cur = to
		return Switched
	}
	return r.sendNone(to)
}

//go:noinline
func (r *Run) sendNone(to *Greenlet) Status { return r.send(to, nil, false) }

// SendArgs switches to to with args as [Greenlet.Switch] does.
func (r *Run) SendArgs(to *Greenlet, args ...any) Status {
	v, some := pack(args)
	return r.send(to, v, some)
}

// Throw raises v where to waits; a nil v is [Exit]. f, whose header is h, is
// the innermost frame of the current greenlet.
func (r *Run) Throw(f Frame, h *Header, to *Greenlet, v any) Status {
	if v == nil {
		v = Exit
	}
	next, here := r.raise(to, v)
	if here {
		// The callers of f are not linked yet: raise when they are.
		v, r.thrown = r.thrown, nil
		return r.Enter(f, h, &thrower{v: v})
	}
	r.cur = next
	return Switched
}

// thrower is a pseudo-call that raises v where it was called.
type thrower struct {
	Header
	v any
}

func (t *thrower) Resume(r *Run) Status {
	g := r.cur
	g.leaf = t.Caller
	if g.catch(t.v) {
		r.note(eventNone, g)
		return Switched
	}
	g.bury()
	r.cur, _ = r.raiseIn(g, g.parent, t.v, isExit(t.v))
	return Switched
}

func (t *thrower) Func() *Func      { return throwerFunc }
func (t *thrower) Release(*Run)     {}
func (t *thrower) Send(*Run) Status { return Switched }

var throwerFunc = &Func{Name: "throw"}

// Result sends v, the result of a frame, to the parent of the current greenlet.
func Result[T any](r *Run, v T) Status { return Send(r, r.cur.parent, v) }

// Finish is Result for the end of a frame without results.
func (r *Run) Finish() Status { return r.send(r.cur.parent, nil, false) }

// SetArgs stores args, those of the first switch, in the parameters of f that to points
// to, one for each; a nil is for a blank one. It stores all of them or, when it panics, none.
func SetArgs(f Frame, args []any, to ...any) {
	count(f, args, len(to))
	checkArgs(f, args, to)
	for i, p := range to {
		if p != nil && !usual(p, args[i], true) {
			v := reflect.ValueOf(p).Elem()
			v.Set(argument(f, v.Type(), args, i))
		}
	}
}

// SetVariadic is SetArgs for a function whose last parameter takes all that is left.
func SetVariadic(f Frame, args []any, to ...any) {
	n := len(to) - 1
	if len(args) < n {
		count(f, args, n)
	}
	if to[n] != nil {
		checkArgs(f, args, to[:n])
		last := reflect.ValueOf(to[n]).Elem()
		rest := reflect.Zero(last.Type())
		if len(args) > n {
			rest = reflect.MakeSlice(last.Type(), len(args)-n, len(args)-n)
		}
		for i := n; i < len(args); i++ {
			rest.Index(i - n).Set(argument(f, rest.Type().Elem(), args, i))
		}
		defer last.Set(rest)
	}
	SetArgs(f, args[:n:n], to[:n]...)
}

// checkArgs panics unless args fit the parameters that to points to.
func checkArgs(f Frame, args, to []any) {
	for i, p := range to {
		if p != nil && !usual(p, args[i], false) {
			argument(f, reflect.TypeOf(p).Elem(), args, i)
		}
	}
}

// usual reports whether the parameter that p points to is of a type that is dealt with
// without reflection, and arg of the same; it stores that if set is true.
func usual(p, arg any, set bool) bool {
	switch p := p.(type) {
	case *int:
		v, ok := arg.(int)
		if ok && set {
			*p = v
		}
		return ok
	case *string:
		v, ok := arg.(string)
		if ok && set {
			*p = v
		}
		return ok
	}
	return false
}

// argument is argument i for a parameter of type t. A nil is the zero value of types that
// have a nil, and what may have been an untyped constant is what it would be in a call.
func argument(f Frame, t reflect.Type, args []any, i int) reflect.Value {
	if v, ok := assignable(t, args[i]); ok {
		return v
	}
	c, ok := constantAs(reflect.ValueOf(args[i]), t)
	if !ok {
		panic(&ArgumentError{Func: f.Func(), Want: t.String(), Got: valueType(args[i]), Index: i})
	}
	return c
}

// constantAs is v as a t, if v has a type that untyped constants have by default, and t can
// have its value: exactly, if t is of integers.
func constantAs(v reflect.Value, t reflect.Type) (c reflect.Value, ok bool) {
	if !v.IsValid() || v.Type().PkgPath() != "" {
		return v, false
	}
	number := t.Kind() >= reflect.Int && t.Kind() <= reflect.Complex128
	isComplex := t.Kind() == reflect.Complex64 || t.Kind() == reflect.Complex128
	switch v.Kind() {
	case reflect.String, reflect.Bool:
		if t.Kind() != v.Kind() {
			return v, false
		}
		return v.Convert(t), true
	case reflect.Int, reflect.Int32, reflect.Float64:
		if isComplex {
			v = reflect.ValueOf(complex(v.Convert(reflect.TypeFor[float64]()).Float(), 0))
		}
	case reflect.Complex128:
		if number && !isComplex {
			if imag(v.Complex()) != 0 {
				return v, false
			}
			v = reflect.ValueOf(real(v.Complex()))
		}
	default:
		return v, false
	}
	if !number {
		return v, false
	}
	c = v.Convert(t)
	switch {
	case isComplex:
		return c, !c.OverflowComplex(v.Complex())
	case c.CanFloat():
		return c, !v.CanFloat() || !c.OverflowFloat(v.Float())
	}
	negative := v.CanInt() && v.Int() < 0 || v.CanFloat() && v.Float() < 0
	return c, c.Convert(v.Type()).Equal(v) && !(negative && c.CanUint())
}

// count panics unless there are n arguments.
func count(f Frame, args []any, n int) {
	if len(args) != n {
		panic(&ArgumentError{Func: f.Func(), WantCount: n, GotCount: len(args), Index: -1})
	}
}
