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
// to, one for each; a nil is for a blank one.
func SetArgs(f Frame, args []any, to ...any) {
	count(f, args, len(to))
	for i, p := range to {
		switch p := p.(type) {
		case nil:
			continue
		case *int: // the usual ones, without reflection
			if v, ok := args[i].(int); ok {
				*p = v
				continue
			}
		case *string:
			if v, ok := args[i].(string); ok {
				*p = v
				continue
			}
		}
		setArg(f, reflect.ValueOf(p).Elem(), args, i)
	}
}

// SetVariadic is SetArgs for a function whose last parameter takes all that is left.
func SetVariadic(f Frame, args []any, to ...any) {
	n := len(to) - 1
	if len(args) < n {
		count(f, args, n)
	}
	SetArgs(f, args[:n:n], to[:n]...)
	if to[n] == nil {
		return
	}
	rest := reflect.ValueOf(to[n]).Elem()
	rest.SetZero()
	if len(args) > n {
		rest.Set(reflect.MakeSlice(rest.Type(), len(args)-n, len(args)-n))
	}
	for i := n; i < len(args); i++ {
		setArg(f, rest.Index(i-n), args, i)
	}
}

// setArg sets a parameter to argument i. A nil is the zero value of types that have a nil, and
// what may have been an untyped constant becomes what it would be in a call.
func setArg(f Frame, to reflect.Value, args []any, i int) {
	if assign(to, args[i]) {
		return
	}
	c, ok := constantAs(reflect.ValueOf(args[i]), to.Type())
	if !ok {
		panic(&ArgumentError{Func: f.Func(), Want: to.Type().String(), Got: valueType(args[i]), Index: i})
	}
	to.Set(c)
}

// constantAs is v as a t, if v has a type that untyped constants have by default, and t can
// have its value: exactly, if t is of integers.
func constantAs(v reflect.Value, t reflect.Type) (c reflect.Value, ok bool) {
	if !v.IsValid() || v.Type().PkgPath() != "" || !v.CanConvert(t) {
		return v, false
	}
	switch v.Kind() {
	case reflect.String, reflect.Bool:
		return v.Convert(t), t.Kind() == v.Kind()
	case reflect.Int, reflect.Int32, reflect.Float64, reflect.Complex128:
		c = v.Convert(t)
		if t.Kind() < reflect.Int || t.Kind() > reflect.Complex128 {
			return v, false // a string, for one
		}
		if t.Kind() > reflect.Uintptr {
			return c, true
		}
		negative := v.CanInt() && v.Int() < 0 || v.CanFloat() && v.Float() < 0
		return c, c.Convert(v.Type()).Equal(v) && !(negative && c.CanUint())
	}
	return v, false
}

// count panics unless there are n arguments.
func count(f Frame, args []any, n int) {
	if len(args) != n {
		panic(&ArgumentError{Func: f.Func(), WantCount: n, GotCount: len(args), Index: -1})
	}
}
