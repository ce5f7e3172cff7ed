// Package argument stores arguments, which are values of any types, in the parameters of a
// function: those of a first switch, and of a start by value.
package argument

import "reflect"

// A Mismatch says why arguments don't fit the parameters.
type Mismatch struct {
	Index               int    // of the argument that has the wrong type, or -1
	Want, Got           string // types
	WantCount, GotCount int
}

// Set stores args in the parameters that to points to, one for each; a nil is for a blank
// one. It stores all of them or, when they don't fit, none.
func Set(args, to []any) *Mismatch {
	m := Count(args, len(to))
	if m == nil {
		m = check(args, to)
	}
	if m != nil {
		return m
	}
	for i, p := range to {
		if p != nil && !usual(p, args[i], true) {
			v := reflect.ValueOf(p).Elem()
			arg, _ := Value(v.Type(), args[i])
			v.Set(arg)
		}
	}
	return nil
}

// SetVariadic is Set for a function whose last parameter takes all that is left.
func SetVariadic(args, to []any) *Mismatch {
	n := len(to) - 1
	if len(args) < n {
		return Count(args, n)
	}
	if to[n] == nil {
		return Set(args[:n], to[:n])
	}
	last := reflect.ValueOf(to[n]).Elem()
	rest := reflect.Zero(last.Type())
	if len(args) > n {
		rest = reflect.MakeSlice(last.Type(), len(args)-n, len(args)-n)
	}
	m := check(args[:n], to[:n])
	for i := n; i < len(args) && m == nil; i++ {
		t := rest.Type().Elem()
		arg, ok := Value(t, args[i])
		if !ok {
			return wrong(t, args, i)
		}
		rest.Index(i - n).Set(arg)
	}
	if m == nil {
		if m = Set(args[:n], to[:n]); m == nil {
			last.Set(rest)
		}
	}
	return m
}

// Count is a mismatch unless there are n arguments.
func Count(args []any, n int) *Mismatch {
	if len(args) != n {
		return &Mismatch{Index: -1, WantCount: n, GotCount: len(args)}
	}
	return nil
}

// wrong is that argument i can't be of type t.
func wrong(t reflect.Type, args []any, i int) *Mismatch {
	return &Mismatch{Index: i, Want: t.String(), Got: TypeName(args[i])}
}

// check is a mismatch unless args fit the parameters that to points to.
func check(args, to []any) *Mismatch {
	for i, p := range to {
		if p == nil || usual(p, args[i], false) {
			continue
		}
		t := reflect.TypeOf(p).Elem()
		if _, ok := Value(t, args[i]); !ok {
			return wrong(t, args, i)
		}
	}
	return nil
}

// Of is args as values for a call of a function of type t, behind one that is left free.
func Of(t reflect.Type, args []any) ([]reflect.Value, *Mismatch) {
	n := t.NumIn()
	if t.IsVariadic() {
		n--
	}
	if len(args) < n || !t.IsVariadic() {
		if m := Count(args, n); m != nil {
			return nil, m
		}
	}
	list := make([]reflect.Value, 1, len(args)+1)
	for i := range args {
		in := t.In(min(i, t.NumIn()-1))
		if i >= n {
			in = in.Elem()
		}
		arg, ok := Value(in, args[i])
		if !ok {
			return nil, wrong(in, args, i)
		}
		p := reflect.New(in).Elem()
		p.Set(arg)
		list = append(list, p)
	}
	return list, nil
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

// Value is v for a parameter of type t; ok is false if it does not fit. A nil is the zero
// value of types that have a nil, and what may have been an untyped constant is what it would
// be in a call.
func Value(t reflect.Type, v any) (arg reflect.Value, ok bool) {
	if arg, ok = Assignable(t, v); ok {
		return arg, true
	}
	return constantAs(reflect.ValueOf(v), t)
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

// Assignable is v for a variable of type t, a nil as the zero value; ok is false if it can't
// be assigned to one.
func Assignable(t reflect.Type, v any) (x reflect.Value, ok bool) {
	if v == nil {
		return reflect.Zero(t), canBeNil(t)
	}
	x = reflect.ValueOf(v)
	return x, x.Type().AssignableTo(t)
}

func canBeNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice, reflect.UnsafePointer:
		return true
	}
	return false
}

// TypeName is the type of v, as messages have it.
func TypeName(v any) string {
	if v == nil {
		return "nil"
	}
	return reflect.TypeOf(v).String()
}
