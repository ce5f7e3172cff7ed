package stamp

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProtocolOf(t *testing.T) {
	for _, n := range []int{1, Protocol, 12} {
		got, ok := ProtocolOf(ProtocolName(n))
		assert.True(t, ok)
		assert.Equal(t, n, got)
	}
	for _, name := range []string{"", "Protocol", "Protocol1", "Protocol_RunGoGenerate", "Protocol01_RunGoGenerate", "Protocol1_RunGoGenerateX", "xProtocol1_RunGoGenerate"} {
		_, ok := ProtocolOf(name)
		assert.False(t, ok, name)
	}
}
