package greenlet

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// value is a call of a function value with arguments.
type value struct{ Activation }

// FrameOf is the frame that New makes of its arguments.
func FrameOf(run any, args ...any) Frame { return frameOf("start", run, args) }

func frameOf(op string, run any, args []any) Frame {
	if f, ok := run.(Frame); ok {
		if len(args) > 0 {
			panic(&StateError{Op: op, Reason: "the frame of " + f.Func().Name + " has its arguments already; give the function itself, or no arguments"})
		}
		return f
	}
	fn := reflect.ValueOf(run)
	switch {
	case run == nil, fn.Kind() == reflect.Func && fn.IsNil():
		panic(&StateError{Op: op, Reason: "there is nothing to run: the function or frame is nil"})
	case fn.Kind() != reflect.Func:
		panic(&StateError{Op: op, Reason: fmt.Sprintf("what is to run is of type %T, neither a function nor a frame", run)})
	}
	code := runtime.FuncForPC(fn.Pointer())
	file, line := code.FileLine(code.Entry())
	f := &value{}
	var in, out []reflect.Value
	take := func(args []any) {
		t := fn.Type()
		if !t.IsVariadic() {
			Count(f, args, t.NumIn())
		}
		var list []reflect.Value
		for i, arg := range args {
			to := t.In(min(i, t.NumIn()-1))
			if i >= t.NumIn()-1 && t.IsVariadic() {
				to = to.Elem()
			}
			v := reflect.New(to).Elem()
			switch from := reflect.ValueOf(arg); {
			case !from.IsValid() && canBeNil(to):
			case from.IsValid() && from.Type().AssignableTo(to):
				v.Set(from)
			case isConstant(from, to):
				v.Set(from.Convert(to))
			default:
				panic(&ArgumentError{Func: f.Func(), Want: to.String(), Got: valueType(arg), Index: i})
			}
			list = append(list, v)
		}
		in = list
	}
	results := func() any {
		if len(out) == 1 {
			return out[0].Interface()
		}
		var list Values
		for _, v := range out {
			list = append(list, v.Interface())
		}
		return list
	}
	f.Bind(&Func{Name: strings.TrimSuffix(code.Name(), "-fm"), File: file, Line: line}, fn.Type().NumOut(),
		func() { out = fn.Call(in) }, results, take)
	take(args)
	return f
}

// isConstant reports whether v may have been an untyped constant that can be a t.
func isConstant(v reflect.Value, t reflect.Type) bool {
	if !v.IsValid() || t.Kind() == reflect.Interface || !v.CanConvert(t) {
		return false
	}
	switch v.Type() {
	case reflect.TypeFor[string](), reflect.TypeFor[bool]():
		return v.Kind() == t.Kind()
	case reflect.TypeFor[int](), reflect.TypeFor[rune](), reflect.TypeFor[float64](), reflect.TypeFor[complex128]():
		if t.Kind() > reflect.Uintptr && t.Kind() <= reflect.Complex128 {
			return true
		}
		return t.Kind() >= reflect.Int && t.Kind() <= reflect.Complex128 && v.Convert(t).CanConvert(v.Type()) && v.Convert(t).Convert(v.Type()).Equal(v)
	}
	return false
}
