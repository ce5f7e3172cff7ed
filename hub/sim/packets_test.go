package sim

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/hub"
)

// What waits for a receiver keeps its order, and the memory of what has been taken is used again.
func TestDatagramsWait(t *testing.T) {
	h := hub.NewSeeded(epoch, 1)
	n := NewNetwork(h, Options{})
	at := n.Host("a").newPackets(1)
	h.Post(func() {
		sent, read := 0, 0
		buf := make([]byte, 2)
		for range 1000 {
			for range 3 {
				(&datagram{source: at.host, dest: at.host, to: at.addr, sender: at.local, data: []byte{byte(sent), byte(sent >> 8)}}).arrive()
				sent++
			}
			for read < sent-5 || sent > 2990 && read < sent {
				m, from, err := at.ReadFrom(buf)
				require.NoError(t, err)
				require.Equal(t, 2, m)
				require.Equal(t, at.addr, from)
				require.Equal(t, read, int(buf[0])|int(buf[1])<<8)
				read++
			}
		}
		assert.Equal(t, 3000, read)
		assert.False(t, at.Readable())
		assert.Zero(t, at.size)
		assert.LessOrEqual(t, cap(at.queue), 32)
	})
	require.NoError(t, h.Run(t.Context()))
}
