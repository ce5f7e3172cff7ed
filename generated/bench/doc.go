// Package bench holds the programs that greenlets are measured by, each beside
// what one would write without them: iter.Pull, goroutines with channels, and
// the state machine or the stack kept by hand.
//
//	go test -bench . ./generated/bench    single figures
//	go run ./generated/bench/ratios       ratios, from interleaved rounds
//	go -C bench run .                     the same and other languages' ways; a module of its own
//
// What is annotated is in the files that have a _greenlet.go beside them; what
// one would write otherwise is in peers.go and the files named peers_.
package bench
