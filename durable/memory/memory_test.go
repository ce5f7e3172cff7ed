package memory_test

import (
	"context"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/engine/conform"
	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/file"

	"github.com/stretchr/testify/require"
)

// sleeper has a simulated hub's clock go on.
//
//greenlet:resumable
func sleeper(h *hub.Hub, d time.Duration) { h.Sleep(d) }

func sleep(t *testing.T, h *hub.Hub) func(time.Duration) {
	return func(d time.Duration) {
		h.Go(sleeper, h, d)
		require.NoError(t, h.Run(context.Background()))
	}
}

func TestMemoryConforms(t *testing.T) {
	conform.Run(t, func(t *testing.T) *conform.Store {
		h := hub.NewSimulated(time.Unix(1e9, 0))
		return &conform.Store{Engine: memory.New(h).Keep(3), Sleep: sleep(t, h), Kept: 3}
	})
}

func TestLogConforms(t *testing.T) {
	conform.Run(t, func(t *testing.T) *conform.Store {
		h := hub.NewSimulated(time.Unix(1e9, 0))
		dir := file.OS(h, t.TempDir())
		e, err := memory.Open(h, dir)
		require.NoError(t, err)
		return &conform.Store{
			Engine: e.Keep(3), Sleep: sleep(t, h), Kept: 3,
			Reopen: func() engine.Engine {
				e, err = memory.Open(h, dir)
				require.NoError(t, err)
				return e.Keep(3)
			},
		}
	})
}
