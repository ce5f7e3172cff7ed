//go:build linux

package postgres_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/postgres/internal/pgtest"
	"github.com/going-green/greenlet/durable/task/tasktest/kills"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	rounds = flag.Int("rounds", 1, "how often everything breaks: each time a standby takes over")
	breaks = flag.Int("breaks", 0, "how many other things break in each round; 0 is each kind once")
)

// lease is that of the workers here.
const lease = time.Second

// cluster is three workers, and a primary with a synchronous standby.
type cluster struct {
	t                *testing.T
	w                *kills.Workers
	primary, standby *pgtest.Server
	took             map[string]int
}

func newCluster(t *testing.T, env ...string) *cluster {
	c := &cluster{t: t, primary: pgtest.Start(t, "fsync=off"), took: map[string]int{}}
	c.standby = c.primary.Standby(0)
	t.Setenv("DURABLE_URL", fmt.Sprintf("postgres://me@127.0.0.1:%d,127.0.0.1:%d/postgres?sslmode=disable&target_session_attrs=read-write&connect_timeout=2", c.primary.Port, c.standby.Port))
	p := program
	p.Patience, p.Lease = time.Minute, lease
	c.w = p.Workers(t, 3, env...)
	for i := range 3 {
		c.w.Start(i)
	}
	return c
}

// goesOn waits until something is acknowledged that was asked for from now on, as it is some times.
func (c *cluster) goesOn() {
	c.t.Helper()
	before := c.w.Acknowledged()
	for wait := 0; c.w.Acknowledged() < before+400; wait++ {
		require.Less(c.t, wait, 6000, "the workers do not go on")
		time.Sleep(10 * time.Millisecond)
	}
}

// What breaks, but for the loss of the primary.
var kinds = []struct {
	name string
	does func(c *cluster)
}{
	{"a worker stands still for longer than its lease", func(c *cluster) {
		p := c.w.Process(rand.IntN(3))
		require.NoError(c.t, p.Signal(syscall.SIGSTOP))
		time.Sleep(lease + time.Duration(rand.IntN(1000))*time.Millisecond)
		require.NoError(c.t, p.Signal(syscall.SIGCONT))
	}},
	{"a worker is killed", func(c *cluster) { c.w.Replace(rand.IntN(3), false) }},
	{"connections break", func(c *cluster) { c.primary.Break() }},
	{"the standby stands still", func(c *cluster) {
		c.standby.Signal(syscall.SIGSTOP)
		time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
		c.standby.Signal(syscall.SIGCONT)
	}},
	{"the primary stands still", func(c *cluster) {
		c.primary.Signal(syscall.SIGSTOP)
		time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond)
		c.primary.Signal(syscall.SIGCONT)
	}},
}

// fails has the primary be lost, while a worker stands still, and the standby take over.
func (c *cluster) fails() {
	p := c.w.Process(rand.IntN(3))
	require.NoError(c.t, p.Signal(syscall.SIGSTOP))
	lost := c.primary.Port
	c.primary.Kill()
	c.standby.Promote()
	c.primary = c.standby
	time.Sleep(lease)
	require.NoError(c.t, p.Signal(syscall.SIGCONT))
	c.goesOn()
	if c.standby = nil; *rounds > 1 {
		c.standby = c.primary.Standby(lost)
	}
}

func TestTasksSurviveLossOfPrimary(t *testing.T) {
	c := newCluster(t)
	for range *rounds {
		c.goesOn()
		for i := range max(*breaks, len(kinds)) {
			k := kinds[i%len(kinds)]
			if *breaks > 0 {
				k = kinds[rand.IntN(len(kinds))]
			}
			k.does(c)
			c.took[k.name]++
			if *breaks > 0 {
				c.goesOn()
			}
		}
		c.goesOn()
		c.fails()
	}
	said, err := c.w.Check(c.w.Finish())
	require.NoError(t, err)
	history := c.w.History()
	require.NoError(t, checkHistory(history))
	fenced := 0
	for _, o := range history {
		if o.Fenced {
			fenced++
		}
	}
	t.Logf("%d rounds, %v: %s, %d calls and returns, %d fenced off", *rounds, c.took, said, len(history), fenced)
}

// The same workers over a store without a fence: what they do twice is found.
func TestWithoutFenceIsFound(t *testing.T) {
	if *rounds == 1 {
		t.Skip("it is for -rounds: TestWithoutFenceHistoryIsRefused is the short form")
	}
	c := newCluster(t, "DURABLE_UNFENCED=yes")
	for range 5 {
		c.goesOn()
		kinds[0].does(c)
	}
	c.goesOn()
	assert.Error(t, checkHistory(c.w.History()))
}
