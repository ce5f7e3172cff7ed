//go:build linux

package postgres_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
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
	server := pgtest.Shared(t)
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
	server := pgtest.Shared(t)
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
	server := pgtest.Shared(t)
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

// Texts may have any bytes, and be long.
func TestAnyBytes(t *testing.T) {
	server := pgtest.Shared(t)
	s, err := postgres.OpenWith(t.Context(), server.URL(), postgres.Options{Schema: newSchema(), Logger: quiet})
	require.NoError(t, err)
	defer s.Close()
	ctx := t.Context()
	odd := "\x00\xff'\\x41 \"é\n"
	attrs := map[string]string{odd: odd, "": "x", "k": ""}
	large := bytes.Repeat([]byte(odd), 100_000)
	require.NoError(t, s.Send(ctx, engine.Message{To: odd, Start: &engine.Start{Func: odd, Parent: odd, Attrs: attrs, Snapshot: large}})[0])
	require.NoError(t, s.Send(ctx, engine.Message{ID: odd, To: odd, Topic: odd, Body: large})[0])
	list, err := s.Claim(ctx, engine.Request{Owner: odd, Build: odd, Max: 1, TTL: time.Minute})
	require.NoError(t, err)
	require.Len(t, list, 1)
	x := list[0]
	assert.Equal(t, large, x.Inbox[0].Body)
	require.NoError(t, s.Commit(ctx, []engine.Change{{
		ID: odd, Epoch: x.Epoch, Seq: x.Seq, Advance: true, Status: engine.Parked, Refuse: odd, Reason: odd, Snapshot: large[1:], Awaits: []string{odd, ""}, Waits: odd, Note: odd,
		Result: large, Err: odd, Consumed: []string{odd},
	}})[0])
	got, err := s.Get(ctx, odd)
	require.NoError(t, err)
	assert.Equal(t, attrs, got.Attrs)
	assert.Equal(t, []string{odd, ""}, got.Awaits)
	assert.Equal(t, []string{odd}, got.Refused)
	assert.Equal(t, []string{odd, odd, odd, odd, odd, odd}, []string{got.ID, got.Func, got.Parent, got.Owner, got.Reason, got.Err})
	assert.Equal(t, large[1:], got.Snapshot)
	assert.Empty(t, got.Inbox)
	for i, err := range s.Tasks(ctx, engine.Query{Prefix: odd[:2], Attrs: map[string]string{odd: odd}}) {
		require.NoError(t, err)
		assert.Equal(t, odd, i.ID)
	}
	// People can read them.
	var id string
	require.NoError(t, server.Query(&id, "select id || status from test_"+fmt.Sprint(schemas.Load())+".list"))
	assert.Contains(t, id, "parked")
}

// Two processes that write to the same tasks, each in another order, don't lock each other out.
func TestCrosswise(t *testing.T) {
	server := pgtest.Shared(t)
	o := postgres.Options{Schema: newSchema(), Logger: quiet, History: -1}
	const tasks, rounds = 20, 40
	ctx := t.Context()
	var all sync.WaitGroup
	for w := range 3 {
		s, err := postgres.OpenWith(ctx, server.URL(), o)
		require.NoError(t, err)
		t.Cleanup(func() { s.Close() })
		for c := range 2 {
			all.Go(func() {
				for i := range rounds {
					var list []engine.Message
					for _, n := range rand.Perm(tasks) {
						id := fmt.Sprint(i, "-", n)
						list = append(list, engine.Message{To: id, Start: &engine.Start{Func: "f", Parent: fmt.Sprint(i, "-", (n+1)%tasks), Snapshot: []byte("s")}})
						list = append(list, engine.Message{ID: fmt.Sprint(w, c), To: id, Topic: "signal:x"}, engine.Message{ID: "k", To: fmt.Sprint(i-1, "-", n), Topic: engine.Kill})
					}
					for j, err := range s.Send(ctx, list...) {
						if !errors.Is(err, engine.ErrKnown) && !errors.Is(err, engine.ErrEnded) && !errors.Is(err, engine.ErrNoTask) {
							assert.NoError(t, err, "%+v", list[j])
						}
					}
				}
			})
		}
	}
	all.Wait()
	s, err := postgres.OpenWith(ctx, server.URL(), o)
	require.NoError(t, err)
	defer s.Close()
	n := 0
	for i, err := range s.Tasks(ctx, engine.Query{}) {
		require.NoError(t, err)
		if n++; !strings.HasPrefix(i.ID, fmt.Sprint(rounds-1, "-")) {
			assert.Equal(t, engine.Canceled, i.Status, "%s", i.ID)
			continue
		}
		x, err := s.Get(ctx, i.ID)
		require.NoError(t, err)
		assert.Len(t, x.Inbox, 6, "%s", i.ID)
	}
	assert.Equal(t, tasks*rounds, n)
}

// What the server refuses, it refuses alone, whatever is in the same transaction.
func TestRefusesAlone(t *testing.T) {
	server := pgtest.Shared(t)
	s, err := postgres.OpenWith(t.Context(), server.URL(), postgres.Options{Schema: newSchema(), Logger: quiet})
	require.NoError(t, err)
	defer s.Close()
	noise := make([]byte, 10_000) // too long for an index, however it is compressed
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			id := fmt.Sprint(i)
			if i%20 == 0 {
				id += string(noise)
			}
			err := s.Send(t.Context(), engine.Message{To: id, Start: &engine.Start{Func: "f", Snapshot: []byte("s")}})[0]
			assert.Equal(t, i%20 == 0, err != nil, "%d: %v", i, err)
		})
	}
	all.Wait()
	start := func(id string) engine.Message {
		return engine.Message{To: id, Start: &engine.Start{Func: "f", Snapshot: []byte("s"), Attrs: map[string]string{"a b": "\"\\{,}", id: ""}}}
	}
	errs := s.Send(t.Context(), start("one"), start("two"+string(noise)), start("three"))
	assert.NoError(t, errs[0])
	assert.ErrorIs(t, errs[1], engine.ErrRefused)
	assert.NoError(t, errs[2])
	got, err := s.Get(t.Context(), "three")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a b": "\"\\{,}", "three": ""}, got.Attrs)
}

// Tables don't grow with what is over.
func TestTrims(t *testing.T) {
	server := pgtest.Shared(t)
	ctx := t.Context()
	o := postgres.Options{Schema: newSchema(), Logger: quiet, History: 5, Keep: 2}
	s, err := postgres.OpenWith(ctx, server.URL(), o)
	require.NoError(t, err)
	defer s.Close()
	rows := func(table string) (n int) {
		require.NoError(t, server.Query(&n, fmt.Sprintf("select count(*) from %s.%s", o.Schema, table)))
		return n
	}
	require.NoError(t, s.Send(ctx, engine.Message{To: "a", Start: &engine.Start{Func: "f", Snapshot: []byte("s")}})[0])
	list, err := s.Claim(ctx, engine.Request{Owner: "w", Build: "b", Max: 1, TTL: time.Minute})
	require.NoError(t, err)
	c := engine.Change{ID: "a", Epoch: list[0].Epoch, Advance: true, Status: engine.Active, Snapshot: []byte("s")}
	for i := range 100 {
		id := fmt.Sprint(i)
		require.NoError(t, s.Send(ctx, engine.Message{ID: id, To: "a", Topic: "signal:x"})[0])
		c.Note, c.Consumed = "step "+id, []string{id}
		require.NoError(t, s.Commit(ctx, []engine.Change{c})[0])
		c.Seq++
	}
	events, err := s.History(ctx, "a")
	require.NoError(t, err)
	require.Len(t, events, 5)
	assert.Equal(t, "step 99", events[4].Note)
	assert.Less(t, rows("events"), 5+2*16)
	assert.Equal(t, 2, rows("kept"))
	assert.Zero(t, rows("inbox"))
	c.Status, c.Consumed = engine.Done, nil
	require.NoError(t, s.Commit(ctx, []engine.Change{c})[0])
	require.NoError(t, s.Forget(ctx, "a"))
	for _, table := range []string{"tasks", "known", "inbox", "events", "kept"} {
		assert.Zero(t, rows(table), table)
	}
}
