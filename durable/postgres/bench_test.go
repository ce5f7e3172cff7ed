//go:build linux

package postgres_test

import (
	"fmt"
	"testing"

	"github.com/going-green/greenlet/durable/postgres"
	"github.com/going-green/greenlet/durable/postgres/internal/pgtest"
	"github.com/going-green/greenlet/durable/task/tasktest/speeds"

	"github.com/stretchr/testify/require"
)

func opens(b *testing.B, server *pgtest.Server) (s *postgres.Store, schema string) {
	schema = newSchema()
	s, err := postgres.OpenWith(b.Context(), server.URL(), postgres.Options{Schema: schema, Logger: quiet})
	require.NoError(b, err)
	b.Cleanup(func() { s.Close() })
	return s, schema
}

func BenchmarkSteps(b *testing.B) {
	server := pgtest.Start(b)
	for _, n := range []int{1, 64, 512} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			sync := speeds.Sync(b, b.TempDir())
			s, _ := opens(b, server)
			speeds.Steps(b, s, n)
			b.ReportMetric(float64(sync)/1e6, "sync-ms")
		})
	}
}

func BenchmarkFirstEffect(b *testing.B) {
	server := pgtest.Start(b)
	s, _ := opens(b, server)
	speeds.FirstEffect(b, s)
}

// -benchtime=1000000x is a million of them. Each is written three times, so that a part of the store is room for others: packed is without that.
func BenchmarkSleeping(b *testing.B) {
	server := pgtest.Start(b)
	s, schema := opens(b, server)
	size := func() (size int64) {
		require.NoError(b, server.Query(&size, "select sum(pg_total_relation_size(c.oid))::bigint from pg_class c where c.relkind = 'r' and c.relnamespace = $1::regnamespace", schema))
		return size
	}
	speeds.Sleeping(b, s, size)
	server.Exec("vacuum full")
	b.ReportMetric(float64(size())/float64(b.N), "packed-B/task")
	for _, table := range []string{"tasks", "events"} {
		for _, of := range []string{"relation", "indexes"} {
			var n int64
			require.NoError(b, server.Query(&n, fmt.Sprintf("select pg_%s_size($1::regclass)", of), schema+"."+table))
			b.Logf("%s, %s: %d", table, of, n/int64(b.N))
		}
	}
}
