// Package measure has ways to do the same work take turns, round by round, and keeps
// how long each takes.
package measure

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/going-green/greenlet/bench/report"
)

// Way is a way to do some work.
type Way struct {
	Row *report.Row
	Do  Do
}

// Do does n units of work: it returns how many nanoseconds each took, and what was
// computed.
type Do func(ctx context.Context, n int) (each float64, sum int, err error)

// Timed is a group that is measured by time. The first way says what must be computed.
type Timed struct {
	Group    *report.Group
	Ways     []Way
	Fixed    int // units of work in each turn; 0: as many as take about Slice
	Least    int // units of work in each turn
	Rounds   int
	Slice    time.Duration
	Progress *Progress
}

// Add adds a way to the group.
func (t *Timed) Add(r *report.Row, do Do) {
	t.Group.Rows = append(t.Group.Rows, r)
	t.Ways = append(t.Ways, Way{r, do})
}

// checked is the size of the work by which it is checked that all compute the
// same. It is no round number, so that a ring ends at a member that is not the
// first.
const checked = 10_123

// Measure goes through the rounds. Its error is that of ctx: a way that fails is noted
// as missing.
func (t *Timed) Measure(ctx context.Context) error {
	t.Progress.Show("%s: checking that all compute the same", t.Group.Name)
	var want int
	for i, w := range t.Ways {
		if w.Row.Missing != "" {
			continue
		}
		n := checked
		if t.Fixed != 0 {
			n = t.Fixed
		}
		_, sum, err := w.Do(ctx, n)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			w.Row.Miss(err.Error())
		case i == 0:
			want = sum
		case sum != want:
			w.Row.Miss(fmt.Sprintf("wrong: it computes %d, not %d", sum, want))
		}
	}
	for _, w := range t.Ways {
		t.Progress.Show("%s: %s: how much fits in %v", t.Group.Name, w.Row.Label(), t.Slice)
		if err := t.calibrate(ctx, w); err != nil {
			return err
		}
	}
	for round := range t.Rounds {
		for k := range t.Ways {
			w := t.Ways[(k+round)%len(t.Ways)] // nobody is always first
			if w.Row.Missing != "" {
				continue
			}
			t.Progress.Show("%s: round %d of %d: %s", t.Group.Name, round+1, t.Rounds, w.Row.Label())
			each, _, err := w.Do(ctx, w.Row.Units)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				w.Row.Miss(err.Error())
				continue
			}
			w.Row.Rounds = append(w.Row.Rounds, each)
		}
	}
	return nil
}

// calibrate finds how much work a way does in its time.
func (t *Timed) calibrate(ctx context.Context, w Way) error {
	if t.Fixed != 0 {
		w.Row.Units = t.Fixed
		return nil
	}
	for n := max(100, t.Least); w.Row.Missing == ""; n *= 2 {
		each, _, err := w.Do(ctx, n)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			w.Row.Miss(err.Error())
			return nil
		}
		if each*float64(n) > float64(t.Slice)/4 {
			w.Row.Units = max(int(float64(t.Slice)/each), t.Least, 1)
			return nil
		}
	}
	return nil
}

// Selected reports whether name begins with one of prefixes, which are separated by
// commas. Capitals don't matter; without prefixes all are selected.
func Selected(name, prefixes string) bool {
	if prefixes == "" {
		return true
	}
	for _, p := range strings.Split(prefixes, ",") {
		if p != "" && strings.HasPrefix(strings.ToLower(name), strings.ToLower(p)) {
			return true
		}
	}
	return false
}
