package main

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func words() {
	for _, w := range []string{"to", "be", "or", "not"} {
		greenlet.Yield(w)
	}
}

//greenlet:resumable
func shouted() int {
	n := 0
	source := greenlet.New(words)
	for w := source.Switch(); !source.Dead(); w = source.Switch() {
		greenlet.Yield(w.(string) + "!")
		n++
	}
	return n
}

func main() {
	frame := newShoutedFrame()
	for w := range greenlet.SeqOf[string](frame) {
		fmt.Print(w, " ")
	}
	fmt.Println(frame.Results())
}
