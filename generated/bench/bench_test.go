package bench

import (
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func run(b *testing.B, g Group) {
	for _, c := range g.Cases {
		b.Run(c.Name, func(b *testing.B) {
			b.ReportAllocs()
			c.Run(b.N)
		})
	}
}

func BenchmarkGenerator(b *testing.B) { run(b, Generator) }
func BenchmarkTree(b *testing.B)      { run(b, Tree) }
func BenchmarkSwitch(b *testing.B)    { run(b, Switch) }
func BenchmarkDeep(b *testing.B)      { run(b, Deep) }
func BenchmarkCreate(b *testing.B)    { run(b, Create) }
func BenchmarkCall(b *testing.B)      { run(b, Call) }

// BenchmarkMemory reports the bytes of one that is suspended. The number of
// iterations means nothing.
func BenchmarkMemory(b *testing.B) {
	for _, p := range Parkings {
		b.Run(p.Name, func(b *testing.B) {
			b.ReportMetric(p.Bytes(), "B/alive")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// ours calls f for each case that uses greenlets.
func ours(t *testing.T, f func(t *testing.T, g Group, c Case)) {
	for _, g := range Groups() {
		for _, c := range g.Cases {
			if c.Ours {
				t.Run(g.Name+"/"+c.Name, func(t *testing.T) { f(t, g, c) })
			}
		}
	}
}

// TestNoAllocations requires that work which has begun goes on without
// allocating, whatever the beginning takes.
func TestNoAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector sync.Pool drops what it is given")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // collections empty pools
	ours(t, func(t *testing.T, g Group, c Case) {
		if g.Name == Create.Name {
			t.Skip("is all beginning")
		}
		few := testing.AllocsPerRun(3, func() { c.Run(1_000) })
		many := testing.AllocsPerRun(3, func() { c.Run(TreeSize - 1) })
		assert.LessOrEqualf(t, many, few, "allocations of 1,000 and of %d times a %s", TreeSize-1, g.Unit)
	})
}

// TestNoGoroutine requires that no goroutine is started, not even one that
// ends again.
func TestNoGoroutine(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the collector has its own
	created := func() uint64 {
		sample := []metrics.Sample{{Name: "/sched/goroutines-created:goroutines"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	ours(t, func(t *testing.T, _ Group, c Case) {
		before := created()
		c.Run(1_000)
		assert.Equal(t, before, created())
	})
}

// TestSameValues requires that the cases of a group do the same work.
func TestSameValues(t *testing.T) {
	for _, g := range []Group{Generator, Tree, Create, Call} {
		g.Cases[0].Run(TreeSize + 1000)
		want := sink
		for _, c := range g.Cases[1:] {
			sink = -1
			c.Run(TreeSize + 1000)
			assert.Equalf(t, want, sink, "%s/%s", g.Name, c.Name)
		}
	}
}

// TestMemory keeps a million suspended greenlets alive. What they take does
// not depend on the machine's speed, so that it can be required.
func TestMemory(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("allocates much memory")
	}
	i := slices.IndexFunc(Parkings, func(p Parking) bool { return p.Name == "greenlet" })
	require.Equal(t, 1_000_000, Parkings[i].Count)
	assert.LessOrEqual(t, Parkings[i].Bytes(), 160.0)
}
