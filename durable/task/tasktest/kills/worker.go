package kills

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
)

// What a worker does: it starts tasks and pays for them, and runs its own and those of others.

var pay = task.Signal[int]("pay")

// out are files that a kill does not lose what was written to.
var out struct{ ledger, acks, history *os.File }

// does is an effect: what it is for, and the key, are in the ledger.
func does(ctx context.Context, what string) (int, error) {
	_, err := out.ledger.Write(appendLine(nil, fmt.Appendf(nil, "%s %s", task.Key(ctx), what)))
	return len(what), err
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
func (p Program) work(dir string) {
	var err [4]error
	flags := os.O_APPEND | os.O_CREATE | os.O_WRONLY
	out.ledger, err[0] = os.OpenFile(filepath.Join(dir, "ledger"), flags, 0o600)
	out.acks, err[1] = os.OpenFile(filepath.Join(dir, "acks"), flags, 0o600)
	out.history, err[2] = os.OpenFile(filepath.Join(dir, "history"), flags, 0o600)
	var e engine.Engine
	e, err[3] = p.opens(dir)
	if err := errors.Join(err[:]...); err != nil {
		panic(err)
	}
	first := 0
	fmt.Sscan(os.Getenv("DURABLE_FIRST"), &first)
	h := hub.New()
	r := task.NewWith(h, Recorder(e, first, out.history), task.Options{Lease: p.Lease})
	c := &clients{p, r, first}
	if os.Getenv("DURABLE_END") == "" {
		for i := range 8 {
			h.Go(c.buys, i)
		}
	} else {
		h.Go(c.finishes)
	}
	if err := h.Run(context.Background()); err != nil {
		panic(err)
	}
	if err := p.Close(e); err != nil {
		panic(err)
	}
}

func (p Program) opens(dir string) (engine.Engine, error) {
	for until := time.Now().Add(p.Patience); ; time.Sleep(20 * time.Millisecond) {
		if e, err := p.Open(dir); err == nil || time.Now().After(until) {
			return e, err
		}
	}
}

// most is how many tasks a client starts: more than it gets to.
const most = 1 << 20

type clients struct {
	p     Program
	r     *task.Runner
	first int
}

func acknowledged(what, id string) {
	if _, err := out.acks.Write(appendLine(nil, fmt.Append(nil, what, " ", id))); err != nil {
		panic(err)
	}
}

// buys starts tasks, and signals that they are paid. What was acknowledged it notes.
//
//greenlet:resumable
func (c *clients) buys(client int) {
	ctx := context.Background()
	for i := c.first; i < c.first+most; i++ {
		id := fmt.Sprintf("b%06d-%d", i, client)
		for at := time.Now(); ; {
			err := c.r.Start(ctx, id, buys, i)
			if err == nil {
				break
			}
			c.bears(err, at)
		}
		acknowledged("start", id)
		c.pays(ctx, id, i)
		acknowledged("signal", id)
		c.joins(ctx, id)
		acknowledged("end", id)
	}
}

// bears is for an error of the store: it waits a little, or ends the worker.
//
//greenlet:resumable
func (c *clients) bears(err error, since time.Time) {
	if time.Since(since) >= c.p.Patience {
		panic(err)
	}
	c.r.Hub().Sleep(20 * time.Millisecond)
}

//greenlet:resumable
func (c *clients) pays(ctx context.Context, id string, n int) {
	for at := time.Now(); ; {
		err := pay.SendOnce(ctx, c.r, id, "paid", n)
		if err == nil || errors.Is(err, engine.ErrKnown) || errors.Is(err, engine.ErrEnded) {
			return
		}
		c.bears(err, at)
	}
}

//greenlet:resumable
func (c *clients) joins(ctx context.Context, id string) {
	for at := time.Now(); ; {
		_, err := c.r.Join(ctx, id)
		if err == nil {
			return
		}
		c.bears(err, at)
	}
}

// finishes waits until no task is active, and pays for those that nobody has paid for.
//
//greenlet:resumable
func (c *clients) finishes() {
	ctx := context.Background()
	for t, err := range c.r.Tasks(ctx, engine.Query{Status: []engine.Status{engine.Active}, Limit: 1 << 30}) {
		if err != nil {
			panic(err)
		}
		if !strings.Contains(t.ID, "/") {
			c.pays(ctx, t.ID, 0)
		}
		c.joins(ctx, t.ID)
	}
	c.r.Close()
}
