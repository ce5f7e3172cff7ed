package gen

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// adder is a function literal that is resumable, as the generator makes it.
type adder struct {
	Closure
	n *int
}

func (c *adder) value() func(int) int {
	return Bind(&c.Closure, c, func(k int) int {
		*c.n += k
		return *c.n
	})
}

func (c *adder) CallResumable(_ *Run, k int) (int, Status) {
	*c.n += k
	return *c.n, Done
}

type holder[T any] struct {
	Closure
	v *T
}

func (c *holder[T]) value() func(T) T {
	return Bind(&c.Closure, c, func(v T) (old T) {
		old, *c.v = *c.v, v
		_ = fmt.Sprintf("%T", []T{v}) // wants the dictionary
		return old
	})
}

func plainFunc(k int) int { return k }

type staticValue struct{}

func (staticValue) CallResumable(_ *Run, k int) (int, Status) { return -k, Done }

func registered(k int) int { return k }

type methods struct{ n int }

func (m *methods) add(k int) int { return m.n + k }
func (m methods) get(k int) int  { return m.n - k }

type boundAdd struct{ recv *methods }
type boundGet struct{ recv methods }

func TestResumable(t *testing.T) {
	n := 1
	a, b := &adder{n: &n}, &adder{n: new(int)}
	f, g := a.value(), b.value()
	assert.Same(t, a, Resumable(f))
	assert.Same(t, b, Resumable(g))
	assert.Equal(t, 3, f(2), "it is a function like any other")

	s := "x"
	h := &holder[string]{v: &s}
	assert.Same(t, h, Resumable(h.value()))
	p := &holder[*int]{v: new(*int)}
	assert.Same(t, p, Resumable(p.value()))

	assert.Nil(t, Resumable(plainFunc))
	assert.Nil(t, Resumable(func() { n++ }))
	assert.Nil(t, Resumable((func())(nil)))
	assert.Nil(t, Resumable(strings.ToUpper))

	Register(registered, staticValue{})
	assert.Equal(t, staticValue{}, Resumable(registered))
	again := registered
	assert.Equal(t, staticValue{}, Resumable(again))

	RegisterMethod((*methods)(nil).add, func(recv *methods) any { return boundAdd{recv} })
	RegisterMethod(methods{}.get, func(recv methods) any { return boundGet{recv} })
	m := &methods{7}
	assert.Equal(t, boundAdd{m}, Resumable(m.add))
	get := m.get
	m.n = 8
	assert.Equal(t, boundGet{methods{7}}, Resumable(get), "a copy, made when the value was")
	assert.Nil(t, Resumable((&adder{}).CallResumable))
}

// Who looks up while others register sees what was there.
func TestRegisterConcurrently(t *testing.T) {
	n := 0
	f := (&adder{n: &n}).value()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				v := new(int)
				assert.NotNil(t, Resumable((&holder[int]{v: v}).value()))
				assert.NotNil(t, Resumable(f))
				runtime.Gosched()
			}
		})
	}
	group.Wait()
}

// A call of a function value in resumable code: of one that can't suspend, and
// of one that could. Against the call alone.
func BenchmarkFuncValue(b *testing.B) {
	n := 0
	for name, f := range map[string]func(int) int{"plain": plainFunc, "resumable": (&adder{n: &n}).value()} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if c, ok := Resumable(f).(interface{ CallResumable(*Run, int) (int, Status) }); ok {
					n, _ = c.CallResumable(nil, 1)
				} else {
					n = f(1)
				}
			}
		})
	}
	b.Run("alone", func(b *testing.B) {
		f := plainFunc
		if n < 0 {
			f = (&adder{n: &n}).value()
		}
		for b.Loop() {
			n = f(1)
		}
	})
}

// What a literal costs to make, which suspends and which does not.
func BenchmarkMakeLiteral(b *testing.B) {
	b.Run("resumable", func(b *testing.B) {
		for b.Loop() {
			n := 0
			keep = (&adder{n: &n}).value()
		}
	})
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			n := 0
			keep = func(k int) int { n += k; return n }
		}
	})
}

var keep func(int) int
