package hub

import (
	"math/rand/v2"
	"time"
)

// NewSeeded is [NewSimulated] with chance: all that a program may not rely on is drawn from
// the seed. That is the order of the tasks that are ready in a turn of the loop, the order of
// timers that are due at the same instant, and what is drawn from [Hub.Rand]. The same
// program does the same with the same seed, however many processors there are.
//
// Nothing but the hub and its tasks may take part. [Block] calls its function in the loop,
// after a time that is drawn; [Hub.Post] by another goroutine panics. A signal comes when it
// comes, and so does the end of a context that has a deadline. What a program must leave alone
// itself is all else that differs from run to run: goroutines, select with several cases,
// the order in which a map is ranged over, [time.Now], the global functions of math/rand,
// addresses. See [Hub.SetTrace] to find out.
func NewSeeded(start time.Time, seed uint64) *Hub {
	h := NewSimulated(start)
	h.chance = rand.New(rand.NewPCG(seed, 0))
	h.timers.chance = h.chance
	h.random = h.chance
	return h
}

// Seeded reports whether [NewSeeded] has made h.
func (h *Hub) Seeded() bool { return h.chance != nil }

// Rand is the hub's source of random numbers: that of [NewSeeded], or else one that differs
// from hub to hub. It is for the goroutine of the hub.
func (h *Hub) Rand() *rand.Rand {
	if h.random == nil {
		h.random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return h.random
}

// shuffle draws the order of the tasks that are ready. Those that become so meanwhile have
// their turn after them all the same: that is what [Hub.Yield] promises.
func (h *Hub) shuffle() {
	if h.ready.n < 2 {
		return
	}
	for h.ready.n > 0 {
		h.shuffled = append(h.shuffled, h.ready.pop())
	}
	h.chance.Shuffle(len(h.shuffled), func(i, j int) {
		h.shuffled[i], h.shuffled[j] = h.shuffled[j], h.shuffled[i]
	})
	for _, t := range h.shuffled {
		h.ready.push(t)
	}
	clear(h.shuffled)
	h.shuffled = h.shuffled[:0]
}

// longestBlock is how long a call of [Block] takes at most, of a hub with a seed.
const longestBlock = 10 * time.Millisecond

// doLater has the loop do job, after a time that is drawn.
func (h *Hub) doLater(job func()) {
	h.workers.todo++ // no other goroutine is there
	h.AfterFunc(time.Duration(h.chance.Int64N(int64(longestBlock))), func() {
		h.workers.todo--
		job()
	})
}
