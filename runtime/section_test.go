package greenlet_test

import (
	"fmt"
	"runtime"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	greenlet "github.com/going-green/greenlet/runtime"
)

// All these are plain code: the functions of sections.

func TestSectionYields(t *testing.T) {
	count := func(n int) func(greenlet.Section) {
		return func(s greenlet.Section) {
			for i := range n {
				if i%2 == 0 {
					greenlet.Yield(i)
				} else {
					greenlet.YieldIn(s, i)
				}
			}
		}
	}
	var got []int
	for v := range greenlet.SeqOf[int](greenlet.OnStack, count(5)) {
		got = append(got, v)
	}
	require.Equal(t, []int{0, 1, 2, 3, 4}, got)

	next, stop := greenlet.PullOf[int](greenlet.OnStack, count(3))
	v, ok := next()
	require.True(t, ok)
	require.Equal(t, 0, v)
	stop()
	_, ok = next()
	require.False(t, ok)
}

func TestSectionExchanges(t *testing.T) {
	g := greenlet.New(greenlet.OnStack, func(s greenlet.Section) {
		x := greenlet.Exchange[int]("first")
		y := greenlet.ExchangeIn[string](s, fmt.Sprint("second ", x))
		require.Equal(t, "two", y)
		me := greenlet.Current()
		require.Equal(t, me, s.Current())
		require.Equal(t, "three", me.Parent().Switch("third"))
	})
	require.Equal(t, "first", g.Switch())
	require.Equal(t, "second 1", g.Switch(1))
	require.Equal(t, "third", g.Switch("two"))
	require.False(t, g.Dead())
	require.Nil(t, g.Switch("three"))
	require.True(t, g.Dead())
}

func TestSectionThrow(t *testing.T) {
	var log []any
	g := greenlet.New(greenlet.OnStack, func(s greenlet.Section) {
		defer func() {
			log = append(log, "deferred")
			greenlet.Yield("in a deferred call")
			log = append(log, "after")
		}()
		func() {
			defer func() { log = append(log, recover()) }()
			greenlet.Yield(1)
		}()
		greenlet.Yield(2)
	})
	require.Equal(t, 1, g.Switch())
	require.Equal(t, 2, g.Throw("boom"))
	require.Equal(t, "in a deferred call", g.Throw("bang"))
	require.PanicsWithValue(t, "bang", func() { g.Switch() })
	require.True(t, g.Dead())
	require.Equal(t, []any{"boom", "deferred", "after"}, log)
}

func TestSectionKill(t *testing.T) {
	log := ""
	g := greenlet.New(greenlet.OnStack, func(greenlet.Section) {
		defer func() { log += "deferred" }()
		greenlet.Yield(1)
	})
	g.Switch()
	require.Equal(t, greenlet.Exit, g.Kill())
	require.Equal(t, "deferred", log)
	require.True(t, g.Dead())
}

func TestSectionNested(t *testing.T) {
	inner := func(greenlet.Section) { greenlet.Yield(1); greenlet.Yield(2) }
	outer := func(greenlet.Section) {
		for v := range greenlet.SeqOf[int](greenlet.OnStack, inner) {
			greenlet.Yield(10 * v)
			greenlet.OnStack(func(s greenlet.Section) { greenlet.YieldIn(s, 10*v+1) })
		}
		greenlet.Call(greenlet.FrameOf(greenlet.OnStack, inner))
	}
	var got []int
	for v := range greenlet.SeqOf[int](greenlet.OnStack, outer) {
		got = append(got, v)
	}
	require.Equal(t, []int{10, 11, 20, 21, 1, 2}, got)
}

func TestSectionGoexit(t *testing.T) {
	log := ""
	done := make(chan bool)
	go func() {
		defer close(done)
		g := greenlet.New(greenlet.OnStack, func(greenlet.Section) {
			defer func() { log += "outer " }()
			greenlet.Call(greenlet.FrameOf(greenlet.OnStack, func(greenlet.Section) {
				defer func() { log += "inner " }()
				greenlet.Yield(1)
				runtime.Goexit()
			}))
			log += "behind "
		})
		g.Switch()
		defer func() { log += fmt.Sprint(g.Dead()) }()
		g.Switch()
		log += "not here "
	}()
	<-done
	require.Equal(t, "inner outer true", log)
}

func TestSectionPanicOfCallee(t *testing.T) {
	g := greenlet.New(greenlet.OnStack, func(greenlet.Section) {
		defer func() { greenlet.Yield(recover()) }()
		greenlet.Call(greenlet.FrameOf(greenlet.OnStack, func(greenlet.Section) {
			greenlet.Yield(1)
			panic("below")
		}))
	})
	require.Equal(t, 1, g.Switch())
	require.Equal(t, "below", g.Switch())
	require.Nil(t, g.Switch())
	require.True(t, g.Dead())
}

func TestSectionSort(t *testing.T) {
	a := []int{5, 2, 8, 1}
	n := 0
	for range greenlet.SeqOf[string](greenlet.OnStack, func(greenlet.Section) {
		sort.Slice(a, func(i, j int) bool {
			greenlet.Yield("compare")
			return a[i] < a[j]
		})
	}) {
		n++
	}
	require.Equal(t, []int{1, 2, 5, 8}, a)
	require.Positive(t, n)
}

// Plain code that a greenlet of another run has called is not the section's.
func TestSectionBelowDriver(t *testing.T) {
	for v := range greenlet.SeqOf[any](greenlet.OnStack, func(greenlet.Section) {
		next, stop := greenlet.PullOf[int](greenlet.OnStack, func(greenlet.Section) {
			greenlet.Yield(1)
		})
		defer stop()
		v, _ := next()
		greenlet.Yield(any(v))
	}) {
		require.Equal(t, 1, v)
	}
}

func TestSectionDropped(t *testing.T) {
	unwound := make(chan string, 1)
	func() {
		g := greenlet.New(greenlet.OnStack, func(greenlet.Section) {
			defer func() {
				v := recover()
				func() {
					defer func() { unwound <- fmt.Sprint(v, "; ", recover()) }()
					greenlet.Yield(2)
				}()
			}()
			greenlet.Yield(1)
		})
		require.Equal(t, 1, g.Switch())
	}()
	for i := 0; ; i++ {
		runtime.GC()
		select {
		case got := <-unwound:
			require.Contains(t, got, "greenlet: exit; greenlet: Yield: the section")
			return
		case <-time.After(10 * time.Millisecond):
			require.Less(t, i, 500, "not collected")
		}
	}
}

func TestSectionMigrates(t *testing.T) {
	g := greenlet.New(greenlet.OnStack, func(greenlet.Section) {
		for i := range 10 {
			greenlet.Yield(i)
		}
	})
	for i := range 10 {
		got := make(chan any)
		go func() { got <- g.Switch() }()
		require.Equal(t, i, <-got)
	}
	require.Nil(t, g.Switch())
}

func TestSectionOnLockedThread(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	g := greenlet.New(greenlet.OnStack, func(greenlet.Section) { greenlet.Yield(1) })
	require.Equal(t, 1, g.Switch())
	g.Switch()
	require.True(t, g.Dead())
	g = nil
	runtime.GC()
}

//go:noinline
func deepen(n int) int {
	var a [128]byte
	if n == 0 {
		return int(a[0])
	}
	a[n%128] = 1
	return deepen(n-1) + int(a[n%127])
}

// The collector shrinks the stacks of sections that have been deep and are kept.
func TestIdleSectionsShrink(t *testing.T) {
	stacks := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.StackInuse
	}
	greenlet.New(greenlet.OnStack, func(s greenlet.Section) {
		const n = 20
		var list [n]*greenlet.Greenlet
		before := stacks()
		for i := range list {
			list[i] = greenlet.New(greenlet.OnStack, func(s greenlet.Section) {
				deepen(5000)
				greenlet.YieldIn(s, i)
			})
			s.Switch(list[i])
		}
		for i := range list {
			s.Switch(list[i])
		}
		deep := stacks() - before
		require.Greater(t, deep, uint64(n<<17))
		for range 8 {
			runtime.GC()
		}
		require.Less(t, stacks()-before, deep/8)
	}).Switch()
}

// What a tracer switches to it does as plain code, also where Throw calls it on the stack of a
// section.
func TestSectionTracerSwitches(t *testing.T) {
	n := 0
	counts := greenlet.New(greenlet.OnStack, func(s greenlet.Section) {
		for {
			n++
			greenlet.YieldIn(s, "of the tracer's")
		}
	})
	tracing := false
	old := greenlet.SetTrace(func(greenlet.Event, *greenlet.Greenlet, *greenlet.Greenlet) {
		if !tracing {
			tracing = true
			counts.Switch()
			tracing = false
		}
	})
	defer greenlet.SetTrace(old)
	g := greenlet.New(greenlet.OnStack, func(greenlet.Section) {
		defer func() { greenlet.Yield(recover()) }()
		greenlet.New(greenlet.OnStack, func(greenlet.Section) {}).Throw("unstarted")
	})
	require.Equal(t, "unstarted", g.Switch())
	require.Nil(t, g.Switch())
	require.True(t, g.Dead())
	require.Equal(t, 6, n)
}

// Deep in a section a switch finds it all the same.
func TestSectionDeep(t *testing.T) {
	var deep func(n int)
	deep = func(n int) {
		if n == 0 {
			greenlet.Yield("bottom")
			return
		}
		deep(n - 1)
	}
	for _, n := range []int{60, 64, 128, 200, 10_000} {
		g := greenlet.New(greenlet.OnStack, func(greenlet.Section) { deep(n) })
		require.Equal(t, "bottom", g.Switch())
		require.Nil(t, g.Switch())
	}
}
