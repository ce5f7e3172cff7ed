package hub

// store is the values in a queue, in the order in which they leave it.
type store[T any] struct {
	last   bool              // the last put is the first that leaves
	less   func(a, b T) bool // if not nil: the least is
	ring   []T               // those without less, from index head on, round the end
	head   int
	heap   []ranked[T] // those with less
	pushed uint64
	n      int
}

// ranked is a value in a heap.
type ranked[T any] struct {
	value T
	rank  uint64 // among equals
}

func (s *store[T]) push(v T) {
	s.n++
	if s.less != nil {
		s.pushed++
		s.heap = append(s.heap, ranked[T]{v, s.pushed})
		s.up(s.n - 1)
		return
	}
	if s.n > len(s.ring) {
		s.grow()
	}
	s.ring[s.index(s.n-1)] = v
}

// first is where the value is that leaves next.
func (s *store[T]) first() *T {
	switch {
	case s.less != nil:
		return &s.heap[0].value
	case s.last:
		return &s.ring[s.index(s.n-1)]
	default:
		return &s.ring[s.head]
	}
}

func (s *store[T]) pop() T {
	p := s.first()
	v := *p
	s.n--
	if s.less != nil {
		s.heap[0], s.heap[s.n] = s.heap[s.n], ranked[T]{}
		s.heap = s.heap[:s.n]
		s.down(0)
		return v
	}
	var zero T
	*p = zero
	if !s.last {
		s.head = s.index(1)
	}
	return v
}

// index is where in the ring the value i behind the first is.
func (s *store[T]) index(i int) int {
	if i += s.head; i >= len(s.ring) {
		i -= len(s.ring)
	}
	return i
}

// grow doubles the ring, which is full.
func (s *store[T]) grow() {
	ring := make([]T, max(8, 2*len(s.ring)))
	n := copy(ring, s.ring[s.head:])
	copy(ring[n:], s.ring[:s.head])
	s.ring, s.head = ring, 0
}

func (s *store[T]) before(i, j int) bool {
	a, b := &s.heap[i], &s.heap[j]
	switch {
	case s.less(a.value, b.value):
		return true
	case s.less(b.value, a.value):
		return false
	default:
		return a.rank < b.rank
	}
}

// up moves the value at i to where it belongs above.
func (s *store[T]) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !s.before(i, parent) {
			return
		}
		s.heap[i], s.heap[parent] = s.heap[parent], s.heap[i]
		i = parent
	}
}

// down moves the value at i to where it belongs below.
func (s *store[T]) down(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < s.n; child++ {
			if s.before(child, least) {
				least = child
			}
		}
		if least == i {
			return
		}
		s.heap[i], s.heap[least] = s.heap[least], s.heap[i]
		i = least
	}
}
