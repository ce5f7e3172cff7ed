//go:build linux

package libraries

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	"github.com/going-green/greenlet/internal/proof/servers"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// redisServer is the address of a redis-server that ends with the test.
func redisServer(t *testing.T) string {
	path, at := servers.Program(t, "redis-server"), servers.Port(t)
	dir := tempDir(t)
	cmd := exec.Command(path, "--port", strconv.Itoa(at), "--bind", "127.0.0.1", "--save", "", "--dir", dir)
	servers.Unprivileged(t, cmd, dir)
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(at))
	begin(t, cmd, syscall.SIGTERM, address)
	return address
}

// go-redis, which dials on goroutines and uses the connections in tasks that nobody has annotated.
//
// It must not ask for maintenance notifications: a connection that does holds a read lock of the
// client while it waits for the answer. If the server knows nothing of them, as Redis 7 and
// before, another connection is told so and wants that lock for writing: then it holds up the
// hub, and with that the task that has the lock, for ever.
func TestRedis(t *testing.T) {
	address := redisServer(t)
	h := running(t)
	const n = 50
	db := redis.NewClient(&redis.Options{
		Addr: address, Dialer: (&socket.Dialer{Hub: h}).DialContext, PoolSize: 2 * n, ContextTimeoutEnabled: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	ctx := context.Background()

	t.Run("commands", func(t *testing.T) {
		each(t, h, n, func(i int) {
			key, large := fmt.Sprint("key ", i), strings.Repeat("x", 100000+i)
			require.NoError(t, db.Set(ctx, key, large, 0).Err())
			got, err := db.Get(ctx, key).Result()
			require.NoError(t, err)
			assert.Equal(t, large, got)
			assert.ErrorIs(t, db.Get(ctx, "none").Err(), redis.Nil)
			for range 20 {
				require.NoError(t, db.Incr(ctx, "count").Err())
			}
			results, err := db.Pipelined(ctx, func(p redis.Pipeliner) error {
				for range 100 {
					p.Incr(ctx, "count")
				}
				return nil
			})
			require.NoError(t, err)
			assert.Len(t, results, 100)
		})
		inTask(t, h, func() {
			got, err := db.Get(ctx, "count").Int()
			require.NoError(t, err)
			assert.Equal(t, n*120, got)
		})
	})
	t.Run("side by side", func(t *testing.T) { // half of them wait for the others
		each(t, h, n, func(i int) {
			if i%2 == 1 {
				require.NoError(t, db.LPush(ctx, fmt.Sprint("list ", i-1), i).Err())
				return
			}
			got, err := db.BLPop(ctx, 0, fmt.Sprint("list ", i)).Result()
			require.NoError(t, err)
			assert.Equal(t, []string{fmt.Sprint("list ", i), fmt.Sprint(i + 1)}, got)
		})
	})
	t.Run("late", func(t *testing.T) {
		inTask(t, h, func() {
			ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			defer cancel()
			err := db.BLPop(ctx, 0, "nobody pushes").Err()
			var timeout net.Error
			if assert.ErrorAs(t, err, &timeout) {
				assert.True(t, timeout.Timeout())
			}
			require.NoError(t, db.Ping(context.Background()).Err())
		})
	})
	t.Run("subscription", func(t *testing.T) { // a goroutine of the library reads
		ready := h.NewEvent()
		each(t, h, 2, func(i int) {
			if i == 1 {
				ready.Wait()
				for i := range 100 {
					require.NoError(t, db.Publish(ctx, "news", i).Err())
				}
				return
			}
			s := db.Subscribe(ctx, "news")
			defer s.Close()
			_, err := s.Receive(ctx)
			require.NoError(t, err)
			ready.Set()
			for i := range 50 { // in the task
				m, err := s.ReceiveMessage(ctx)
				require.NoError(t, err)
				assert.Equal(t, strconv.Itoa(i), m.Payload)
			}
			news := s.Channel()
			for i := range 50 {
				m, _ := hub.Receive(h, news)
				assert.Equal(t, strconv.Itoa(50+i), m.Payload)
			}
		})
	})
	inTask(t, h, func() { require.NoError(t, db.Close()) })
}
