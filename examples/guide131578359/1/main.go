package main

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

type tree struct {
	left  *tree
	value string
	right *tree
}

//greenlet:resumable
func (t *tree) walk() {
	if t != nil {
		t.left.walk()
		greenlet.Yield(t.value)
		t.right.walk()
	}
}

func main() {
	t := &tree{&tree{nil, "a", nil}, "b", &tree{nil, "c", nil}}
	for v := range greenlet.Seq(t.newWalkFrame()) {
		fmt.Print(v, " ")
	}
	fmt.Println()
}
