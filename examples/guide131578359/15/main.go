package main

import (
	"fmt"
	"strings"

	greenlet "github.com/going-green/greenlet/runtime"
)

// lines yields the complete lines of the pieces it is given.
//
//greenlet:resumable
func lines() {
	rest := greenlet.Exchange[string]("")
	for {
		line, after, complete := strings.Cut(rest, "\n")
		if complete {
			rest = after + greenlet.Exchange[string](line)
		} else {
			rest += greenlet.Exchange[string]("")
		}
	}
}

func main() {
	feed := greenlet.Exchanger(newLinesFrame())
	defer feed.Stop()
	feed.Next()
	for _, test := range []struct{ piece, want string }{
		{"one\ntw", "one"}, {"o", ""}, {"\nthree\nfour", "two"}, {"", "three"}, {"\n", "four"},
	} {
		got, ok := feed.Send(test.piece)
		fmt.Printf("%q %v\n", got, ok && got == test.want)
	}
}
