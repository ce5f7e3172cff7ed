package bolt_test

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/bolt"
	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/engine/conform"

	"github.com/stretchr/testify/require"
)

func TestConforms(t *testing.T) {
	conform.Run(t, func(t *testing.T) *conform.Store {
		var ahead atomic.Int64 // of the system's clock
		o := bolt.Options{Keep: 3, Clock: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}
		path := filepath.Join(t.TempDir(), "tasks.db")
		s, err := bolt.OpenWith(path, o)
		require.NoError(t, err)
		t.Cleanup(func() { s.Close() })
		return &conform.Store{
			Engine: s,
			Kept:   3,
			Sleep:  func(d time.Duration) { ahead.Add(int64(d)) },
			Reopen: func() engine.Engine {
				require.NoError(t, s.Close())
				s, err = bolt.OpenWith(path, o)
				require.NoError(t, err)
				return s
			},
		}
	})
}

// Who opens a file that another one has is told so, and does not wait for ever.
func TestOpenTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.db")
	s, err := bolt.Open(path)
	require.NoError(t, err)
	_, err = bolt.OpenWith(path, bolt.Options{Lock: 10 * time.Millisecond})
	require.ErrorContains(t, err, "tasks.db is open in another process")
	require.NoError(t, s.Close())
	s, err = bolt.Open(path)
	require.NoError(t, err)
	require.NoError(t, s.Close())
}
