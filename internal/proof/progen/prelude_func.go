package progen

// preludeFunc is the part of the prelude about function values: functions that
// make, keep and call them, iterators, and functions that recover.
const preludeFunc = `
type hold struct {
	f func(int) int
	n int
}

var gf = mut

func upto(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		defer fmt.Println("upto is left")
		for i := range n & 3 {
			if !yield(i) {
				return
			}
		}
	}
}

//greenlet:resumable
func apply(f func(int) int, n int) int {
	a := f(n)
	greenlet.Yield(a)
	return f(a+1) + a
}

//greenlet:resumable
func fold[T any](f func(T) T, v T) T { return f(f(v)) }

//greenlet:resumable
func later(n int) func(int) int {
	k := n
	greenlet.Yield(k)
	return func(by int) int {
		k += by
		greenlet.Yield(k)
		n++
		return k + n
	}
}

//greenlet:resumable
func (h hold) call(n int) int { return h.f(n) + h.n }

//greenlet:resumable
func (h *hold) set(f func(int) int) func(int) int {
	greenlet.Yield(h.n)
	h.n++
	old := h.f
	h.f = f
	return old
}

//greenlet:resumable
func each(n int) func(func(int) bool) {
	greenlet.Yield(n)
	return func(yield func(int) bool) {
		for i := range n & 3 {
			if !yield(i) {
				fmt.Println("each is left")
				return
			}
			greenlet.Yield(100 + i)
		}
	}
}

//greenlet:resumable
func each2(n int, s string) func(func(int, string) bool) {
	return func(yield func(int, string) bool) {
		defer greenlet.Yield(n)
		for i := 0; i < n&3 && yield(i, s); i++ {
			s += "~"
		}
	}
}

// allOf and eachOf are iterators over values of any type, also local ones.
func allOf[T any](vs ...T) func(func(int, T) bool) {
	return func(yield func(int, T) bool) {
		for i, v := range vs {
			if !yield(i, v) {
				return
			}
		}
	}
}

//greenlet:resumable
func eachOf[T any](vs ...T) func(func(int, T) bool) {
	return func(yield func(int, T) bool) {
		for i, v := range vs {
			greenlet.Yield(i)
			if !yield(i, v) {
				return
			}
		}
	}
}

//greenlet:resumable
func shown[T any](v T) string {
	greenlet.Yield(len(fmt.Sprint(v)))
	return fmt.Sprintf("%T", v)
}

//greenlet:resumable
func thrice(yield func() bool) {
	for i := 0; i < 3 && yield(); i++ {
		greenlet.Yield(i)
	}
}

//greenlet:resumable
func (r *rec) push(yield func(int) bool) {
	for i := 0; i < len(r.xs) && i < 3; i++ {
		r.n++
		greenlet.Yield(r.n)
		if !yield(r.xs[i]) {
			return
		}
	}
}

//greenlet:resumable
func odd(it func(func(int) bool)) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range it {
			if i&1 == 0 {
				continue
			}
			if !yield(-i) {
				break
			}
		}
	}
}

//greenlet:resumable
func guarded(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		defer func() {
			e := recover()
			greenlet.Yield(n)
			fmt.Println("guarded", e)
			if e != nil && n&1 == 0 {
				panic(e)
			}
		}()
		for i := 0; i < 3 && yield(i+n); i++ {
		}
	}
}

//greenlet:resumable
func rescue(n int) {
	if e := recover(); e != nil {
		greenlet.Yield(n)
		fmt.Println("rescue", n, e)
	}
}

//greenlet:resumable
func (r *rec) save(n int) int {
	greenlet.Yield(n)
	e := recover()
	r.n += n
	fmt.Println("save", r.n, e)
	return r.n
}

//greenlet:resumable
func again(n int) {
	if e := recover(); e != nil {
		greenlet.Yield(n)
		panic(fmt.Sprint("again ", n, e))
	}
}
`
