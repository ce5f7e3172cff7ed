// Package cron starts durable tasks by a schedule. A schedule is a durable task itself: it sleeps in the store, and goes on
// where it was when the process ends.
package cron

import (
	"context"
	"fmt"
	"time"

	"github.com/going-green/greenlet/durable/task"
	"github.com/robfig/cron/v3"
)

//go:generate go tool greenlet

// Spec says when: what [cron.ParseStandard] takes, as "30 6 * * 1-5", "@daily", "@every 1h", or "CRON_TZ=Europe/Rome 0 6 * * *". Times are
// those of UTC if it names no zone.
type Spec string

// next is the next time behind one.
func (s Spec) next(behind time.Time) (time.Time, error) {
	schedule, err := cron.ParseStandard(string(s))
	if err != nil {
		return time.Time{}, fmt.Errorf("durable: the schedule %q: %w", string(s), err)
	}
	next := schedule.Next(behind.UTC())
	if next.IsZero() {
		return next, fmt.Errorf("durable: the schedule %q has no time in the next five years", string(s))
	}
	return next, nil
}

// Start starts a schedule, a task called id: at each of its times it starts fn as a task of its own, called id/ and the
// time, as 2027-01-01T06:30:00Z. fn is a durable function, and gets the time; it is to be known by durable.Func, unless a durable
// function of its package names it. Times at which nobody ran are made up for
// by one: the last of them. A schedule that is there already stays as it is: to change it, kill it, forget it, and start it.
//
//greenlet:resumable
func Start(ctx context.Context, r *task.Runner, id string, s Spec, fn func(*task.Task, time.Time) error) error {
	if _, err := s.next(time.Unix(0, 0)); err != nil {
		return err
	}
	return r.Start(ctx, id, schedule, s, fn)
}

// schedule is the task of one.
//
//greenlet:resumable durable
func schedule(t *task.Task, s Spec, fn func(*task.Task, time.Time) error) error {
	last := t.Now()
	for {
		at, err := s.next(last)
		if err != nil {
			return err
		}
		t.SleepUntil(at)
		for { // those that were missed
			next, err := s.next(at)
			if err != nil || next.After(t.Now()) {
				break
			}
			at = next
		}
		task.Run(t, t.ID()+"/"+at.Format(time.RFC3339), fn, at, task.Detached())
		last = at
	}
}
