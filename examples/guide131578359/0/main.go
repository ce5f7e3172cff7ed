package main

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

//greenlet:resumable
func count(from, to int) {
	for i := from; i <= to; i++ {
		greenlet.Yield(i)
	}
}

func main() {
	for i := range greenlet.Seq(newCountFrame(1, 3)) {
		fmt.Println(i)
	}
	next, stop := greenlet.Pull(newCountFrame(8, 9))
	defer stop()
	fmt.Println(next())
	fmt.Println(next())
	fmt.Println(next())
}
