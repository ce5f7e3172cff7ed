//go:build linux

package postgres_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/engine/conform"
	"github.com/going-green/greenlet/durable/postgres"
	"github.com/going-green/greenlet/durable/postgres/internal/pgtest"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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

// The schema is made once, whoever comes at a time; a newer one is left alone.
func TestMigrates(t *testing.T) {
	server := pgtest.Start(t, "fsync=off")
	ctx := t.Context()
	o := postgres.Options{Schema: newSchema(), Logger: quiet}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s, err := postgres.OpenWith(ctx, server.URL(), o)
			if assert.NoError(t, err) {
				assert.NoError(t, s.Close())
			}
		})
	}
	all.Wait()
	pool, err := pgxpool.New(ctx, server.URL())
	require.NoError(t, err)
	defer pool.Close()
	require.NoError(t, postgres.Migrate(ctx, pool, o.Schema, append(slices.Clone(postgres.Migrations), "create table {s}.later (n int)")))
	server.Exec(fmt.Sprintf("insert into %s.later values (1)", o.Schema))
	_, err = postgres.OpenWith(ctx, server.URL(), o)
	require.EqualError(t, err, fmt.Sprintf("durable: the schema %q is of version 2, and this program knows those up to 1: build it with a newer durable/postgres, or name another schema", o.Schema))
	_, err = postgres.OpenWith(ctx, server.URL(), postgres.Options{Schema: `a"b`})
	require.ErrorContains(t, err, "can't be the name of a schema")
}

func TestWarns(t *testing.T) {
	server := pgtest.Start(t, "fsync=off", "synchronous_commit=off")
	var said bytes.Buffer
	s, err := postgres.OpenWith(t.Context(), server.URL(), postgres.Options{Logger: slog.New(slog.NewTextHandler(&said, nil)), NoListen: true})
	require.NoError(t, err)
	defer s.Close()
	list, err := s.Warnings(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 3)
	for i, what := range []string{"fsync is off", "synchronous_commit is off", "there is no synchronous standby"} {
		assert.Contains(t, list[i], what)
		assert.Contains(t, said.String(), what)
	}
}

// Who waits is told by another process, and finds out by itself if that fails.
func TestWaitHearsOfOthers(t *testing.T) {
	server := pgtest.Start(t, "fsync=off")
	for _, listens := range []bool{true, false} {
		o := postgres.Options{Schema: newSchema(), Logger: quiet, Poll: time.Hour}
		if !listens {
			o.NoListen, o.Poll = true, 20*time.Millisecond
		}
		open := func() *postgres.Store {
			s, err := postgres.OpenWith(t.Context(), server.URL(), o)
			require.NoError(t, err)
			t.Cleanup(func() { s.Close() })
			return s
		}
		a, b := open(), open()
		r := engine.Request{Owner: "a", Build: "b", Max: 1, TTL: time.Minute}
		for i := range 20 {
			waited := make(chan error, 1)
			go func() { waited <- a.Wait(t.Context(), r, -1) }()
			time.Sleep(time.Duration(i) * time.Millisecond) // it waits, or is about to
			require.NoError(t, b.Send(t.Context(), engine.Message{To: fmt.Sprint(i), Start: &engine.Start{Func: "f", Snapshot: []byte("s")}})[0])
			require.NoError(t, <-waited)
			list, err := a.Claim(t.Context(), r)
			require.NoError(t, err)
			require.Len(t, list, 1)
		}
	}
}

// A server that is killed, and comes back, is found again.
func TestServerComesBack(t *testing.T) {
	server := pgtest.Start(t)
	s, err := postgres.OpenWith(t.Context(), server.URL(), postgres.Options{Logger: quiet, Poll: 20 * time.Millisecond})
	require.NoError(t, err)
	defer s.Close()
	start := func(id string) error {
		return s.Send(t.Context(), engine.Message{To: id, Start: &engine.Start{Func: "f", Snapshot: []byte("s")}})[0]
	}
	r := engine.Request{Owner: "a", Build: "b", Max: 10, TTL: time.Minute}
	require.NoError(t, start("a"))
	server.Kill()
	require.Error(t, start("b"))
	require.Error(t, s.Wait(t.Context(), r, -1))
	server.Begin()
	require.NoError(t, start("c"), "connections that broke are not asked twice")
	require.NoError(t, s.Wait(t.Context(), r, -1))
	list, err := s.Claim(t.Context(), r)
	require.NoError(t, err)
	require.Len(t, list, 2, "what was acknowledged is there")
}
