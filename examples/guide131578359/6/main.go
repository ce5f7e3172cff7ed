package main

import (
	"fmt"
	"iter"

	greenlet "github.com/going-green/greenlet/runtime"
)

type list struct {
	value int
	next  *list
}

//greenlet:resumable
func (l *list) all(yield func(int) bool) {
	for ; l != nil; l = l.next {
		if !yield(l.value) {
			return
		}
	}
}

//greenlet:resumable
func merged(a, b iter.Seq[int]) {
	next, stop := greenlet.PullSeq(b)
	defer stop()
	y, more := next()
	for x := range a {
		for ; more && y < x; y, more = next() {
			greenlet.Yield(y)
		}
		greenlet.Yield(x)
	}
	for ; more; y, more = next() {
		greenlet.Yield(y)
	}
}

func main() {
	a := &list{1, &list{4, &list{9, nil}}}
	b := &list{2, &list{3, &list{5, nil}}}
	for v := range greenlet.SeqOf[int](merged, a.all, b.all) {
		fmt.Print(v, " ")
	}
	fmt.Println()
}
