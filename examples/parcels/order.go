package parcels

import (
	"context"
	"errors"
	"time"

	"github.com/going-green/greenlet/durable/task"
)

// Order is what a customer wants.
type Order struct {
	ID    string `json:"id"`
	Item  string `json:"item"`
	Cents int    `json:"cents"`
}

// Patience is how long an order waits for the customer's word.
const Patience = 30 * 24 * time.Hour

var (
	confirm        = task.Signal[bool]("confirm")
	errUnconfirmed = errors.New("not confirmed")
)

// deliver is the life of an order. It may take weeks; that the service ends meanwhile, or is another version, changes
// nothing.
//
//greenlet:resumable durable
func deliver(t *task.Task, o Order) (err error) {
	if _, err := task.Do(t, charge, o, task.Retry(5)); err != nil {
		return err
	}
	shipped := false
	defer func() { // also if it is canceled
		if !shipped {
			_, undone := task.Do(t, refund, o, task.Retry(20))
			err = errors.Join(err, undone)
		}
	}()
	ok, err := confirm.Wait(t, Patience)
	if err != nil || !ok {
		return errors.Join(errUnconfirmed, err)
	}
	if _, err := task.Do(t, ship, o, task.Retry(5)); err != nil {
		return err
	}
	shipped = true
	return nil
}

// What an order does is done under a key, which is the same in each try: so it is done once in the books, also if the process
// ends between the deed and the task's note of it.

func charge(ctx context.Context, o Order) (bool, error) {
	return true, note(ctx, o, "charged", o.Cents)
}
func refund(ctx context.Context, o Order) (bool, error) {
	return true, note(ctx, o, "refunded", -o.Cents)
}
func ship(ctx context.Context, o Order) (bool, error) { return true, note(ctx, o, "shipped", 0) }

func note(ctx context.Context, o Order, state string, cents int) error {
	return opened.note(task.Key(ctx), o, state, cents)
}
