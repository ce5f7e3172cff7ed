//go:build linux

package postgres_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/postgres"
	"github.com/going-green/greenlet/durable/postgres/internal/pgtest"
	"github.com/going-green/greenlet/durable/task/tasktest/kills"

	"github.com/stretchr/testify/require"
)

//go:generate go tool greenlet

var killed = flag.Int("kills", 12, "how many times a worker is killed")

// program is a worker, whose database the environment says.
var program = kills.Program{
	Open: func(string) (engine.Engine, error) {
		s, err := postgres.OpenWith(context.Background(), os.Getenv("DURABLE_URL"), postgres.Options{Schema: os.Getenv("DURABLE_SCHEMA"), Logger: quiet, Timeout: 5 * time.Second})
		if err == nil && os.Getenv("DURABLE_UNFENCED") != "" {
			s.Unfenced()
		}
		return s, err
	},
	Close: func(e engine.Engine) error { return e.(*postgres.Store).Close() },
	Lease: time.Second,
}

func TestMain(m *testing.M) { program.Main(m, pgtest.End) }

// Three workers, of which one is killed at a time.
func TestTasksSurviveKill(t *testing.T) {
	server := pgtest.Shared(t)
	t.Setenv("DURABLE_URL", server.URL())
	t.Setenv("DURABLE_SCHEMA", newSchema())
	w := program.Workers(t, 3)
	for i := range 3 {
		w.Start(i)
	}
	for i := range *killed {
		w.Replace(rand.IntN(3), i%2 == 0)
	}
	said, err := w.Check(w.Finish())
	require.NoError(t, err)
	history := w.History()
	require.NoError(t, checkHistory(history))
	t.Logf("%d kills: %s, %d calls and returns", *killed, said, len(history))
}
