package main

import (
	"io"
	"testing"

	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/durable/task/tasktest"
)

//greenlet:resumable
func uses(r *task.Runner) error { return office(r) }

// The process is killed, and its machine loses power, again and again.
func TestSurvivesCrashes(t *testing.T) {
	out = io.Discard
	tasktest.Crashes(t, 20, uses)
}
