package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/going-green/greenlet/bench/measure"
	"github.com/going-green/greenlet/bench/report"
	"github.com/going-green/greenlet/hub"
)

// Those that sleep are measured in a process of its own, which is this program with a
// variable set.
const childVariable = "GREENLET_BENCH_SLEEPERS"

// slept is what a child reports of each that has slept.
type slept struct {
	Bytes float64 // of resident memory; less than 0 if the system doesn't tell
	Time  float64 // nanoseconds until it slept, and from when it could wake until it had
	Woken int     // in all
}

// patience is how long after the beginning each is given to fall asleep.
const patience = 20 * time.Microsecond

// sleeper is a way to sleep. It has n sleep until times[i], calls asleep when all do, and
// returns how many have woken.
type sleeper struct {
	peer string
	run  func(times []time.Time, asleep func()) (woken int)
}

var sleepers = []sleeper{{tasks, hubSleepers}, {goroutines, goSleepers}}

func hubSleepers(times []time.Time, asleep func()) (woken int) {
	h := hub.New()
	for _, t := range times {
		h.Go(newNapsFrame(h, t, &woken))
	}
	h.Post(func() { h.Post(asleep) }) // the next turn of the loop is behind them all
	runs(h)
	return woken
}

func goSleepers(times []time.Time, asleep func()) int {
	var begun, woken atomic.Int64
	var wg sync.WaitGroup
	for _, t := range times {
		wg.Go(func() {
			begun.Add(1)
			time.Sleep(time.Until(t))
			woken.Add(1)
		})
	}
	for begun.Load() < int64(len(times)) {
		runtime.Gosched()
	}
	asleep()
	wg.Wait()
	return int(woken.Load())
}

// sleep measures n that sleep.
func (s sleeper) sleep(n int) (r slept, err error) {
	times := make([]time.Time, n)
	for i := range times {
		times[i] = time.Now() // for the memory to be there
	}
	debug.FreeOSMemory()
	before, err := measure.Resident()
	if err != nil {
		return r, err
	}
	begin := time.Now()
	wake := begin.Add(500*time.Millisecond + time.Duration(n)*patience)
	for i := range times {
		// 7919 is prime: they wake in an order that is none.
		times[i] = wake.Add(time.Duration(i * 7919 % n))
	}
	var took time.Duration
	r.Woken = s.run(times, func() {
		took = time.Since(begin)
		debug.FreeOSMemory()
		var after int64
		after, err = measure.Resident()
		r.Bytes = float64(after-before) / float64(n)
		if after < 0 {
			r.Bytes = -1
		}
		if err == nil && time.Now().After(wake) {
			err = errors.New("not all slept before the first woke")
		}
	})
	took += time.Since(wake)
	r.Time = float64(took) / float64(n)
	return r, err
}

// child is the process.
func child(what string) error {
	var n int
	var peer string
	if _, err := fmt.Sscan(what, &n, &peer); err != nil {
		return err
	}
	for _, s := range sleepers {
		if s.peer == peer {
			r, err := s.sleep(n)
			if err != nil {
				return err
			}
			return json.NewEncoder(os.Stdout).Encode(r)
		}
	}
	return fmt.Errorf("nothing is called %q", peer)
}

// inChild measures in a child.
func (s sleeper) inChild(ctx context.Context, n, gc int) (r slept, err error) {
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", childVariable, n, s.peer))
	if gc != 0 {
		cmd.Env = append(cmd.Env, fmt.Sprintf("GOGC=%d", gc))
	}
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		first, _, _ := strings.Cut(string(exit.Stderr), "\n")
		err = fmt.Errorf("%w: %s", err, first)
	}
	if err == nil {
		err = json.Unmarshal(out, &r)
	}
	if err == nil && r.Woken != n {
		err = fmt.Errorf("wrong: %d of %d woke", r.Woken, n)
	}
	return r, err
}

// measureSleepers takes few rounds: each is long.
func (c *command) measureSleepers(ctx context.Context) ([]*report.Group, error) {
	bytes := &report.Group{Name: "Sleepers", What: "resident memory for each that sleeps", Unit: "bytes"}
	times := &report.Group{Name: "SleepersTime", What: "starting each, until all sleep, and waking it", Unit: "ns/task"}
	type row struct {
		bytes, time *report.Row
		measure     func(ctx context.Context) (bytes, time float64, err error)
	}
	var rows []row
	add := func(r report.Row, n int, f func(ctx context.Context) (bytes, time float64, err error)) {
		r.Way, r.Units = report.Count(n)+" of them", n
		b, t := r, r
		bytes.Rows, times.Rows = append(bytes.Rows, &b), append(times.Rows, &t)
		rows = append(rows, row{&b, &t, f})
	}
	for i, s := range append(sleepers[:1:1], sleepers...) {
		n := c.sleepers
		if i > 0 {
			n /= 10
		}
		add(report.Row{Peer: s.peer, Ours: s.peer == tasks}, n, func(ctx context.Context) (float64, float64, error) {
			r, err := s.inChild(ctx, n, c.gc)
			return r.Bytes, r.Time, err
		})
	}
	n := int(float64(c.sleepers) * c.gevent.Share)
	add(*c.peerRow(), n, func(ctx context.Context) (b, t float64, err error) {
		if b, _, err = c.gevent.Once(ctx, "sleepers", n); err == nil {
			t, _, err = c.gevent.Once(ctx, "sleeperstime", n)
		}
		return b, t, err
	})
	bytes.Base, times.Base = bytes.Rows[0].Label(), times.Rows[0].Label()
	rounds := min(c.rounds, 3)
	for round := range rounds {
		for _, r := range rows {
			if r.time.Missing != "" {
				continue
			}
			c.progress.Show("Sleepers: round %d of %d: %s", round+1, rounds, r.time.Label())
			b, t, err := r.measure(ctx)
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case err != nil:
				r.bytes.Miss(err.Error())
				r.time.Miss(err.Error())
				continue
			case b < 0:
				r.bytes.Miss("this system does not tell the resident memory")
			default:
				r.bytes.Rounds = append(r.bytes.Rounds, b)
			}
			r.time.Rounds = append(r.time.Rounds, t)
		}
	}
	return []*report.Group{bytes, times}, nil
}
