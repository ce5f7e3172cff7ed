// Package conformance holds the runtime to Python greenlet's test-suite: one
// Go test for each Python test that makes sense in Go, with its name, on
// functions that are written like any and compiled by the generator. Its tests
// make docs/conformance.md:
//
//	go test ./generated/conformance -update
package conformance

//go:generate go tool greenlet
