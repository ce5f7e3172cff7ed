// Command bulkimport imports 100,000 rows as a durable task, with a task for each thousand, of which eight run at a time. Where the process
// ends, rows that were imported are not again, but for those under way: they have the same keys.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
)

//go:generate go tool greenlet

const (
	atOnce   = 8
	perChunk = 1000
)

// Report is what an import has come to.
type Report struct {
	Rows, Bad int
	Sum       int
}

// imports imports rows, some at once.
//
//greenlet:resumable durable
func imports(t *task.Task, rows int) (Report, error) {
	var total Report
	var under []task.Child[Report]
	for next := 0; next < rows || len(under) > 0; {
		if next < rows && len(under) < atOnce {
			end := min(next+perChunk, rows)
			under = append(under, task.Go(t, fmt.Sprintf("%s/%06d", t.ID(), next), chunk, Range{next, end}))
			next = end
			continue
		}
		i, part, err := task.First(t, under)
		if err != nil {
			return total, err
		}
		under = append(under[:i:i], under[i+1:]...)
		total.Rows += part.Rows
		total.Bad += part.Bad
		total.Sum += part.Sum
		t.SetAttr("rows", fmt.Sprint(total.Rows))
	}
	return total, nil
}

// Range are rows.
type Range struct{ From, To int }

// chunk imports a part, in steps of 250 rows.
//
//greenlet:resumable durable
func chunk(t *task.Task, r Range) (Report, error) {
	var all Report
	for from := r.From; from < r.To; from += 250 {
		part, err := task.Do(t, insert, Range{from, min(from+250, r.To)}, task.Retry(10))
		if err != nil {
			return all, err
		}
		all.Rows += part.Rows
		all.Bad += part.Bad
		all.Sum += part.Sum
	}
	return all, nil
}

// insert is a transaction of a database; the key would go into a table there.
func insert(_ context.Context, r Range) (part Report, err error) {
	for i := r.From; i < r.To; i++ {
		if i%997 == 0 {
			part.Bad++
			continue
		}
		part.Rows++
		part.Sum += i
	}
	return part, nil
}

// loads has rows imported.
//
//greenlet:resumable
func loads(r *task.Runner, rows int) error {
	ctx := context.Background()
	if err := r.Start(ctx, "import", imports, rows); err != nil {
		return err
	}
	got, err := task.Result[Report](ctx, r, "import")
	var ended *task.EndedError
	if err != nil && !errors.As(err, &ended) {
		return err
	}
	want, _ := insert(ctx, Range{0, rows})
	if got != want || err != nil {
		return fmt.Errorf("%v instead of %v: %w", got, want, err)
	}
	fmt.Fprintf(out, "%d rows, %d bad ones\n", got.Rows, got.Bad)
	return nil
}

var out io.Writer = os.Stdout

//greenlet:resumable
func run(r *task.Runner) {
	defer r.Close()
	if err := loads(r, 100_000); err != nil {
		fmt.Fprintln(out, err)
	}
	c := r.Counts()
	fmt.Fprintf(out, "%d tasks, %d calls, %d steps\n", c.Ended, c.Calls, c.Steps)
}

func main() {
	h := hub.NewSimulated(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	h.Go(run, task.New(h, memory.New(h)))
	if err := h.Run(context.Background()); err != nil {
		fmt.Fprintln(out, err)
	}
}
