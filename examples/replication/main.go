// Replication has a register on three replicas, of which a majority is asked, with a race
// planted in it: what a reader has found missing at a replica is stored there without a look
// at its version, so that an old value comes back if the message is late. Seeds are tried
// until clients have seen what no register could have shown them; that seed is run with fewer
// and fewer faults, until it takes all that are left. It does the same, byte for byte, whenever it
// is run again. Without the race all seeds pass.
//
// Goroutines can't be run so: package testing/synctest has a clock that jumps, but in which
// order goroutines run is Go's affair, and another one each time.
package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/going-green/greenlet/examples/replication/register"
	"github.com/going-green/greenlet/hub/sim"
)

const (
	firstSeed = 1
	seeds     = 1000
)

func run() error {
	fmt.Println("Replicas that store all repairs:")
	racy := register.Simulation(true, register.Check)
	f := racy.Search(firstSeed, seeds)
	if f == nil {
		return fmt.Errorf("%d seeds pass", seeds)
	}
	fmt.Printf("seed %d fails. %v\n", f.Seed, f.Err)
	fmt.Printf("\nOf the %d faults and forced orders that happened it takes:\n", f.Drawn)
	for _, line := range f.Story {
		fmt.Println(" ", line)
	}

	var again bytes.Buffer
	racy.Choice = sim.Choice{Only: f.Faults}
	if err := racy.Run(f.ReplaySeed, &again); err == nil || again.String() != f.Trace || f.Other != "" {
		return fmt.Errorf("seed %d does not do the same again", f.Seed)
	}
	lines := strings.Split(strings.TrimSpace(f.Trace), "\n")
	fmt.Printf("\nRun again with these it has the same trace of %d lines. The last that is stored:\n", len(lines))
	for _, line := range lastOf(lines, "stores", 8) {
		fmt.Println(" ", line)
	}

	fmt.Println("\nReplicas that store what is newer:")
	if f := register.Simulation(false, register.Check).Search(firstSeed, seeds); f != nil {
		return f
	}
	fmt.Printf("%d seeds pass.\n", seeds)
	return nil
}

// lastOf are the last n lines in which there is a word.
func lastOf(lines []string, word string, n int) (last []string) {
	for _, line := range lines {
		if strings.Contains(line, word) {
			last = append(last, line)
		}
	}
	return last[max(0, len(last)-n):]
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "replication:", err)
		os.Exit(1)
	}
}
