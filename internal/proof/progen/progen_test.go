package progen

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGenerate(t *testing.T) {
	invalid := 0
	onInvalid = func(text string, err error) { invalid++; t.Log(err) }
	defer func() { onInvalid = nil }()
	for seed := range uint64(20) {
		text := Generate(seed)
		if seed < 4 {
			require.Equal(t, text, Generate(seed))
		}
	}
	require.Less(t, invalid, 20, "too many programs are thrown away")
}
