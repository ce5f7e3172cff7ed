package bench

import greenlet "github.com/going-green/greenlet/runtime"

//go:generate go tool greenlet

// sink keeps what is computed from being optimised away.
var sink int

// count is a generator with one frame.
//
//greenlet:resumable
func count(n int) {
	for i := range n {
		greenlet.Yield(i)
	}
}

func countSeq(n int) {
	sum := 0
	for v := range greenlet.Seq(newCountFrame(n)) {
		sum += v
	}
	sink = sum
}

func countPull(n int) {
	next, stop := greenlet.Pull(newCountFrame(n))
	defer stop()
	sum := 0
	for v, ok := next(); ok; v, ok = next() {
		sum += v
	}
	sink = sum
}

// walk yields the values of a tree in order.
//
//greenlet:resumable
func (t *tree) walk() {
	if t == nil {
		return
	}
	t.left.walk()
	greenlet.Yield(t.value)
	t.right.walk()
}

func treeSeq(n int) {
	sum := 0
	for n > 0 {
		for v := range greenlet.Seq(forest.newWalkFrame()) {
			sum += v
			if n--; n == 0 {
				break
			}
		}
	}
	sink = sum
}

func treePull(n int) {
	sum := 0
	for n > 0 {
		next, stop := greenlet.Pull(forest.newWalkFrame())
		for v, ok := next(); ok; v, ok = next() {
			sum += v
			if n--; n == 0 {
				break
			}
		}
		stop()
	}
	sink = sum
}

// side is one of two greenlets that switch to each other.
type side struct {
	self  *greenlet.Greenlet
	other *side
	depth int // for deep: how many calls the switches are below
}

func newSides(depth int) (a, b *side) {
	a, b = &side{depth: depth}, &side{depth: depth}
	a.other, b.other = b, a
	return a, b
}

// counter hands a number to the other side, which counts it down.
//
//greenlet:resumable
func (s *side) counter(n int) {
	for n > 0 {
		n = greenlet.Switch[int](s.other.self, n-1)
	}
}

func pingValue(n int) {
	a, b := newSides(1)
	a.self = greenlet.New(a.newCounterFrame(0))
	b.self = greenlet.New(b.newCounterFrame(0))
	a.self.Switch(n)
	sink = 0
}

// toucher switches to the other side without a value.
//
//greenlet:resumable
func (s *side) toucher(n int) {
	for range n {
		s.other.self.Switch()
	}
}

func pingNone(n int) {
	a, b := newSides(1)
	a.self = greenlet.New(a.newToucherFrame((n + 1) / 2))
	b.self = greenlet.New(b.newToucherFrame(n / 2))
	a.self.Switch()
	sink = 0
}

// deep is counter below depth-1 other calls.
//
//greenlet:resumable
func (s *side) deep(n int) {
	if s.depth > 1 {
		s.depth--
		s.deep(n)
		return
	}
	for n > 0 {
		n = greenlet.Switch[int](s.other.self, n-1)
	}
}

func pingDeep(n, depth int) {
	a, b := newSides(depth)
	a.self = greenlet.New(a.newDeepFrame(0))
	b.self = greenlet.New(b.newDeepFrame(0))
	a.self.Switch(n)
	sink = 0
}

func createPull(n int) {
	sum := 0
	for range n {
		next, stop := greenlet.Pull(newCountFrame(1))
		v, _ := next()
		sum += v
		next()
		stop()
	}
	sink = sum
}

// spawnByValue is spawnPlain without the constructor.
func spawnByValue(n int) {
	sum := 0
	for i := range n {
		sum += greenlet.New(maybe, i).Switch().(int)
	}
	sink = sum
}

func spawnPlain(n int) {
	sum := 0
	for i := range n {
		sum += greenlet.New(newMaybeFrame(i)).Switch().(int)
	}
	sink = sum
}

// manySpawned is spawnPlain in resumable code, where nothing is entered or left.
//
//greenlet:resumable
func manySpawned(n int) int {
	sum := 0
	for i := range n {
		sum += greenlet.New(newMaybeFrame(i)).Switch().(int)
	}
	return sum
}

func spawnResumable(n int) {
	sink = greenlet.Call(newManySpawnedFrame(n)).Results()
}

// maybe would yield a negative number.
//
//greenlet:resumable
func maybe(i int) int {
	if i < 0 {
		greenlet.Yield(i)
	}
	return i & 7
}

// manyCalls calls maybe n times, which never suspends.
//
//greenlet:resumable
func manyCalls(n int) int {
	sum := 0
	for i := range n {
		sum += maybe(i)
	}
	return sum
}

func callResumable(n int) {
	sink = greenlet.Call(newManyCallsFrame(n)).Results()
}
