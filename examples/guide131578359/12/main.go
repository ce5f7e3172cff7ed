package main

import (
	"context"
	"fmt"
	"time"

	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
)

type Item struct {
	ID    string
	Cents int
}

var approve = task.Signal[bool]("approve")

//greenlet:resumable durable
func order(t *task.Task, o Item) (string, error) {
	receipt, err := task.Do(t, charge, o, task.Retry(5))
	if err != nil {
		return "", err
	}
	t.Sleep(48 * time.Hour) // it is in the store only meanwhile
	ok, err := approve.Wait(t, 7*24*time.Hour)
	if err != nil || !ok {
		_, err := task.Do(t, refund, receipt)
		return "refunded", err
	}
	return task.Go(t, "ship-"+o.ID, ship, o).Join(t) // a child task
}

//greenlet:resumable durable
func ship(t *task.Task, o Item) (string, error) {
	t.Sleep(5 * time.Hour)
	return "a parcel with a " + o.ID, nil
}

// What the world sees is done by Do. A service that is given the key does nothing twice.
func charge(ctx context.Context, o Item) (string, error) {
	fmt.Println("charge", o.Cents, "by the key", task.Key(ctx))
	return "receipt of " + o.ID, nil
}

func refund(ctx context.Context, receipt string) (bool, error) {
	fmt.Println("refund the", receipt, "by the key", task.Key(ctx))
	return true, nil
}

//greenlet:resumable
func shop(h *hub.Hub, r *task.Runner) {
	defer r.Close()
	ctx := context.Background()
	for _, o := range []Item{{"book", 1200}, {"car", 900000}} {
		if err := r.Start(ctx, o.ID, order, o); err != nil { // nil: it will run
			panic(err)
		}
	}
	h.Sleep(3 * 24 * time.Hour)
	if err := approve.Send(ctx, r, "book", true); err != nil {
		panic(err)
	}
	fmt.Println(task.Result[string](ctx, r, "book"))
	fmt.Println(task.Result[string](ctx, r, "car"))
}

func main() {
	h := hub.NewSimulated(time.Time{}) // hub.New() for real time
	store := memory.New(h)             // bolt.Open("orders.db") for a file
	h.Go(shop, h, task.New(h, store))
	if err := h.Run(context.Background()); err != nil {
		panic(err)
	}
}
