package bench

import greenlet "github.com/going-green/greenlet/runtime"

// blender takes numbers in and hands back what it has blended them into.
//
//greenlet:resumable
func blender(x int) {
	blend := 0
	for {
		blend = blended(blend, x)
		x = greenlet.Exchange[int](blend)
	}
}

// blended and spoon stay small, so that all languages compute the same.
func blended(blend, x int) int { return (blend*31 + x) & 0xffff }
func spoon(blend, i int) int   { return blend&1023 + i&7 }

func exchangeSwitch(n int) {
	g := greenlet.New(newBlenderFrame(0))
	blend := 0
	for i := range n {
		blend = greenlet.Switch[int](g, spoon(blend, i))
	}
	sink = blend
}

func exchangeExchanger(n int) {
	blender := greenlet.Exchanger(newBlenderFrame(0))
	defer blender.Stop()
	blend, _ := blender.Next()
	for i := range n {
		blend, _ = blender.Send(spoon(blend, i))
	}
	sink = blend
}

// RingSize is the number of members of the ring.
const RingSize = 1000

// member is one of a ring, who passes a number on that is counted down.
type member struct {
	number int
	self   *greenlet.Greenlet
	next   *member
}

//greenlet:resumable
func (m *member) pass(left int) {
	for left > 0 {
		left = greenlet.Switch[int](m.next.self, left-1)
	}
	greenlet.Switch[int](greenlet.Main(), m.number)
}

func ringSwitch(n int) {
	members := make([]member, RingSize)
	for i := range members {
		m := &members[i]
		m.number, m.next = i, &members[(i+1)%RingSize]
		m.self = greenlet.New(m.newPassFrame(0))
	}
	sink = greenlet.Switch[int](members[0].self, n)
}

// descend calls itself so many times, suspends, and counts the calls on the way
// back.
//
//greenlet:resumable
func descend(depth int) int {
	if depth == 0 {
		greenlet.Yield(0)
		return 0
	}
	return descend(depth-1) + 1
}

func descendSwitch(n int) {
	frame := newDescendFrame(n)
	g := greenlet.New(frame)
	g.Switch()
	g.Switch()
	sink = frame.Results()
}

// BatchSize is how many are alive at a time.
const BatchSize = 1000

func batchPull(n int) {
	sum := 0
	type puller struct {
		next func() (int, bool)
		stop func()
	}
	for n > 0 {
		batch := make([]puller, min(n, BatchSize))
		for i := range batch {
			next, stop := greenlet.Pull(newCountFrame(1))
			v, _ := next()
			sum += v
			batch[i] = puller{next, stop}
		}
		for _, p := range batch {
			p.next()
			p.stop()
		}
		n -= len(batch)
	}
	sink = sum
}
