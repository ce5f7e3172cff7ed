package bench

import (
	"cmp"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/going-green/greenlet/durable/postgres/internal/pgtest"

	"github.com/stretchr/testify/require"
)

var (
	rounds   = flag.Int("rounds", 1, "how often each work is done by each way, in turns")
	tasks    = flag.Int("tasks", 8, "how many tasks run at a time where many do")
	steps    = flag.Int("steps", 5, "how many steps each has")
	starts   = flag.Int("starts", 5, "how many tasks are started one after the other")
	sleepers = flag.Int("sleepers", 50, "how many tasks sleep")
)

// way does the work with a library. All of it is on one schema of one database, which is empty at first.
type way interface {
	// steps runs tasks at a time, each of as many steps, which are calls of a function whose results are kept, and
	// gives the sum of their results: a step's is 1. It takes from the first start to the last result: not how long it is to open or close.
	steps(t *testing.T, tasks, steps int) (sum int, took time.Duration)
	// starts has tasks of one step run, one after the other, and gives how long each has taken from the start to the call.
	starts(t *testing.T, n int) []time.Duration
	// sleeps has tasks sleep for long, and calls f when they do.
	sleeps(t *testing.T, n int, f func())
}

// opens has a way for each library, by its name. It opens it on a database that has nothing of it, in the schema that it names.
var opens = []struct {
	name string
	open func(t *testing.T, url, schema string) way
}{
	{"greenlet", openGreenlet},
	{"dbos", openDBOS},
}

// figure is a value for each round.
type figure struct {
	name   string
	rounds map[string][]float64
}

func (f *figure) add(way string, v float64) {
	if f.rounds == nil {
		f.rounds = map[string][]float64{}
	}
	f.rounds[way] = append(f.rounds[way], v)
}

// TestSideBySide requires that both ways do all of the work, and prints how long that takes. In each round each has its turn, so that what
// disturbs the machine disturbs both; who is first changes.
func TestSideBySide(t *testing.T) {
	s := pgtest.Start(t)
	many := figure{name: fmt.Sprintf("steps/s, %d tasks", *tasks)}
	single := figure{name: "steps/s, 1 task"}
	first := figure{name: "start to effect, ms"}
	store := figure{name: "a sleeping task, bytes in the store"}
	heap := figure{name: "a sleeping task, bytes of heap"}
	for round := range *rounds {
		for i := range opens {
			o := opens[(i+round)%len(opens)]
			schema := func(what string) string { return fmt.Sprintf("%s_%s_%d", o.name, what, round) }

			for _, f := range []struct {
				*figure
				tasks int
			}{{&many, *tasks}, {&single, 1}} {
				w := o.open(t, s.URL(), schema(fmt.Sprint("steps", f.tasks)))
				sum, took := w.steps(t, f.tasks, *steps)
				require.Equal(t, f.tasks**steps, sum, "%s has not done all steps", o.name)
				f.add(o.name, float64(sum)/took.Seconds())
			}

			took := o.open(t, s.URL(), schema("starts")).starts(t, *starts)
			require.Len(t, took, *starts)
			slices.Sort(took)
			first.add(o.name, took[len(took)/2].Seconds()*1e3)

			w := o.open(t, s.URL(), schema("sleeps"))
			before := live()
			w.sleeps(t, *sleepers, func() {
				after := live()
				heap.add(o.name, max(0, float64(after)-float64(before))/float64(*sleepers))
				size := bytesOf(t, s, schema("sleeps"))
				require.Positive(t, size)
				store.add(o.name, float64(size)/float64(*sleepers))
			})
		}
	}
	t.Log("\n" + table(&many, &single, &first, &store, &heap))
}

// live is what the heap has after a collection.
func live() uint64 {
	runtime.GC()
	runtime.GC() // also what finalizers have let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// bytesOf is the size of a schema's tables, with their indexes.
func bytesOf(t *testing.T, s *pgtest.Server, schema string) (n int64) {
	require.NoError(t, s.Query(&n, `select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint from pg_class c
		join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname = $1`, schema))
	return n
}

// table has a line for each figure: medians of the rounds, and of the ratios within the rounds.
func table(list ...*figure) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tgreenlet\tdbos\tgreenlet / dbos\t")
	for _, f := range list {
		ours, theirs := f.rounds["greenlet"], f.rounds["dbos"]
		var ratios []float64
		for i := range ours {
			ratios = append(ratios, ours[i]/theirs[i])
		}
		fmt.Fprintf(w, "%s\t%.4g\t%.4g\t%.3g\t\n", f.name, median(ours), median(theirs), median(ratios))
	}
	w.Flush()
	return b.String()
}

func median[T cmp.Ordered](list []T) T {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
