// Onecase runs one case of a group n times: what instructions are counted of.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/going-green/greenlet/generated/bench"
)

func main() {
	n, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	for _, g := range bench.Groups() {
		for _, c := range g.Cases {
			if g.Name+"/"+c.Name == os.Args[1] {
				c.Run(n)
				return
			}
		}
	}
	fmt.Fprintln(os.Stderr, "no such case:", os.Args[1])
	os.Exit(2)
}
