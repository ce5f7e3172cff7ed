package p

import (
	"iter"
	"maps"
	"slices"

	greenlet "github.com/going-green/greenlet/runtime"
)

func each(yield func(int) bool) { yield(1) }

func made() iter.Seq[int] {
	return func(yield func(int) bool) { yield(1) }
}

//greenlet:resumable
func resumable(yield func(int) bool) { yield(1) }

func wrapped(s iter.Seq[int]) iter.Seq[int] { return s }

//greenlet:resumable
func f(m map[int]bool, param iter.Seq[int]) {
	for k := range maps.Keys(m) { // want `the body of this loop suspends \(greenlet.Yield\), but the iterator maps.Keys is plain code: it runs on a stack of its own, as by greenlet.OnStack, .*; range over a slice or a map.* .plain-iterator.`
		greenlet.Yield(k)
	}
	for k := range each { // want `the iterator each is plain code`
		greenlet.Yield(k)
	}
	for k := range made() { // want `the iterator made is plain code`
		greenlet.Yield(k)
	}
	for k := range resumable {
		greenlet.Yield(k)
	}
	for k := range wrapped(resumable) {
		greenlet.Yield(k)
	}
	for k := range param {
		greenlet.Yield(k)
	}
	for range maps.Keys(m) {
	}
	for k := range slices.Collect(maps.Keys(m)) {
		greenlet.Yield(k)
	}
}
