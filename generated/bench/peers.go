package bench

import "iter"

func countPush(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func countIterPull(n int) {
	next, stop := iter.Pull(countPush(n))
	defer stop()
	sum := 0
	for v, ok := next(); ok; v, ok = next() {
		sum += v
	}
	sink = sum
}

func countPushed(n int) {
	sum := 0
	countPush(n)(func(v int) bool {
		sum += v
		return true
	})
	sink = sum
}

func countChannel(n int) {
	values := make(chan int)
	go func() {
		for i := range n {
			values <- i
		}
		close(values)
	}()
	sum := 0
	for v := range values {
		sum += v
	}
	sink = sum
}

// counterByHand is count as one would write it as a state machine.
type counterByHand struct{ i, n int }

func (c *counterByHand) next() (v int, ok bool) {
	if c.i >= c.n {
		return 0, false
	}
	v = c.i
	c.i++
	return v, true
}

func countByHand(n int) {
	c := &counterByHand{n: n}
	next := c.next // as a func value, as Pull gives it
	sum := 0
	for v, ok := next(); ok; v, ok = next() {
		sum += v
	}
	sink = sum
}

// tree is a binary tree.
type tree struct {
	value       int
	left, right *tree
}

// TreeSize is the number of nodes of the tree that is walked.
const TreeSize = 1 << 16

var forest = newTree(0, TreeSize)

// newTree is a balanced tree of the numbers from low up to high.
func newTree(low, high int) *tree {
	if low == high {
		return nil
	}
	middle := (low + high) / 2
	return &tree{middle, newTree(low, middle), newTree(middle+1, high)}
}

func (t *tree) push(yield func(int) bool) bool {
	return t == nil || t.left.push(yield) && yield(t.value) && t.right.push(yield)
}

func treeIterPull(n int) {
	sum := 0
	for n > 0 {
		next, stop := iter.Pull(func(yield func(int) bool) { forest.push(yield) })
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

func treeChannel(n int) {
	sum := 0
	for n > 0 {
		values, stop := make(chan int), make(chan struct{})
		go func() {
			defer close(values)
			forest.push(func(v int) bool {
				select {
				case values <- v:
					return true
				case <-stop:
					return false
				}
			})
		}()
		for v := range values {
			sum += v
			if n--; n == 0 {
				break
			}
		}
		close(stop)
	}
	sink = sum
}

func treePush(n int) {
	sum := 0
	for n > 0 {
		forest.push(func(v int) bool {
			sum += v
			n--
			return n > 0
		})
	}
	sink = sum
}

// treeStack is walk with the stack kept by hand.
type treeStack []*tree

func (s *treeStack) descend(t *tree) {
	for ; t != nil; t = t.left {
		*s = append(*s, t)
	}
}

func (s *treeStack) next() (int, bool) {
	top := len(*s) - 1
	if top < 0 {
		return 0, false
	}
	t := (*s)[top]
	*s = (*s)[:top]
	s.descend(t.right)
	return t.value, true
}

func treeByHand(n int) {
	sum := 0
	for n > 0 {
		var s treeStack
		s.descend(forest)
		next := s.next
		for v, ok := next(); ok; v, ok = next() {
			sum += v
			if n--; n == 0 {
				break
			}
		}
	}
	sink = sum
}

func pingChannel(n int) {
	there, back := make(chan int), make(chan int)
	pass := func(from <-chan int, to chan<- int) {
		for left := range from {
			if left == 0 {
				close(to)
				return
			}
			to <- left - 1
		}
	}
	go pass(there, back)
	there <- n - 1
	pass(back, there)
	sink = 0
}

// player is one side of a ping-pong of state machines: it does its part and
// says who is next.
type player struct {
	n     int
	other *player
}

//go:noinline
func (p *player) step() *player {
	if p.n == 0 {
		return nil
	}
	p.other.n = p.n - 1
	return p.other
}

func pingByHand(n int) {
	a, b := &player{n: n}, &player{}
	a.other, b.other = b, a
	for p := a; p != nil; {
		p = p.step()
	}
	sink = 0
}

func createIterPull(n int) {
	sum := 0
	for range n {
		next, stop := iter.Pull(countPush(1))
		v, _ := next()
		sum += v
		next()
		stop()
	}
	sink = sum
}

func spawnGoroutine(n int) {
	sum := 0
	for i := range n {
		result := make(chan int)
		go func() { result <- i & 7 }()
		sum += <-result
	}
	sink = sum
}

func createGoroutine(n int) {
	sum := 0
	for range n {
		values := make(chan int)
		go func() {
			values <- 0
			close(values)
		}()
		sum += <-values
		<-values
	}
	sink = sum
}

//go:noinline
func maybePlain(i int) int {
	if i < 0 {
		sink = i
	}
	return i & 7
}

func callPlain(n int) {
	sum := 0
	for i := range n {
		sum += maybePlain(i)
	}
	sink = sum
}
