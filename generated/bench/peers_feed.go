package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// DocumentSize is the number of bytes of the document that is parsed, and
// PieceSize that of the pieces it arrives in.
const (
	DocumentSize = 4 << 20
	PieceSize    = 4 << 10
)

// document is a large JSON document, always the same: records such as a service
// would log, with white space at its end that makes it as large as it should be.
var document = sync.OnceValue(func() []byte { return newDocument(DocumentSize) })

func newDocument(size int) []byte {
	var b strings.Builder
	seed := uint32(1)
	random := func(n int) int { // xorshift: the same on all machines and versions
		seed ^= seed << 13
		seed ^= seed >> 17
		seed ^= seed << 5
		return int(seed>>1) % n
	}
	words := []string{"greenlet", "suspend", "λ", `two\nlines`, `\"quoted\"`, "frame", `caf\u00e9`, `\ud83c\udf31`, "plain text of some length"}
	b.WriteString(`{"version": 1, "records": [`)
	for i := 0; ; i++ {
		record := record(i, random, words)
		if b.Len()+len(record)+4 > size {
			break
		}
		if i > 0 {
			b.WriteString(",\n")
		}
		b.WriteString(record)
	}
	b.WriteString("]}")
	b.WriteString(strings.Repeat(" ", size-b.Len()))
	return []byte(b.String())
}

func record(i int, random func(int) int, words []string) string {
	var tags []string
	for range random(5) {
		tags = append(tags, `"`+words[random(len(words))]+`"`)
	}
	nested := strings.Repeat("[", i%7) + strconv.Itoa(random(1000)) + strings.Repeat("]", i%7)
	return fmt.Sprintf(`  {"id": %d, "name": "%s %d", "score": %d.%de%d, "ok": %t, "parent": null, "tags": [%s], "nested": %s}`,
		i, words[random(len(words))], random(10_000), random(100), random(1000), random(20)-10, i%3 == 0, strings.Join(tags, ", "), nested)
}

// pieces gives b piece by piece, and at the end nil.
func pieces(b []byte, size int) func() []byte {
	return func() []byte {
		piece := b[:min(size, len(b))]
		b = b[len(piece):]
		return piece
	}
}

// feedPipe does it as it is done today: the standard library's parser reads from a
// pipe, so that it needs a goroutine.
func feedPipe(n int) {
	keep(throughPipe(pieces(document()[:n], PieceSize)))
}

func throughPipe(next func() []byte) (v any, err error) {
	in, out := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		d := json.NewDecoder(in)
		err = d.Decode(&v)
		io.Copy(io.Discard, in)
	}()
	for piece := next(); len(piece) > 0; piece = next() {
		out.Write(piece)
	}
	out.Close()
	<-done
	return v, err
}

// feedChannel runs our parser, unrewritten, on a goroutine that gets the pieces from
// a channel.
func feedChannel(n int) {
	keep(throughChannel(pieces(document()[:n], PieceSize)))
}

func throughChannel(next func() []byte) (v any, err error) {
	in := make(chan []byte)
	done := make(chan struct{})
	go func() {
		defer close(done)
		v, err = (&feedParser{source: func() []byte { return <-in }}).document()
		for range in { // after an error
		}
	}()
	for piece := next(); len(piece) > 0; piece = next() {
		in <- piece
	}
	close(in)
	<-done
	return v, err
}

// feedSwitch feeds our parser by switching to it.
func feedSwitch(n int) {
	keep(feed(pieces(document()[:n], PieceSize)))
}

// feedWhole is what our parser takes, unrewritten, if nothing ever suspends.
func feedWhole(n int) {
	keep((&feedParser{source: pieces(document()[:n], n)}).document())
}

// keep takes the number of records as what was computed, or -1 if that failed.
func keep(v any, err error) {
	sink = -1
	if m, ok := v.(map[string]any); ok && err == nil {
		records, _ := m["records"].([]any)
		sink = len(records)
	}
}
