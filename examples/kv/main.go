// Kv is a store that is replicated on three machines, each of which has a log that it writes ahead, in a simulation in
// which everything breaks: machines lose their power, and what they had not synced; disks fail; the network parts; clocks are
// set and go wrong. Four bugs are planted in it, one after the other, which seeds find; the test has them shrunk to the
// faults that it takes. Without them all seeds pass.
//
// A leader has each write stored by a majority, by versions of its epoch, before it answers, as in Paxos. It reads from its memory,
// for as long as it has a lease.
package main

import (
	"fmt"
	"os"
	"strings"
)

//go:generate go tool greenlet

const (
	attempts = 20_000 // seeds to find a bug
	seeds    = 100    // without one: the test has more
)

// find is the first seed, from one on, that fails with a bug, and how.
func find(b bug, first uint64) (seed uint64, err error) {
	for seed = first; seed < first+attempts; seed++ {
		if err = simulation(b).Run(seed, nil); err != nil {
			break
		}
	}
	return seed, err
}

func main() {
	for _, b := range bugs {
		seed, err := find(b.bug, b.first)
		if err == nil {
			fmt.Fprintf(os.Stderr, "kv: %d seeds pass with %s\n", attempts, b.bug)
			os.Exit(1)
		}
		what, _, _ := strings.Cut(err.Error(), ":")
		fmt.Printf("With %s seed %d fails: %s.\n", b.bug, seed, what)
	}
	for seed := range uint64(seeds) {
		if err := simulation(none).Run(seed, nil); err != nil {
			fmt.Fprintf(os.Stderr, "kv: seed %d: %v\n", seed, err)
			os.Exit(1)
		}
	}
	fmt.Printf("With none %d seeds pass.\n", seeds)
}
