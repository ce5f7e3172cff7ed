package bolt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/going-green/greenlet/durable/bolt"
	"github.com/going-green/greenlet/durable/task/tasktest/speeds"

	"github.com/stretchr/testify/require"
)

func opens(b *testing.B) (s *bolt.Store, path string) {
	path = filepath.Join(b.TempDir(), "db")
	s, err := bolt.Open(path)
	require.NoError(b, err)
	b.Cleanup(func() { s.Close() })
	return s, path
}

func BenchmarkSteps(b *testing.B) {
	for _, n := range []int{1, 64, 512} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			sync := speeds.Sync(b, b.TempDir())
			s, _ := opens(b)
			speeds.Steps(b, s, n)
			b.ReportMetric(float64(sync)/1e6, "sync-ms")
		})
	}
}

func BenchmarkFirstEffect(b *testing.B) {
	s, _ := opens(b)
	speeds.FirstEffect(b, s)
}

// -benchtime=1000000x is a million of them.
func BenchmarkSleeping(b *testing.B) {
	s, path := opens(b)
	speeds.Sleeping(b, s, func() int64 {
		i, err := os.Stat(path)
		require.NoError(b, err)
		return i.Size()
	})
}
