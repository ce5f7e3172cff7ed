// Command orders runs orders as durable tasks: each takes nine days, and would survive that the process ends at any time. Here time is
// virtual, and the store in memory; with hub.New and a store of package bolt it is the same program.
//
// With -listen or -socket time is real, a day takes as long as -day says, and orders keep coming: they can be looked at by a browser, or by
// the command.
//
//	$ go run ./examples/orders -listen localhost:8080 -socket /tmp/orders.sock
//	$ greenlet durable ls -socket /tmp/orders.sock
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
)

//go:generate go tool greenlet

// Item is what is ordered.
type Item struct {
	ID    string
	Cents int
}

var (
	approve        = task.Signal[bool]("approve")
	errNotApproved = errors.New("not approved")

	out io.Writer = os.Stdout

	day = 24 * time.Hour
)

// order is one.
//
//greenlet:resumable durable
func order(t *task.Task, o Item) (tracking string, err error) {
	t.SetAttr("state", "to be paid")
	receipt, err := task.Do(t, charge, o, task.Retry(5), task.Backoff(time.Minute, time.Hour))
	if err != nil {
		return "", err
	}
	shipped := false
	defer func() { // also if the task is canceled
		if !shipped {
			if _, rerr := task.Do(t, refund, receipt, task.Retry(100)); rerr != nil {
				err = errors.Join(err, rerr)
			}
		}
	}()
	t.SetAttr("state", "to be approved")
	t.Sleep(2 * day)
	ok, err := approve.Wait(t, 7*day)
	if err != nil || !ok {
		return "", errors.Join(errNotApproved, err)
	}
	t.SetAttr("state", "to be shipped")
	tracking, err = task.Go(t, t.ID()+"/ship", ship, o).Join(t)
	shipped = err == nil
	return tracking, err
}

// ship is a task of its own.
//
//greenlet:resumable durable
func ship(t *task.Task, o Item) (string, error) {
	t.Sleep(day * 5 / 24)
	return task.Do(t, handOver, o)
}

// What the world sees. A service that is given the key does nothing twice.

func charge(ctx context.Context, o Item) (string, error) {
	fmt.Fprintf(out, "  charge %d for %s, with the key %s\n", o.Cents, o.ID, task.Key(ctx))
	return "receipt " + task.Key(ctx), nil
}

func refund(ctx context.Context, receipt string) (bool, error) {
	fmt.Fprintf(out, "  refund %s, with the key %s\n", receipt, task.Key(ctx))
	return true, nil
}

func handOver(ctx context.Context, o Item) (string, error) {
	return "parcel " + task.Key(ctx), nil
}

// shop starts orders, and tells how they have ended.
//
//greenlet:resumable
func shop(r *task.Runner, h *hub.Hub) error {
	ctx := context.Background()
	begun := h.Now()
	for _, o := range []Item{{"book", 1200}, {"car", 900000}, {"pen", 80}} {
		if err := r.Start(ctx, o.ID, order, o); err != nil {
			return err
		}
	}
	h.Sleep(3 * 24 * time.Hour)
	if err := approve.SendOnce(ctx, r, "book", "by the boss", true); known(err) != nil {
		return err
	}
	if err := r.Cancel(ctx, "pen"); known(err) != nil {
		return err
	}
	for _, id := range []string{"pen", "book", "car"} {
		tracking, err := task.Result[string](ctx, r, id)
		var ended *task.EndedError
		if err != nil && !errors.As(err, &ended) {
			return err
		}
		fmt.Fprintf(out, "day %d: %s: %q %v\n", int(h.Now().Sub(begun).Hours()/24), id, tracking, err)
		if want := map[string]string{"book": "parcel book/ship/2"}[id]; tracking != want {
			return fmt.Errorf("%s: %q instead of %q", id, tracking, want)
		}
	}
	return nil
}

//greenlet:resumable
func run(r *task.Runner, h *hub.Hub) {
	defer r.Close()
	if err := shop(r, h); err != nil {
		fmt.Fprintln(out, err)
	}
}

func main() {
	listen := flag.String("listen", "", "address for browsers, such as localhost:8080")
	socket := flag.String("socket", "", "path of a socket for greenlet durable")
	flag.DurationVar(&day, "day", 20*time.Second, "how long a day takes with -listen or -socket")
	flag.Parse()
	if *listen != "" || *socket != "" {
		if err := serve(*listen, *socket); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	day = 24 * time.Hour
	h := hub.NewSimulated(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	h.Go(run, task.New(h, memory.New(h)), h)
	if err := h.Run(context.Background()); err != nil {
		fmt.Fprintln(out, err)
	}
}
