//go:build linux

package postgres_test

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/engine/conform"
	"github.com/going-green/greenlet/durable/postgres"
	"github.com/going-green/greenlet/durable/postgres/internal/pgtest"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	os.Exit(m.Run())
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// schemas has a server's tests be in schemas of their own.
var schemas atomic.Int64

func newSchema() string { return fmt.Sprint("test_", schemas.Add(1)) }

// clock has a store's clock be ahead of the server's.
func setClock(s *pgtest.Server, schema string, ahead time.Duration) {
	s.Exec(fmt.Sprintf("create or replace function %s.clock() returns timestamptz language sql stable parallel safe as 'select statement_timestamp() + interval ''%d microseconds'''", schema, ahead.Microseconds()))
}

func TestConforms(t *testing.T) {
	server := pgtest.Start(t, "fsync=off")
	conform.Run(t, func(t *testing.T) *conform.Store {
		o := postgres.Options{Schema: newSchema(), Keep: 3, Logger: quiet}
		open := func() *postgres.Store {
			s, err := postgres.OpenWith(t.Context(), server.URL(), o)
			require.NoError(t, err)
			t.Cleanup(func() { s.Close() })
			return s
		}
		s := open()
		var ahead time.Duration
		return &conform.Store{
			Engine: s,
			Kept:   3,
			Sleep: func(d time.Duration) {
				ahead += d
				setClock(server, o.Schema, ahead)
			},
			Reopen: func() engine.Engine {
				require.NoError(t, s.Close())
				s = open()
				return s
			},
		}
	})
}
