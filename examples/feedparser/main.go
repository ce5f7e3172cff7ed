// Feedparser parses JSON that arrives in pieces, cut anywhere. The parser is a
// plain recursive descent; it is suspended, with its whole stack of rules,
// while there is nothing to read. So its caller may be an event loop, a packet
// handler or, as here, an io.Writer: nothing blocks and nothing is buffered
// but the values themselves.
package main

import (
	"fmt"
	"io"
	"strings"
	"testing/iotest"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Decoder is an io.Writer of JSON.
type Decoder struct {
	parser *greenlet.Greenlet
	frame  *parserDocumentFrame
}

// NewDecoder begins a document.
func NewDecoder() *Decoder {
	frame := new(parser).newDocumentFrame()
	d := &Decoder{parser: greenlet.New(frame), frame: frame}
	d.parser.Switch() // up to where it wants to read
	return d
}

// Write feeds the parser. It returns when the parser wants more or is done.
func (d *Decoder) Write(piece []byte) (int, error) {
	if len(piece) == 0 {
		return 0, nil
	}
	if d.parser.Dead() {
		return 0, io.ErrClosedPipe
	}
	d.parser.Switch(piece)
	return len(piece), nil
}

// Close tells the parser that the input has ended, and returns the document.
func (d *Decoder) Close() (any, error) {
	if !d.parser.Dead() {
		d.parser.Switch([]byte(nil))
	}
	return d.frame.Results()
}

// Where is the stack of grammar rules that the parser is in, outermost first.
func (d *Decoder) Where() string {
	var rules []string
	for _, f := range d.parser.Stack() {
		rule := f.Func[strings.LastIndex(f.Func, ".")+1:]
		rules = append([]string{rule}, rules...)
	}
	return strings.Join(rules, " ")
}

const text = `{"name": "greenlet \u03bb", "tags": ["small", "quick\n"], "deep": [[[1, -2.5e1], []], null, true]}`

func main() {
	// In three pieces, looking at where it stands in between.
	d := NewDecoder()
	for _, piece := range []string{text[:20], text[20:73], text[73:]} {
		fmt.Fprint(d, piece)
		fmt.Printf("after %q it is in: %s\n", piece[len(piece)-5:], d.Where())
	}
	fmt.Println(d.Close())

	// Byte by byte, as any Reader can be copied into a Decoder.
	d = NewDecoder()
	io.Copy(d, iotest.OneByteReader(strings.NewReader(text)))
	fmt.Println(d.Close())

	// What is wrong is found where it stands.
	for _, bad := range []string{`[1, 2`, `{"a" 1}`, `[nul]`, `"\x"`, `[1] 2`} {
		d = NewDecoder()
		io.Copy(d, iotest.OneByteReader(strings.NewReader(bad)))
		_, err := d.Close()
		fmt.Printf("%-8s %v\n", bad, err)
	}
}
