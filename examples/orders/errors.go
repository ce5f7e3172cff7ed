package main

import (
	"errors"

	"github.com/going-green/greenlet/durable/engine"
)

// known is err, unless that says that what was sent is known, or comes too late.
func known(err error) error {
	if errors.Is(err, engine.ErrKnown) || errors.Is(err, engine.ErrEnded) {
		return nil
	}
	return err
}
