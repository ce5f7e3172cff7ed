// Package everywhere proves that it does not matter where a program suspends.
//
// Input: ordinary programs, which know nothing of greenlets: the tests of the
// Go distribution that are to be run and consist of one file.
// Output: for each a verdict. Every function is annotated that can be, a
// suspension is put before each statement, and operands are passed through a
// function that suspends; func main runs as a greenlet that is driven until it
// is dead. Then the program is rewritten, and must print and exit as the
// original does.
//
// What the generator refuses is left plain if that leaves something to
// prove; the verdict names the diagnostics.
//
// The instrumented text is legal Go itself, so where the outcomes differ, it is
// run unrewritten as well: that tells whether the rewriting is to blame.
package everywhere
