package progen

// prelude is what all programs have: types, functions that leave traces, and
// small resumable functions of many shapes.
const prelude = `package main

import (
	"fmt"
	"os"

	greenlet "github.com/going-green/greenlet/runtime"
)

type pair struct{ a, b int }

type rec struct {
	n   int
	s   string
	arr [3]int
	p   pair
	xs  []int
}

type box[T any] struct {
	v T
	n int
}

// Named as what generated code declares, and named only here: programs have values
// of these types, and variables that hide them.
type (
	r  int
	t0 string
	st struct{ n int }
)

func rank(n int) r { return r(n) }

func word(s string) t0 { return t0(s) }

func state(n int) st { return st{n} }

var (
	gi    = 1
	gs    = "g"
	gx    = []int{1, 2, 3}
	gm    = map[string]int{"a": 1}
	ga    [3]int
	gr    = rec{n: 1, xs: []int{4, 5, 6}}
	gshow    = gr.show
	gtell   = teller(&gr)
	lines int
	fuel  = 1500
)

func p[T any](at int, v T) T {
	if lines++; lines > 3000 {
		os.Exit(3)
	}
	fmt.Println(at, v)
	return v
}

func out() bool { fuel--; return fuel < 0 }

func mk(vs ...int) chan int {
	c := make(chan int, len(vs))
	for _, v := range vs {
		c <- v
	}
	close(c)
	return c
}

func never(at int) chan int { fmt.Println("never", at); return nil }

func room(at int) chan int { fmt.Println("room", at); return make(chan int, 1) }

func seq(n int) func(func(int, string) bool) {
	return func(yield func(int, string) bool) {
		for i := range n {
			if !yield(i, fmt.Sprint(i)) {
				return
			}
		}
	}
}

func id[T any](v T) T { return v }

func sum(a int, s string) int { return a + len(s) }

func plus(a int, more ...int) int {
	for _, m := range more {
		a += m
	}
	return a
}

func mut(n int) int { gi += n; gs += "!"; gx[0]++; ga[n&1]++; gr.n++; return gi }

func (r *rec) inc(n int) int { r.n += n; return r.n }

func (r rec) val(n int) int { return r.n + n + len(r.s) }

func (r *rec) self(at int) *rec { fmt.Println("self", at); return r }

func (r rec) show(n int, s string) { fmt.Println("show", r.n, r.s, n, s) }

func mutate(n int) (int, string) {
	gr.n, gr.s, gshow = n, gs+".", gr.show
	gtell = gr
	return mut(n), gs
}

//greenlet:resumable
func (r rec) tell(n int, s string) {
	greenlet.Yield(r.n)
	fmt.Println("tell", r.n, r.s, n, s)
}

type shower interface{ show(int, string) }

type teller interface{ tell(int, string) }

type valuer interface{ val(int) int }

//greenlet:resumable
func ask(n int) int { return greenlet.Exchange[int](n) + n }

//greenlet:resumable
func maybe(n int) int {
	if n%2 == 0 {
		greenlet.Yield(n)
	}
	return n + 1
}

//greenlet:resumable
func pass[T any](n int, v T) T {
	greenlet.Yield(n)
	return v
}

//greenlet:resumable
func both(n int, s string) (int, string) {
	if n > 1 {
		greenlet.Yield(n)
	}
	return n + 1, s + "."
}

//greenlet:resumable
func poke(q *int, n int) int {
	old := *q
	*q = n
	greenlet.Yield(old)
	*q++
	return old
}

//greenlet:resumable
func change(n int) int {
	gi += n
	gs += "?"
	gx = append(gx[:1:1], n, gi)
	ga[n&1] += n
	gr.n, gr.p.a = n, gi
	gm["a"]++
	greenlet.Yield(gi)
	return gi
}

//greenlet:resumable
func boom(n int) int {
	greenlet.Yield(n)
	if n%3 == 0 {
		panic(pair{n, 0})
	}
	return n
}

//greenlet:resumable
func (r *rec) bump(n int) int {
	r.n += n
	greenlet.Yield(r.n)
	r.arr[n&1]++
	return r.n
}

//greenlet:resumable
func (r rec) total(n int) int {
	r.n++
	n += maybe(r.n)
	return n + r.n + r.arr[0]
}

//greenlet:resumable
func (b *box[T]) swap(v T) T {
	greenlet.Yield(b.n)
	b.n++
	b.v, v = v, b.v
	return v
}
`

// drivers are the main functions.
var drivers = []string{`
func main() {
	defer func() {
		if v := recover(); v != nil {
			fmt.Println("ends", v)
		}
	}()
	for v := range greenlet.SeqOf[int](newRunFrame()) {
		fmt.Println("yield", v)
	}
}
`, `
func main() {
	defer func() {
		if v := recover(); v != nil {
			fmt.Println("ends", v)
		}
	}()
	g := greenlet.New(newRunFrame())
	fmt.Println("got", g.Switch())
	for k := 1; !g.Dead(); k++ {
		fmt.Println("got", g.Switch(k))
	}
}
`, `
func main() {
	defer func() {
		if v := recover(); v != nil {
			fmt.Println("ends", v)
		}
	}()
	g, h := greenlet.New(newRunFrame()), greenlet.New(newRunFrame())
	fmt.Println("g", g.Switch())
	fmt.Println("h", h.Switch())
	for k := 1; !g.Dead() || !h.Dead(); k++ {
		if !g.Dead() {
			fmt.Println("g", g.Switch(k))
		}
		if !h.Dead() {
			fmt.Println("h", h.Switch(-k))
		}
	}
}
`, `
func main() {
	defer func() {
		if v := recover(); v != nil {
			fmt.Println("ends", v)
		}
	}()
	next, stop := greenlet.PullOf[int](newRunFrame())
	for range 40 {
		v, ok := next()
		fmt.Println("next", v, ok)
		if !ok {
			break
		}
	}
	stop()
}
`, `
func main() {
	defer func() {
		if v := recover(); v != nil {
			fmt.Println("ends", v)
		}
	}()
	g := greenlet.New(newRunFrame())
	fmt.Println("got", g.Switch())
	for k := 1; !g.Dead(); k++ {
		func() {
			defer func() {
				if v := recover(); v != nil {
					fmt.Println("main", v)
				}
			}()
			if k%7 == 5 {
				fmt.Println("thrown", g.Throw(pair{k, k}))
			} else {
				fmt.Println("got", g.Switch(k))
			}
		}()
	}
}
`}
