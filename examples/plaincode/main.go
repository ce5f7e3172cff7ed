// Plaincode suspends in the middle of code that nobody has annotated: the standard
// library's. OnStack runs that on a stack of its own, and what it calls back, a comparison,
// a template's function, a reader, may switch.
package main

import "fmt"

//go:generate go tool greenlet

func main() {
	for _, example := range []struct {
		name string
		run  func()
	}{
		{"sort.Slice asks which is better", sortByAsking},
		{"template.Execute waits for what it shows", renderPages},
		{"filepath.WalkDir is a generator, twice", compareDirectories},
		{"json.Decoder is fed", decodePieces},
		{"regexp reads as far as it must", matchPieces},
	} {
		fmt.Println("==", example.name)
		example.run()
	}
}
