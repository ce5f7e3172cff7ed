package bench

import (
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// BenchmarkWork runs what does not have a fixed size.
func BenchmarkWork(b *testing.B) {
	for _, g := range Groups() {
		for _, c := range g.Cases {
			b.Run(g.Name+"/"+c.Name, func(b *testing.B) {
				if g.Fixed == 0 {
					b.ReportAllocs()
					c.Run(b.N)
					return
				}
				for b.Loop() {
					c.Run(g.Fixed)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(g.Fixed), "ns/"+g.Unit)
			})
		}
	}
}

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
		if raceEnabled && g.Fixed != 0 {
			continue // too slow
		}
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
		if g.Begins {
			t.Skip("is all beginning")
		}
		const units = TreeSize - 1
		const begin = units - 50*RingSize // all members of a ring have begun, and the same one is last
		few := testing.AllocsPerRun(3, func() { c.Run(begin) })
		many := testing.AllocsPerRun(3, func() { c.Run(units) })
		assert.LessOrEqualf(t, many, few, "allocations of %d and of %d times a %s", begin, units, g.Unit)
	})
}

// TestNoGoroutine requires that no goroutine is started, not even one that
// ends again. Stacks of their own are coroutines, which Go counts.
func TestNoGoroutine(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the collector has its own
	created := func() uint64 {
		sample := []metrics.Sample{{Name: "/sched/goroutines-created:goroutines"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	ours(t, func(t *testing.T, g Group, c Case) {
		if c.Name == "OnStack" || g.Name == "Section" && c.Name != "compiled" {
			t.Skip("it runs on a coroutine of iter.Pull, which is a goroutine to Go")
		}
		before := created()
		c.Run(size(g, 1_000))
		assert.Equal(t, before, created())
	})
}

// TestSameValues requires that the cases of a group compute the same.
func TestSameValues(t *testing.T) {
	for _, g := range Groups() {
		if raceEnabled && g.Fixed != 0 {
			continue // too slow
		}
		n := size(g, TreeSize+1000)
		g.Cases[0].Run(n)
		want := Sum()
		for _, c := range g.Cases[1:] {
			sink = -1
			c.Run(n)
			assert.Equalf(t, want, Sum(), "%s/%s", g.Name, c.Name)
		}
	}
}

// size is n, or what the group asks for.
func size(g Group, n int) int {
	if g.Fixed != 0 {
		return g.Fixed
	}
	return n
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
