package bench

import "iter"

func exchangeByHand(n int) {
	blend := 0
	step := func(x int) int { // as a func value, which is not known to the caller
		blend = blended(blend, x)
		return blend
	}
	last := 0
	for i := range n {
		last = step(spoon(last, i))
	}
	sink = last
}

func exchangeIterPull(n int) {
	x := 0 // iter.Pull hands values one way only
	next, stop := iter.Pull(func(yield func(int) bool) {
		blend := 0
		for {
			blend = blended(blend, x)
			if !yield(blend) {
				return
			}
		}
	})
	defer stop()
	blend := 0
	for i := range n {
		x = spoon(blend, i)
		blend, _ = next()
	}
	sink = blend
}

func exchangeChannel(n int) {
	there, back := make(chan int), make(chan int)
	go func() {
		blend := 0
		for x := range there {
			blend = blended(blend, x)
			back <- blend
		}
	}()
	blend := 0
	for i := range n {
		there <- spoon(blend, i)
		blend = <-back
	}
	close(there)
	sink = blend
}

func ringChannel(n int) {
	first := make(chan int)
	last := make(chan int, 1)
	in := first
	for number := range RingSize {
		out := first
		if number < RingSize-1 {
			out = make(chan int)
		}
		go func(in <-chan int, out chan<- int) {
			for left := range in {
				if left < 0 { // once round: all end
					if number < RingSize-1 {
						out <- left
					}
					return
				}
				if left == 0 {
					last <- number
				} else {
					out <- left - 1
				}
			}
		}(in, out)
		in = out
	}
	first <- n
	sink = <-last
	first <- -1
}

// turn is a member of a ring of state machines: it does its part and says who is
// next.
type turn struct {
	number, left int
	next         *turn
}

//go:noinline
func (t *turn) step() *turn {
	if t.left == 0 {
		sink = t.number
		return nil
	}
	t.next.left = t.left - 1
	return t.next
}

func ringByHand(n int) {
	turns := make([]turn, RingSize)
	for i := range turns {
		turns[i].number, turns[i].next = i, &turns[(i+1)%RingSize]
	}
	turns[0].left = n
	for t := &turns[0]; t != nil; {
		t = t.step()
	}
}

// deepChannel is pingChannel with each side below some calls.
func deepChannel(n, depth int) {
	there, back := make(chan int), make(chan int)
	go deepPass(depth, there, back)
	there <- n - 1
	deepPass(depth, back, there)
	sink = 0
}

//go:noinline
func deepPass(depth int, from <-chan int, to chan<- int) {
	if depth > 1 {
		deepPass(depth-1, from, to)
		return
	}
	for left := range from {
		if left == 0 {
			close(to)
			return
		}
		to <- left - 1
	}
}

// descendOn is descend with a way to suspend.
func descendOn(depth int, suspend func()) int {
	if depth == 0 {
		suspend()
		return 0
	}
	return descendOn(depth-1, suspend) + 1
}

func descendPlain(n int) { sink = descendOn(n, func() {}) }

func descendIterPull(n int) {
	next, stop := iter.Pull(func(yield func(int) bool) {
		n := descendOn(n, func() { yield(0) })
		yield(n)
	})
	defer stop()
	next()
	sink, _ = next()
}

func descendChannel(n int) {
	values := make(chan int)
	go func() { values <- descendOn(n, func() { values <- 0 }) }()
	<-values
	sink = <-values
}

func batchIterPull(n int) {
	sum := 0
	type puller struct {
		next func() (int, bool)
		stop func()
	}
	for n > 0 {
		batch := make([]puller, min(n, BatchSize))
		for i := range batch {
			next, stop := iter.Pull(countPush(1))
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

func batchGoroutine(n int) {
	sum := 0
	for n > 0 {
		batch := make([]chan int, min(n, BatchSize))
		for i := range batch {
			values := make(chan int)
			go func() {
				values <- 0
				values <- 0 // waits here for the end of the batch
			}()
			sum += <-values
			batch[i] = values
		}
		for _, values := range batch {
			<-values
		}
		n -= len(batch)
	}
	sink = sum
}
