// Pingpong is the two-task program of greenlet's documentation: two functions
// that switch to each other by name.
package main

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

var g1, g2 *greenlet.Greenlet

//greenlet:resumable
func task1() {
	fmt.Println("Task 1 - Part 1")
	g2.Switch()
	fmt.Println("Task 1 - Part 2")
}

//greenlet:resumable
func task2() {
	fmt.Println("Task 2 - Part 1")
	g1.Switch()
	fmt.Println("Task 2 - Part 2")
}

func main() {
	g1 = greenlet.New(task1)
	g2 = greenlet.New(task2)
	g1.Switch()
}
