package admin

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/going-green/greenlet/durable/task"
)

// The figures in Prometheus' text format.

// exposition is what is written.
type exposition struct{ bytes.Buffer }

func (x *exposition) family(name, kind, help string) {
	fmt.Fprintf(x, "# HELP greenlet_durable_%s %s\n# TYPE greenlet_durable_%[1]s %[3]s\n", name, help, kind)
}

// sample writes one; labels are names and values.
func (x *exposition) sample(name string, value float64, labels ...string) {
	x.WriteString("greenlet_durable_" + name)
	for i := 0; i < len(labels); i += 2 {
		x.WriteString([]string{"{", ","}[min(i, 1)])
		x.WriteString(labels[i] + `="` + labelEscape.Replace(strings.ToValidUTF8(labels[i+1], "\ufffd")) + `"`)
	}
	if len(labels) > 0 {
		x.WriteByte('}')
	}
	x.WriteString(" " + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
}

var labelEscape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (x *exposition) single(name, kind, help string, value float64) {
	x.family(name, kind, help)
	x.sample(name, value)
}

func (x *exposition) histogram(name, help string, h *histogram) {
	x.family(name, "histogram", help)
	total := uint64(0)
	for i, bound := range bounds {
		if h.counts != nil {
			total += h.counts[i]
		}
		x.sample(name+"_bucket", float64(total), "le", strconv.FormatFloat(bound, 'g', -1, 64))
	}
	if h.counts != nil {
		total += h.counts[len(bounds)]
	}
	x.sample(name+"_bucket", float64(total), "le", "+Inf")
	x.sample(name+"_sum", h.sum)
	x.sample(name+"_count", float64(total))
}

func (x *exposition) labelled(name, help, label string, m map[figure]uint64) {
	x.family(name, "counter", help)
	keys := slices.SortedFunc(maps.Keys(m), func(a, b figure) int {
		return cmp.Or(cmp.Compare(a.fn, b.fn), cmp.Compare(a.outcome, b.outcome))
	})
	for _, k := range keys {
		x.sample(name, float64(m[k]), "func", k.fn, label, k.outcome)
	}
}

func (a *Admin) metrics(w http.ResponseWriter, req *http.Request) {
	var x exposition
	a.censusFigures(req.Context(), &x)
	if a.runner != nil {
		a.loopFigures(req.Context(), &x)
		a.figures.write(&x)
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(x.Bytes())
}

// censusFigures are those of the store. If it takes too long they are those of before, or none.
func (a *Admin) censusFigures(ctx context.Context, x *exposition) {
	ctx, cancel := context.WithTimeout(ctx, a.o.Patience)
	defer cancel()
	n, _ := a.count(ctx) // who misses them finds out why by api/tasks
	if n == nil {
		return
	}
	x.family("tasks", "gauge", "Tasks in the store, by state.")
	for _, state := range slices.Sorted(maps.Keys(n.states)) {
		x.sample("tasks", float64(n.states[state]), "state", state)
	}
	oldest := 0.0
	if !n.oldest.IsZero() {
		if now, err := a.store.now(ctx); err == nil {
			oldest = max(now.Sub(n.oldest).Seconds(), 0)
		}
	}
	x.single("oldest_due_seconds", "gauge", "For how long the task has been due that has been so for longest, of those that no worker has.", oldest)
	x.single("tasks_age_seconds", "gauge", "How old the figures of tasks in the store are.", time.Since(n.at).Seconds())
}

// loopFigures are those that the loop has, and how long it takes to answer.
func (a *Admin) loopFigures(ctx context.Context, x *exposition) {
	ctx, cancel := context.WithTimeout(ctx, min(time.Second, a.o.Patience))
	defer cancel()
	begun := time.Now()
	var counts task.Counts
	_, err := a.store.ask(ctx, func(q *question) {
		counts, q.err = a.runner.Counts(), nil
		close(q.done)
	})
	x.single("loop_delay_seconds", "gauge", "How long the loop took to answer to this request; a second if it did not.", time.Since(begun).Seconds())
	if err == nil {
		x.single("loaded_tasks", "gauge", "Tasks in memory.", float64(counts.Loaded))
	}
}

func (f *figures) write(x *exposition) {
	f.lock.Lock()
	defer f.lock.Unlock()
	counter := func(name, help string, n uint64) { x.single(name, "counter", help, float64(n)) }
	counter("claims_total", "Tasks that this worker has got from the store.", f.claims)
	x.histogram("claim_delay_seconds", "How late tasks were when they were claimed.", &f.late)
	counter("steps_total", "Changes of tasks that were committed.", f.steps)
	counter("commits_total", "Transactions, each with changes of some tasks.", f.commits)
	x.histogram("commit_seconds", "How long a transaction took.", &f.commit)
	x.labelled("effects_total", "Calls by Do that have ended, by function and outcome.", "outcome", f.effects)
	x.histogram("effect_seconds", "How long a call by Do took.", &f.effect)
	x.single("effects_running", "gauge", "Calls by Do under way.", float64(f.calls-f.returned))
	counter("effect_retries_total", "Calls by Do that were not the first of their key.", f.retries)
	x.labelled("ended_total", "Tasks that have ended here, by function and how: done, with an error, failed by a panic, canceled.", "how", f.ended)
	counter("parked_total", "Times that a task was parked.", f.parked)
	counter("fenced_total", "Changes that were refused, since the task was another worker's by then.", f.fenced)
	counter("lost_total", "Changes that could not be committed.", f.lost)
}
