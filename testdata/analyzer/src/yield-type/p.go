package p

import (
	"dep"

	greenlet "github.com/going-green/greenlet/runtime"
)

type id int

//greenlet:resumable
func count() { greenlet.Yield(1) }

//greenlet:resumable
func mixed() {
	count()
	greenlet.Yield("one")
}

//greenlet:resumable
func ids() { greenlet.Yield(id(1)) }

//greenlet:resumable
func boxed(v any) { greenlet.Yield[any](v) }

func f() {
	for range greenlet.Seq[int](newCountFrame()) {
	}
	for range greenlet.Seq[int](newMixedFrame()) { // want `mixed yields values of type string \(p.go:17\), but greenlet.Seq.int. takes int; convert what is yielded, or take string .yield-type.`
	}
	for range greenlet.Seq[any](newMixedFrame()) {
	}
	for range greenlet.Seq[int](newIdsFrame()) { // want `ids yields values of type id`
	}
	for range greenlet.Seq[int](newBoxedFrame()) {
	}
	next, stop := greenlet.Pull[string](dep.NewCountFrame()) // want `Count yields values of type int \(dep.go:8\), but greenlet.Pull.string. takes string`
	next()
	stop()
	for range greenlet.Seq[int](dep.NewCountFrame()) {
	}
	frame := newCountFrame()
	for range greenlet.Seq[string](frame) { // want `count yields values of type int`
	}
	greenlet.New(newMixedFrame()).Switch()
	greenlet.Exchanger[string, int](newCountFrame()).Next()
	greenlet.Exchanger[int, string](newCountFrame()).Next() // want `count yields values of type int \(p.go:12\), but greenlet.Exchanger.int, string. takes string`
}
