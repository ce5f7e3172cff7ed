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
	h.chance = drawn{rand.New(rand.NewPCG(seed, scheduling))}
	h.timers.chance = h.chance
	h.random = rand.New(rand.NewPCG(seed, program))
	return h
}

// The streams of a seed. What the hub draws moves nothing that the program draws.
const (
	scheduling = iota
	program
)

// Chance decides what a program may not rely on, in the loop of its hub. A simulator has one
// of its own: it can note what was decided, do that again, or leave some of it out.
type Chance interface {
	// Turn puts tasks in the order in which they run: those that are ready in a turn of
	// the loop, two at least, in the order in which they have become so.
	Turn(ready []*Task)
	// Timers puts n timers in order by calls of swap, as [rand.Shuffle] does: those that are
	// due at the same instant, two at least, in the order in which they were set.
	Timers(n int, swap func(i, j int))
	// Block is how long a call of [Block] takes, less than longest.
	Block(longest time.Duration) time.Duration
}

// SetChance has c decide in place of what is drawn from the seed. It panics unless the hub
// has one. It is for before Run.
func (h *Hub) SetChance(c Chance) {
	if h.chance == nil || c == nil {
		panic("hub: SetChance of a hub without a seed, or to nil")
	}
	h.chance, h.timers.chance = c, c
}

// drawn is the Chance of a seed.
type drawn struct{ *rand.Rand }

func (d drawn) Turn(ready []*Task) {
	d.Shuffle(len(ready), func(i, j int) { ready[i], ready[j] = ready[j], ready[i] })
}

func (d drawn) Timers(n int, swap func(i, j int)) { d.Shuffle(n, swap) }

func (d drawn) Block(longest time.Duration) time.Duration {
	return time.Duration(d.Int64N(int64(longest)))
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

// shuffle has chance decide on the order of the tasks that are ready. Those that become so meanwhile have
// their turn after them all the same: that is what [Hub.Yield] promises.
func (h *Hub) shuffle() {
	if h.hold != nil || len(h.held) > 0 {
		h.holdBack()
	}
	if h.ready.n < 2 {
		return
	}
	for h.ready.n > 0 {
		h.shuffled = append(h.shuffled, h.ready.pop())
	}
	h.chance.Turn(h.shuffled)
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
	h.AfterFunc(h.chance.Block(longestBlock), func() {
		h.workers.todo--
		job()
	})
}
