package main

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

type visitor interface{ visit(n int) }

type yielding struct{ prefix string }

//greenlet:resumable
func (y yielding) visit(n int) { greenlet.Yield(fmt.Sprint(y.prefix, n)) }

type counting struct{ calls int }

func (c *counting) visit(int) { c.calls++ }

//greenlet:resumable
func each[T any](list []T, f func(T)) {
	for _, v := range list {
		f(v)
	}
}

//greenlet:resumable
func run() {
	c := new(counting)
	for _, v := range []visitor{yielding{"v"}, c, yielding{"w"}} {
		v.visit(1)
	}
	total := 0
	each([]int{2, 3}, func(n int) {
		total += n
		greenlet.Yield(fmt.Sprint("total ", total))
	})
	each([]int{4}, c.visit)
	greenlet.Yield(fmt.Sprint("calls ", c.calls))
}

func main() {
	for s := range greenlet.SeqOf[string](run) {
		fmt.Println(s)
	}
}
