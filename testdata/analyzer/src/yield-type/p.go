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
	for range greenlet.SeqOf[int](newCountFrame()) {
	}
	for range greenlet.SeqOf[int](newMixedFrame()) { // want `mixed yields values of type string \(p.go:17\), but greenlet.SeqOf.int. takes int; convert what is yielded, or take string .yield-type.`
	}
	for range greenlet.SeqOf[any](newMixedFrame()) {
	}
	for range greenlet.SeqOf[int](newIdsFrame()) { // want `ids yields values of type id`
	}
	for range greenlet.SeqOf[int](newBoxedFrame()) {
	}
	next, stop := greenlet.PullOf[string](dep.NewCountFrame()) // want `Count yields values of type int \(dep.go:8\), but greenlet.PullOf.string. takes string`
	next()
	stop()
	for range greenlet.SeqOf[int](dep.NewCountFrame()) {
	}
	frame := newCountFrame()
	for range greenlet.SeqOf[string](frame) { // want `count yields values of type int`
	}
	greenlet.New(newMixedFrame()).Switch()
	greenlet.ExchangerOf[string, int](newCountFrame()).Next()
	greenlet.ExchangerOf[int, string](newCountFrame()).Next() // want `count yields values of type int \(p.go:12\), but greenlet.ExchangerOf.int, string. takes string`
}
