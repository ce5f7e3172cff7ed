package conformance

import (
	"runtime"
	"testing"
	"weak"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

//greenlet:resumable
func returnsItself() *greenlet.Greenlet { return greenlet.Current() }

// collected checks that the greenlet make makes is garbage, handler or not.
func collected(t *testing.T, make func() *greenlet.Greenlet) {
	t.Helper()
	p := weakTo(make)
	eventually(t, func() bool { return p.Value() == nil })
}

//go:noinline
func weakTo(make func() *greenlet.Greenlet) weak.Pointer[greenlet.Greenlet] {
	return weak.Make(make())
}

func TestGC_test_dead_circular_ref(t *testing.T) {
	row(t, "a weak pointer")
	collected(t, func() *greenlet.Greenlet { return greenlet.New(newReturnsItselfFrame()).Switch().(*greenlet.Greenlet) })
}

type box struct {
	g *greenlet.Greenlet
	v [4]int
}

//greenlet:resumable
func holds(b *box) { greenlet.Current().Parent().Switch(); b.v[0]++ }

func TestGC_test_circular_greenlet(t *testing.T) {
	row(t, "a weak pointer")
	collected(t, func() *greenlet.Greenlet {
		b := new(box)
		b.g = greenlet.New(newHoldsFrame(b))
		return b.g
	})
}

//greenlet:resumable
func (b *box) run() { greenlet.Yield(0) }

func TestGC_test_inactive_ref(t *testing.T) {
	row(t, "a frame of the method of what holds the greenlet")
	collected(t, func() *greenlet.Greenlet {
		b := new(box)
		b.g = greenlet.New(b.newRunFrame())
		return b.g
	})
}

//greenlet:resumable
func collects() int {
	b := &box{}
	b.g = greenlet.Current()
	runtime.GC()
	greenlet.Yield(1)
	runtime.GC()
	b.v[0]++
	return b.v[0]
}

func TestGC_test_crashing_deferred_object(t *testing.T) {
	row(t, "`runtime.GC()` in a greenlet")
	g := greenlet.New(newCollectsFrame())
	assert.Equal(t, 1, g.Switch())
	runtime.GC()
	assert.Equal(t, 1, g.Switch())
}

func TestGC_test_cycle_in_suspended_frame(t *testing.T) {
	row(t, "a weak pointer to what only the suspended frame holds")
	var inner weak.Pointer[box]
	collected(t, func() *greenlet.Greenlet {
		b := new(box)
		inner = weak.Make(b)
		b.g = greenlet.New(newHoldsFrame(b))
		b.g.Switch()
		return b.g
	})
	assert.Nil(t, inner.Value())
}

func TestWeakRefTests_test_dead_weakref(t *testing.T) {
	row(t, "`weak.Pointer`")
	collected(t, deadOne)
}

func TestWeakRefTests_test_inactive_weakref(t *testing.T) {
	row(t, "`weak.Pointer`")
	collected(t, func() *greenlet.Greenlet { return greenlet.New(newLeafFrame(0)) })
}

func Test_test_stack_saved(t *testing.T) {
	row(t, "`len(g.Stack())`")
	assert.Empty(t, greenlet.Main().Stack())
	g := greenlet.New(newStandsFrame())
	g.Switch()
	assert.NotEmpty(t, g.Stack())
	g.Switch()
	assert.Empty(t, g.Stack())
}

// heap is the memory in use after a collection.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// flat checks that memory does not grow with the calls of f.
func flat(t *testing.T, n int, f func()) {
	t.Helper()
	for range n / 10 {
		f()
	}
	before := heap()
	for range n {
		f()
	}
	assert.Less(t, (heap()-before)/int64(n), int64(8), "bytes a call")
}

func weaklySent(g *greenlet.Greenlet) weak.Pointer[box] {
	b := new(box)
	g.Switch(b)
	return weak.Make(b)
}

//greenlet:resumable
func receives() {
	for {
		greenlet.Current().Parent().Switch()
	}
}

func TestLeaks_test_arg_refs(t *testing.T) {
	row(t, "weak pointers to the arguments")
	g := greenlet.New(newReceivesFrame())
	g.Switch()
	for range 100 {
		p := weaklySent(g)
		_ = p
	}
	p := weaklySent(g)
	eventually(t, func() bool { return p.Value() == nil })
	runtime.KeepAlive(g)
}

//greenlet:resumable
func receivesTyped() {
	for {
		greenlet.Exchange[*box](0)
	}
}

func TestLeaks_test_kwarg_refs(t *testing.T) {
	row(t, "as above, with typed switches")
	g := greenlet.New(newReceivesTypedFrame())
	g.Switch()
	for range 100 {
		weaklySent(g)
	}
	p := weaklySent(g)
	eventually(t, func() bool { return p.Value() == nil })
	runtime.KeepAlive(g)
}

func TestLeaks_test_threaded_leak(t *testing.T) {
	row(t, "greenlets that a goroutine left behind")
	collected(t, func() (g *greenlet.Greenlet) {
		onGoroutine(func() { g = suspendedOne() })
		return g
	})
}

func TestLeaks_test_threaded_adv_leak(t *testing.T) {
	row(t, "with dead children")
	collected(t, func() (g *greenlet.Greenlet) {
		onGoroutine(func() {
			g = greenlet.NewChild(deadOne(), newStandsFrame())
			g.Switch()
		})
		return g
	})
}

func TestLeaks_test_issue251_killing_cross_thread_leaks_list(t *testing.T) {
	row(t, "one of another goroutine that is dropped")
	made := make(chan *greenlet.Greenlet)
	collected(t, func() *greenlet.Greenlet {
		go func() { made <- suspendedOne() }()
		return <-made
	})
}

func TestLeaks_test_untracked_memory_doesnt_increase(t *testing.T) {
	row(t, "")
	flat(t, 10_000, func() { greenlet.New(newLeafFrame(0)).Switch() })
}

func TestLeaks_test_untracked_memory_doesnt_increase_unfinished_thread_dealloc_in_thread(t *testing.T) {
	row(t, "20,000 suspended greenlets that are killed")
	var seen []any
	flat(t, 20_000, func() {
		g := greenlet.New(newCleansUpFrame(&seen, nil))
		g.Switch()
		g.Kill()
		assert.Len(t, seen, 1)
		seen = seen[:0]
	})
}

func TestLeaks_test_untracked_memory_doesnt_increase_unfinished_thread_dealloc_in_main(t *testing.T) {
	row(t, "20,000 that are dropped: they are garbage, nothing is thrown")
	var seen []any
	flat(t, 20_000, func() { drop(1, &seen, nil) })
	assert.Empty(t, seen)
}

// TestLeakStates drops greenlets in each state.
func TestLeakStates(t *testing.T) {
	n := 20_000
	if *long {
		n = 1_000_000
	}
	for name, f := range map[string]func(){
		"unstarted": func() {
			greenlet.New(newLeafFrame(0)) //greenlet:allow frame-discarded it is to be collected
		},
		"suspended": func() { suspendedOne() },
		"dead":      func() { deadOne() },
		"killed":    func() { suspendedOne().Kill() },
		"thrown":    func() { caught(func() { suspendedOne().Throw(errTest) }) },
		"pulled": func() {
			next, _ := greenlet.Pull(newYieldsTwiceFrame())
			next()
		},
		"stopped": func() {
			next, stop := greenlet.Pull(newYieldsTwiceFrame())
			next()
			stop()
		},
		"cyclic": func() {
			b := new(box)
			b.g = greenlet.New(newHoldsFrame(b))
			b.g.Switch()
		},
		"in a tree": func() {
			p := suspendedOne()
			greenlet.NewChild(p, newLeafFrame(0)) //greenlet:allow frame-discarded it is to be collected
		},
		"with defers": func() {
			var seen []any
			drop(1, &seen, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := n
			if name == "thrown" {
				n /= 10
			}
			flat(t, n, f)
		})
	}
	t.Run("with a drop handler", func(t *testing.T) {
		q := dropsGo(t)
		var seen []any
		settle := func(want int) {
			eventually(t, func() bool { q.drain(); return len(seen) == want })
			seen = nil
		}
		drop(n/10, &seen, nil)
		settle(n / 10)
		before := heap()
		drop(n/10, &seen, nil)
		settle(n / 10)
		assert.Less(t, heap()-before, int64(n/10*8))
	})
}

//greenlet:resumable
func keeps(b *box, fails bool) (twice *[4]int) {
	kept := b
	greenlet.Yield(kept.v[0])
	if fails {
		fail("with " + string(rune('a'+kept.v[0])))
	}
	return &[4]int{kept.v[0] * 2}
}

//greenlet:resumable
func keepsDeferring(b *box, fails bool) (twice *[4]int) {
	kept := b
	defer func() { kept.v[1]++ }()
	return keeps(kept, fails)
}

// TestEndedHoldsNothing: who keeps a greenlet that has ended, or its results, keeps
// nothing that its function held, though frame and greenlet are one object.
func TestEndedHoldsNothing(t *testing.T) {
	type frame interface {
		greenlet.Frame
		Results() *[4]int
	}
	frames := map[string]func(b *box, fails bool) frame{
		"plain":  func(b *box, fails bool) frame { return newKeepsFrame(b, fails) },
		"defers": func(b *box, fails bool) frame { return newKeepsDeferringFrame(b, fails) },
	}
	ends := map[string]struct {
		end   func(g *greenlet.Greenlet)
		fails bool
	}{
		"returned": {func(g *greenlet.Greenlet) { g.Switch(); g.Switch() }, false},
		"failed":   {func(g *greenlet.Greenlet) { g.Switch(); caught(func() { g.Switch() }) }, true},
		"killed":   {func(g *greenlet.Greenlet) { g.Switch(); g.Kill() }, false},
		"unrun":    {func(g *greenlet.Greenlet) { g.Kill() }, false},
	}
	for name, newFrame := range frames {
		for how, end := range ends {
			t.Run(name+" "+how, func(t *testing.T) {
				var g *greenlet.Greenlet
				var f frame
				held := func() weak.Pointer[box] {
					b := &box{v: [4]int{3}}
					f = newFrame(b, end.fails)
					g = greenlet.New(f)
					end.end(g)
					return weak.Make(b)
				}()
				assert.True(t, g.Dead())
				eventually(t, func() bool { return held.Value() == nil })
				if how == "returned" {
					assert.Equal(t, &[4]int{6}, f.Results())
				}
				runtime.KeepAlive(g)
				runtime.KeepAlive(f)
			})
		}
	}
}
