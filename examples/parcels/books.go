package parcels

import (
	"encoding/json"
	"errors"

	"go.etcd.io/bbolt"
)

// books are the service's database: the state of each order, what has been done, by key, and the account.
type books struct{ db *bbolt.DB }

// opened are those of the process. Tasks can't hold them: what a task holds is stored.
var opened *books

// Entry is what the books have of an order.
type Entry struct {
	Order
	State string `json:"state"`
}

var (
	orders = []byte("orders")
	deeds  = []byte("deeds")
	money  = []byte("account")
)

// errUnknown is of an order that is not in the books.
var errUnknown = errors.New("there is no such order")

func openBooks(path string) (*books, error) {
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{orders, deeds, money} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &books{db}, nil
}

// note does something once for a key: the state, and the money with it, in one transaction.
func (b *books) note(key string, o Order, state string, cents int) error {
	return b.db.Update(func(tx *bbolt.Tx) error {
		if tx.Bucket(deeds).Get([]byte(key)) != nil {
			return nil
		}
		if err := tx.Bucket(deeds).Put([]byte(key), []byte(state)); err != nil {
			return err
		}
		total := 0
		if v := tx.Bucket(money).Get(money); v != nil {
			if err := json.Unmarshal(v, &total); err != nil {
				return err
			}
		}
		if err := put(tx.Bucket(money), money, total+cents); err != nil {
			return err
		}
		return put(tx.Bucket(orders), []byte(o.ID), Entry{o, state})
	})
}

func put(b *bbolt.Bucket, key []byte, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.Put(key, text)
}

// add enters a new order; one that is there stays.
func (b *books) add(o Order) error {
	return b.db.Update(func(tx *bbolt.Tx) error {
		if tx.Bucket(orders).Get([]byte(o.ID)) != nil {
			return nil
		}
		return put(tx.Bucket(orders), []byte(o.ID), Entry{o, "new"})
	})
}

func (b *books) find(id string) (e Entry, err error) {
	err = b.db.View(func(tx *bbolt.Tx) error {
		v := tx.Bucket(orders).Get([]byte(id))
		if v == nil {
			return errUnknown
		}
		return json.Unmarshal(v, &e)
	})
	return e, err
}

func (b *books) total() (cents int, err error) {
	err = b.db.View(func(tx *bbolt.Tx) error {
		if v := tx.Bucket(money).Get(money); v != nil {
			return json.Unmarshal(v, &cents)
		}
		return nil
	})
	return cents, err
}
