package main

import (
	"fmt"

	"github.com/going-green/greenlet/rewrite"
)

// tellLeftOut names the files with directives that build constraints leave out: what is generated
// from them stays as it is, and -check does not look at it.
func (c *command) tellLeftOut(dir string, list []rewrite.LeftOut) {
	for _, out := range list {
		text := relative(dir, out.Path) + ": left out by " + out.Why
		if out.Take != "" {
			text += "; " + out.Take + " takes it in"
		}
		fmt.Fprintln(c.stderr, text)
	}
}
