package register

import "testing"

// BenchmarkSeed is one run of the example with a seed: how many a second there are on a core, with GOMAXPROCS=1.
func BenchmarkSeed(b *testing.B) {
	s := Simulation(false, Check)
	seed := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		seed++
		if err := s.Run(seed, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "seeds/s")
}
