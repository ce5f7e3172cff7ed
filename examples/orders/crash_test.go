package main

import (
	"io"
	"testing"

	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/durable/task/tasktest"
)

//greenlet:resumable
func uses(r *task.Runner) error { return shop(r, r.Hub()) }

// The shop's process is killed, and its machine loses power, again and again.
func TestOrdersSurviveCrashes(t *testing.T) {
	out = io.Discard
	tasktest.Crashes(t, 60, uses)
}
