package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	greenlet "github.com/going-green/greenlet/runtime"
)

// pieces is a reader that is suspended while there is nothing to read.
type pieces struct {
	greenlet.Section
	rest string
}

// fill asks for the next piece; the empty one is the end.
func (p *pieces) fill() error {
	if p.rest == "" {
		p.rest = greenlet.ExchangeIn[string](p.Section, "more")
	}
	if p.rest == "" {
		return io.EOF
	}
	return nil
}

func (p *pieces) Read(b []byte) (int, error) {
	if err := p.fill(); err != nil {
		return 0, err
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// decode prints the values of a stream, each as soon as its last byte is there.
func decode(s greenlet.Section) {
	d := json.NewDecoder(&pieces{Section: s})
	for {
		var v any
		switch err := d.Decode(&v); {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			fmt.Println("decode:", err)
			return
		}
		fmt.Println("decoded", v)
	}
}

func decodePieces() {
	feed := greenlet.ExchangerOf[string, string](greenlet.OnStack, decode)
	defer feed.Stop()
	feed.Next()
	for _, piece := range []string{`{"name": "gr`, `een", "tags": [1, `, `2]} 3`, ` "four" [5`, ``} {
		fmt.Printf("fed %q\n", piece)
		feed.Send(piece)
	}
}
