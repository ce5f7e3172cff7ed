package main

import (
	"fmt"
	"os"

	"github.com/going-green/greenlet/durable"
)

const helpDurable = `
Usage: greenlet durable show file

Show prints what a snapshot of a greenlet holds: the functions that it is in, the
innermost first, where each of them stands, and its variables. It needs no source, and
not the program that took the snapshot; that must have been taken without a store of
schemas. What a pointer leads to is printed where it is met first, as #5 {…}, and after
that as #5. A suspension is called as //greenlet:point says or, if it does not, by the
function called and a hash of the call's text.

	$ greenlet durable show order.snapshot
	greenlet #2
		example.com/shop.order at Yield#5d1c8f0a
			o = #3 example.com/shop.Item{ID: "17", Price: 300}
			receipt = "r-17"
`

// durable does what is to be done with snapshots.
func (c *command) durable(args []string) (int, error) {
	if len(args) != 2 || args[0] != "show" {
		return 0, usagef("durable wants show and the name of one file")
	}
	b, err := os.ReadFile(args[1])
	if err != nil {
		return 0, err
	}
	stacks, err := durable.Show(b, nil)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", args[1], err)
	}
	for _, st := range stacks {
		fmt.Fprint(c.stdout, st)
	}
	return exitOK, nil
}
