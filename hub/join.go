package hub

import (
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// JoinAll waits until all tasks have ended, and returns the first error, in the order of
// [AsReady].
//
//greenlet:resumable
func JoinAll(tasks ...*Task) error { return firstError(Await(-1, tasks...)) }

// JoinAllFor is JoinAll that gives up after d: ok reports whether all have ended, and err
// is the first error of those that have.
//
//greenlet:resumable
func JoinAllFor(d time.Duration, tasks ...*Task) (err error, ok bool) {
	ended := AwaitFor(d, -1, tasks...)
	return firstError(ended), len(ended) == len(tasks)
}

func firstError(tasks []*Task) error {
	for _, t := range tasks {
		if err := t.Err(); err != nil {
			return err
		}
	}
	return nil
}

// KillAll interrupts all tasks by [greenlet.Exit], and waits until they have ended. If the
// task that calls it is one of them it ends last.
//
//greenlet:resumable
func KillAll(tasks ...*Task) {
	others, suicide := killOthers(tasks)
	Await(-1, others...)
	if suicide {
		panic(greenlet.Exit)
	}
}

// KillAllFor is KillAll that gives up after d: it reports whether all have ended. A task
// may recover and go on, or take its time to clean up.
//
//greenlet:resumable
func KillAllFor(d time.Duration, tasks ...*Task) bool {
	others, suicide := killOthers(tasks)
	ended := AwaitFor(d, -1, others...)
	if suicide {
		panic(greenlet.Exit)
	}
	return len(ended) == len(others)
}

// killOthers interrupts all of tasks but the one that runs.
func killOthers(tasks []*Task) (others []*Task, suicide bool) {
	for _, t := range tasks {
		if t == t.hub.running {
			suicide = true
			continue
		}
		t.Interrupt(greenlet.Exit)
		others = append(others, t)
	}
	return others, suicide
}
