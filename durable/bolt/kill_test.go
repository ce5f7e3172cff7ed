package bolt_test

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/going-green/greenlet/durable/bolt"
	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/task/tasktest/kills"

	"github.com/stretchr/testify/require"
)

//go:generate go tool greenlet

var killed = flag.Int("kills", 12, "how many times the worker is killed")

var program = kills.Program{
	Open:  func(dir string) (engine.Engine, error) { return bolt.Open(filepath.Join(dir, "db")) },
	Close: func(e engine.Engine) error { return e.(*bolt.Store).Close() },
}

func TestMain(m *testing.M) { program.Main(m) }

func TestTasksSurviveKill(t *testing.T) {
	w := program.Workers(t, 1)
	for i := range *killed {
		w.Replace(0, i%2 == 0)
	}
	said, err := w.Check(w.Finish())
	require.NoError(t, err)
	t.Logf("%d kills: %s", *killed, said)
}
