//go:build linux

package libraries

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	"github.com/going-green/greenlet/internal/proof/servers"
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tempDir is a directory that an unprivileged server may use.
func tempDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "greenlet")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// begin starts a server, which ends with the test, and waits until it answers.
func begin(t *testing.T, cmd *exec.Cmd, stop os.Signal, address string) {
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(stop)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	for range 600 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	require.Fail(t, "it does not listen", cmd.Path)
}

// postgres is the URL of a PostgreSQL that ends with the test.
func postgres(t *testing.T) string {
	const places = "/usr/lib/postgresql/*/bin"
	initdb, server := servers.Program(t, "initdb", places), servers.Program(t, "postgres", places)
	dir, at := tempDir(t), servers.Port(t)
	cmd := exec.Command(initdb, "-D", dir+"/data", "-U", "me", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-locale")
	cmd.Dir = dir
	servers.Unprivileged(t, cmd, dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	cmd = exec.Command(server, "-D", dir+"/data", "-p", strconv.Itoa(at), "-k", dir, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=60")
	cmd.Dir = dir
	servers.Unprivileged(t, cmd)
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(at))
	begin(t, cmd, syscall.SIGINT, address)
	url := "postgres://me@" + address + "/postgres?sslmode=disable"
	for range 600 { // it listens before it is ready
		c, err := pgx.Connect(context.Background(), url)
		if err == nil {
			_ = c.Close(context.Background())
			return url
		}
		time.Sleep(50 * time.Millisecond)
	}
	require.Fail(t, "it does not become ready")
	return ""
}

// database/sql and pgx, whose connections are the hub's, in tasks that nobody has annotated.
func TestPostgres(t *testing.T) {
	url := postgres(t)
	h := running(t)
	config, err := pgx.ParseConfig(url)
	require.NoError(t, err)
	config.DialFunc = (&socket.Dialer{Hub: h}).DialContext
	db := stdlib.OpenDB(*config)
	ctx := context.Background()
	inTask(t, h, func() {
		_, err := db.Exec("create table t (n int primary key, s text)")
		require.NoError(t, err)
	})

	t.Run("side by side", func(t *testing.T) {
		const n = 40
		all := h.NewEvent()
		var there int
		each(t, h, n, func(i int) {
			tx, err := db.BeginTx(ctx, nil)
			require.NoError(t, err)
			_, err = tx.Exec("insert into t values ($1, $2)", i, fmt.Sprint("row ", i))
			require.NoError(t, err)
			if there++; there == n { // all have a transaction now
				all.Set()
			}
			all.Wait()
			require.NoError(t, tx.Commit())
		})
		inTask(t, h, func() {
			rows, err := db.Query("select n, s from t order by n")
			require.NoError(t, err)
			i := 0
			for ; rows.Next(); i++ {
				var n int
				var s string
				require.NoError(t, rows.Scan(&n, &s))
				assert.Equal(t, []any{i, fmt.Sprint("row ", i)}, []any{n, s})
			}
			require.NoError(t, rows.Err())
			assert.Equal(t, n, i)
		})
	})
	t.Run("much", func(t *testing.T) {
		each(t, h, 4, func(int) {
			rows, err := db.Query("select i, repeat('x', 1000) from generate_series(1, 5000) i")
			require.NoError(t, err)
			sum, i, s := 0, 0, ""
			for rows.Next() {
				require.NoError(t, rows.Scan(&i, &s))
				sum += i
			}
			require.NoError(t, rows.Err())
			assert.Equal(t, 5000*5001/2, sum)
		})
		inTask(t, h, func() {
			c, err := pgx.ConnectConfig(ctx, config)
			require.NoError(t, err)
			defer c.Close(ctx)
			_, err = c.Exec(ctx, "create table big (n int, s text)")
			require.NoError(t, err)
			text := strings.Repeat("y", 10000)
			n, err := c.CopyFrom(ctx, pgx.Identifier{"big"}, []string{"n", "s"}, pgx.CopyFromSlice(2000, func(i int) ([]any, error) {
				return []any{i, text}, nil
			}))
			require.NoError(t, err)
			assert.EqualValues(t, 2000, n)
			batch := &pgx.Batch{} // written while the server answers: pgx reads on a goroutine if need be
			for range 1000 {
				batch.Queue("select $1::text", text)
			}
			results := c.SendBatch(ctx, batch)
			for range 1000 {
				var s string
				require.NoError(t, results.QueryRow().Scan(&s))
				require.Len(t, s, len(text))
			}
			require.NoError(t, results.Close())
		})
	})
	t.Run("canceled", func(t *testing.T) { // by goroutines of pgx, which set a deadline
		each(t, h, 4, func(int) {
			ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			defer cancel()
			_, err := db.ExecContext(ctx, "select pg_sleep(600)")
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		inTask(t, h, func() { // in the middle of rows
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			rows, err := db.QueryContext(ctx, "select i, pg_sleep(0.001 * (i % 2)) from generate_series(1, 1000000) i")
			require.NoError(t, err)
			n := 0
			for rows.Next() {
				if n++; n == 100 {
					cancel()
				}
			}
			assert.ErrorIs(t, rows.Err(), context.Canceled)
		})
	})
	t.Run("killed", func(t *testing.T) { // where it waits: the others don't notice
		waits := h.NewEvent()
		victim := make(chan *hub.Task, 1)
		h.Post(func() {
			victim <- h.Go(greenlet.OnStack, func(greenlet.Section) {
				tx, err := db.Begin()
				require.NoError(t, err)
				waits.Set()
				_, _ = tx.Exec("select pg_sleep(600)")
				t.Error("it was not killed")
			})
		})
		task := <-victim
		inTask(t, h, func() {
			waits.Wait()
			h.Sleep(10 * time.Millisecond)
			task.Kill()
			assert.ErrorIs(t, task.Err(), greenlet.Exit)
			var n int
			require.NoError(t, db.QueryRow("select count(*) from t").Scan(&n))
			assert.Equal(t, 40, n)
		})
	})
	t.Run("notifications", func(t *testing.T) {
		ready := h.NewEvent()
		each(t, h, 2, func(i int) {
			if i == 1 {
				ready.Wait()
				_, err := db.Exec("notify news, 'hello'")
				require.NoError(t, err)
				return
			}
			c, err := pgx.ConnectConfig(ctx, config)
			require.NoError(t, err)
			defer c.Close(ctx)
			_, err = c.Exec(ctx, "listen news")
			require.NoError(t, err)
			ready.Set()
			n, err := c.WaitForNotification(ctx)
			require.NoError(t, err)
			assert.Equal(t, "hello", n.Payload)
		})
	})
	inTask(t, h, func() { require.NoError(t, db.Close()) })
}

// each does f in n tasks, and waits for all.
func each(t *testing.T, h *hub.Hub, n int, f func(i int)) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { inTask(t, h, func() { f(i) }) })
	}
	all.Wait()
}
