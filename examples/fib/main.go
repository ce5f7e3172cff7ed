// Fib is a generator that main ranges over.
package main

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

// fib yields the Fibonacci numbers below limit.
//
//greenlet:resumable
func fib(limit int) {
	a, b := 0, 1
	for a < limit {
		greenlet.Yield(a)
		a, b = b, a+b
	}
}

func main() {
	for n := range greenlet.Seq(newFibFrame(100)) {
		fmt.Println(n)
	}
}
