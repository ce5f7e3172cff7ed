package main

import (
	"fmt"
	"regexp"
	"unicode/utf8"

	greenlet "github.com/going-green/greenlet/runtime"
)

// ReadRune makes an io.RuneReader of pieces, which are cut between runes here.
func (p *pieces) ReadRune() (r rune, size int, err error) {
	if err := p.fill(); err != nil {
		return 0, 0, err
	}
	r, size = utf8.DecodeRuneInString(p.rest)
	p.rest = p.rest[size:]
	return r, size, nil
}

var alarm = regexp.MustCompile(`(?i)error: [^;]*;`)

// match finds the first alarm. It reads no further than it needs to.
func match(s greenlet.Section) {
	fmt.Println("found at", alarm.FindReaderIndex(&pieces{Section: s}))
}

func matchPieces() {
	feed := greenlet.ExchangerOf[string, string](greenlet.OnStack, match)
	defer feed.Stop()
	_, wants := feed.Next()
	for _, piece := range []string{"note: fine; Err", "or: la línea ", "está rota; note", ": fine;"} {
		if !wants {
			fmt.Printf("not wanted: %q\n", piece)
			continue
		}
		fmt.Printf("fed %q\n", piece)
		_, wants = feed.Send(piece)
	}
}
