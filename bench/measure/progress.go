package measure

import (
	"fmt"
	"os"
)

// Progress is one line on a terminal that tells what is being measured. It does not
// exist where nobody would see it.
type Progress struct{ out *os.File }

// NewProgress makes the line of f.
func NewProgress(f *os.File) *Progress {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 || os.Getenv("TERM") == "dumb" {
		return &Progress{}
	}
	return &Progress{f}
}

// Show writes the line anew.
func (p *Progress) Show(format string, args ...any) {
	if p.out != nil {
		fmt.Fprintf(p.out, "\r\x1b[K"+format, args...)
	}
}

// Clear leaves nothing of it.
func (p *Progress) Clear() { p.Show("") }
