package main

import (
	"fmt"
	"os"
)

// progress is one line on a terminal that tells what is being measured. It does not
// exist where nobody would see it.
type progress struct{ out *os.File }

func newProgress(f *os.File) *progress {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 || os.Getenv("TERM") == "dumb" {
		return &progress{}
	}
	return &progress{f}
}

func (p *progress) show(format string, args ...any) {
	if p.out != nil {
		fmt.Fprintf(p.out, "\r\x1b[K"+format, args...)
	}
}

func (p *progress) clear() { p.show("") }
