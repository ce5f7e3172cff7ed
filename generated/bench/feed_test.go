package bench

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ways are the ways to parse what comes in pieces.
var ways = map[string]func(func() []byte) (any, error){
	"greenlet": feed,
	"channel":  throughChannel,
	"pipe":     throughPipe,
}

func TestFeedSameAsUnmarshal(t *testing.T) {
	small := newDocument(1 << 14)
	texts := map[string][]byte{
		"document": small,
		"empties":  []byte(`[{}, [], "", 0, -0.5e-3, {"": [[[]]]}, true, false, null]`),
		"escapes":  []byte(`"\"\\\/\b\f\n\r\t\u00e9\ud83c\udf31é🌱"`),
		"number":   []byte(`-12.5E+2`),
	}
	for name, text := range texts {
		var want any
		require.NoError(t, json.Unmarshal(text, &want), name)
		for way, parse := range ways {
			for _, size := range []int{1, 2, 3, 7, 64, PieceSize, len(text)} {
				if way == "pipe" && size < 7 && name == "document" {
					continue // the standard library is slow there
				}
				v, err := parse(pieces(text, size))
				require.NoErrorf(t, err, "%s, %s in pieces of %d", name, way, size)
				assert.Equalf(t, want, v, "%s, %s in pieces of %d", name, way, size)
			}
		}
	}
}

// TestFeedDocument holds the whole document that is measured.
func TestFeedDocument(t *testing.T) {
	if raceEnabled {
		t.Skip("too slow under the race detector")
	}
	require.Len(t, document(), DocumentSize)
	var want any
	require.NoError(t, json.Unmarshal(document(), &want))
	for way, parse := range ways {
		v, err := parse(pieces(document(), PieceSize))
		require.NoError(t, err, way)
		assert.True(t, assert.ObjectsAreEqual(want, v), way) // not Equal: it would print both
	}
}

// TestFeedRefuses requires an error wherever a document is cut off, and
// for what is no JSON.
func TestFeedRefuses(t *testing.T) {
	text := newDocument(4 << 10)
	end := len(text)
	for text[end-1] == ' ' {
		end--
	}
	for range 100 {
		cut := text[:rand.IntN(end)]
		_, err := feed(pieces(cut, 64))
		assert.Errorf(t, err, "cut at %d", len(cut))
	}
	for _, bad := range []string{``, `[1 2]`, `{"a" 1}`, `{a: 1}`, `[nul]`, `"\x"`, `"\u00g0"`, `"\ud83cx"`, `[1] 2`, `-`, `1.2.3`, "\"\n\"", `tru`, `]`} {
		for _, size := range []int{1, 100} {
			_, err := feed(pieces([]byte(bad), size))
			assert.Errorf(t, err, "%s in pieces of %d", bad, size)
		}
	}
}
