package bolt_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/bolt"
	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/engine/conform"

	"github.com/stretchr/testify/assert"
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

// What bbolt can't take is refused alone, whoever writes something at the same time.
func TestRefusesAlone(t *testing.T) {
	s, err := bolt.OpenWith(filepath.Join(t.TempDir(), "tasks.db"), bolt.Options{NoSync: true})
	require.NoError(t, err)
	defer s.Close()
	start := func(id string) engine.Message {
		return engine.Message{To: id, Start: &engine.Start{Func: "f", Snapshot: []byte("s")}}
	}
	long := strings.Repeat("x", 1<<16)
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			id := fmt.Sprint(i)
			if i%20 == 0 {
				id += long
			}
			err := s.Send(t.Context(), start(id))[0]
			assert.Equal(t, i%20 == 0, errors.Is(err, engine.ErrRefused), "%d: %v", i, err)
		})
	}
	all.Wait()
	errs := s.Send(t.Context(), start("one"), start(long), start("three"))
	assert.NoError(t, errs[0])
	assert.ErrorIs(t, errs[1], engine.ErrRefused)
	assert.NoError(t, errs[2])
	_, err = s.Get(t.Context(), "three")
	require.NoError(t, err)
}
