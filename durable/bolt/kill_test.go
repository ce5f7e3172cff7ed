package bolt_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/bolt"
	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:generate go tool greenlet

var kills = flag.Int("kills", 12, "how many times the worker is killed")

var pay = task.Signal[int]("pay")

// out are files that a kill does not lose what was written to.
var out struct{ ledger, acks *os.File }

func TestMain(m *testing.M) {
	if dir := os.Getenv("DURABLE_WORKER"); dir != "" {
		work(dir, os.Getenv("DURABLE_END") != "")
		return
	}
	os.Exit(m.Run())
}

// does is an effect: what it is for, and the key, are in the ledger.
func does(ctx context.Context, what string) (int, error) {
	if _, err := fmt.Fprintf(out.ledger, "%s %s\n", task.Key(ctx), what); err != nil {
		return 0, err
	}
	return len(what), nil
}

//greenlet:resumable durable
func buys(t *task.Task, n int) (string, error) {
	log := ""
	for i := range 3 {
		// Each time it is another: who goes on from before what was committed, under the same key, is found out.
		what := fmt.Sprintf("%s-%d-%d", t.ID(), i, rand.Uint64())
		if _, err := task.Do(t, does, what); err != nil {
			return "", err
		}
		log += what + ","
		t.Sleep(time.Duration(rand.IntN(4)) * time.Millisecond)
	}
	paid, err := pay.Wait(t, 0)
	if err != nil {
		return "", err
	}
	got, err := task.Go(t, t.ID()+"/ships", ships, paid).Join(t)
	return log + got, err
}

//greenlet:resumable durable
func ships(t *task.Task, n int) (string, error) {
	what := fmt.Sprintf("%s-%d-%d", t.ID(), n, rand.Uint64())
	_, err := task.Do(t, does, what)
	return what, err
}

// work runs a worker, which is killed, or until all tasks have ended.
func work(dir string, end bool) {
	var err [3]error
	flags := os.O_APPEND | os.O_CREATE | os.O_WRONLY
	out.ledger, err[0] = os.OpenFile(filepath.Join(dir, "ledger"), flags, 0o600)
	out.acks, err[1] = os.OpenFile(filepath.Join(dir, "acks"), flags, 0o600)
	var s *bolt.Store
	s, err[2] = bolt.Open(filepath.Join(dir, "db"))
	if err := errors.Join(err[:]...); err != nil {
		panic(err)
	}
	h := hub.New()
	r := task.New(h, s)
	first := begins(dir)
	for c := range 8 {
		h.Go(client, r, end, first, c)
	}
	if end {
		h.Go(finishes, r)
	}
	if err := h.Run(context.Background()); err != nil {
		panic(err)
	}
	if err := s.Close(); err != nil {
		panic(err)
	}
}

// begins is a number that no task has yet.
func begins(dir string) (n int) {
	path := filepath.Join(dir, "next")
	if b, err := os.ReadFile(path); err == nil {
		fmt.Sscan(string(b), &n)
	}
	if err := os.WriteFile(path+".tmp", fmt.Append(nil, n+most), 0o600); err != nil {
		panic(err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		panic(err)
	}
	return n
}

// most is how many tasks a client starts.
const most = 50

// client starts tasks, and signals that they are paid. What was acknowledged it notes.
//
//greenlet:resumable
func client(r *task.Runner, end bool, first, c int) {
	ctx := context.Background()
	for i := first; !end && i < first+most; i++ {
		id := fmt.Sprintf("b%06d-%d", i, c)
		if err := r.Start(ctx, id, buys, i); err != nil {
			panic(err)
		}
		fmt.Fprintln(out.acks, "start", id)
		if err := pay.SendOnce(ctx, r, id, "paid", i); err != nil && !errors.Is(err, engine.ErrKnown) {
			panic(err)
		}
		fmt.Fprintln(out.acks, "signal", id)
		if _, err := r.Join(ctx, id); err != nil {
			panic(err)
		}
		fmt.Fprintln(out.acks, "end", id)
	}
}

// finishes waits until no task is active, and pays for those that nobody has paid for.
//
//greenlet:resumable
func finishes(r *task.Runner) {
	ctx := context.Background()
	for t, err := range r.Tasks(ctx, engine.Query{Status: []engine.Status{engine.Active}, Limit: 1 << 30}) {
		if err != nil {
			panic(err)
		}
		if !strings.Contains(t.ID, "/") {
			err := pay.SendOnce(ctx, r, t.ID, "paid", 0)
			if err != nil && !errors.Is(err, engine.ErrKnown) && !errors.Is(err, engine.ErrEnded) {
				panic(err)
			}
		}
		if _, err := r.Join(ctx, t.ID); err != nil {
			panic(err)
		}
	}
	r.Close()
}

func TestTasksSurviveKill(t *testing.T) {
	dir := t.TempDir()
	worker := func(end string) (*exec.Cmd, *bytes.Buffer) {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "DURABLE_WORKER="+dir, "DURABLE_END="+end)
		errs := new(bytes.Buffer)
		c.Stderr = errs
		require.NoError(t, c.Start())
		return c, errs
	}
	acked := func() int64 {
		i, err := os.Stat(filepath.Join(dir, "acks"))
		if err != nil {
			return 0
		}
		return i.Size()
	}
	for i := range *kills {
		before := acked()
		c, errs := worker("")
		for wait := 0; i%2 == 0 && acked() == before && wait < 10000; wait++ {
			time.Sleep(time.Millisecond) // each other one gets to do something, however slow the machine is
		}
		time.Sleep(time.Duration(5+rand.IntN(70)) * time.Millisecond)
		require.NoError(t, c.Process.Kill())
		_ = c.Wait()
		require.Empty(t, errs.String())
	}
	c, errs := worker("yes")
	require.NoError(t, c.Wait(), errs.String())
	checkKilled(t, dir)
}

// checkKilled holds what the store has against what was acknowledged, and what the ledger has.
func checkKilled(t *testing.T, dir string) {
	s, err := bolt.Open(filepath.Join(dir, "db"))
	require.NoError(t, err)
	defer s.Close()
	ctx := t.Context()
	effects, again := map[string]string{}, 0
	for _, line := range lines(t, filepath.Join(dir, "ledger")) {
		key, what, _ := strings.Cut(line, " ")
		if old, known := effects[key]; known {
			again++
			require.Equal(t, old, what, "two effects under the key %s", key)
		}
		effects[key] = what
	}
	byWhat := map[string]bool{}
	for _, what := range effects {
		byWhat[what] = true
	}
	acks := 0
	for _, line := range lines(t, filepath.Join(dir, "acks")) {
		var what, id string
		if n, _ := fmt.Sscan(line, &what, &id); n == 2 {
			acks++
			got, err := s.Get(ctx, id)
			require.NoError(t, err, "what was acknowledged is lost: %s", line)
			if what == "signal" {
				var paid int
				fmt.Sscanf(id, "b%d-", &paid)
				require.Contains(t, string(got.Result), fmt.Sprintf("%s/ships-%d-", id, paid), "the signal is lost")
			}
		}
	}
	done := 0
	for i, err := range s.Tasks(ctx, engine.Query{}) {
		require.NoError(t, err)
		require.Equal(t, engine.Done, i.Status, "%+v", i)
		require.Empty(t, i.Err)
		for what := range strings.SplitSeq(strings.Trim(string(i.Result), `"`), ",") {
			require.True(t, byWhat[what], "%s has ended, and %s was not done", i.ID, what)
		}
		done++
	}
	assert.Positive(t, done)
	assert.Equal(t, 2*done, len(effects), "an effect that no task has, or has not") // 3 + 1 for each two
	t.Logf("%d kills: %d tasks, %d acknowledged, %d effects, %d of them again", *kills, done, acks, len(effects), again)
}

func lines(t *testing.T, path string) (list []string) {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		list = append(list, s.Text())
	}
	return list
}
