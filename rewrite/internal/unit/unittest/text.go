package unittest

import (
	"bytes"
	"go/format"
)

// Problems are what is wrong with generated text that parses.
func Problems(src []byte) []string {
	var list []string
	for line := range bytes.Lines(src) {
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte("//@")) {
			list = append(list, "text: a mark of the emitter is left")
			break
		}
	}
	if formatted, err := format.Source(src); err != nil || !bytes.Equal(formatted, src) {
		list = append(list, "text: not formatted")
	}
	return list
}
