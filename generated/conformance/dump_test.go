package conformance

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	greenlet "github.com/going-green/greenlet/runtime"
)

// A dump of all greenlets, which is made of what they have recorded of themselves,
// shows what one shows that looks into each, as long as nothing runs elsewhere.

// tracked has greenlets tracked in a test.
func tracked(t *testing.T) {
	require.False(t, greenlet.SetTracking(true))
	t.Cleanup(func() { greenlet.SetTracking(false) })
}

func dumpAll(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, greenlet.DumpAll(&b))
	return b.String()
}

// forest is what a random test of dumps switches between.
type forest struct {
	t   *testing.T
	rnd *rand.Rand
	all []*greenlet.Greenlet

	plainly func(*greenlet.Greenlet) // drive, for resumable code
}

func (f *forest) any() *greenlet.Greenlet { return f.all[f.rnd.IntN(len(f.all))] }

// check compares the dumps. Plain code calls it, also that which greenlets call.
func (f *forest) check() {
	f.t.Helper()
	var alive []*greenlet.Greenlet
	for _, g := range f.all {
		if !g.Dead() {
			alive = append(alive, g)
		}
	}
	var want strings.Builder
	require.NoError(f.t, greenlet.DumpTree(&want, alive...))
	require.Equal(f.t, want.String(), dumpAll(f.t))
}

// grows calls itself some times, and acts at random there.
//
//greenlet:resumable
func (f *forest) grows(depth int) any {
	switch {
	case depth > 0 && f.rnd.IntN(2) == 0:
		defer func() {
			if f.rnd.IntN(2) == 0 {
				_ = recover()
			}
			f.check()
		}()
		return f.grows(depth - 1)
	case depth > 0:
		return f.grows(depth - 1)
	}
	for {
		f.check()
		switch f.rnd.IntN(10) {
		case 0:
			return 1
		case 1:
			panic("failed")
		case 2:
			panic(greenlet.Exit)
		case 3:
			f.all = append(f.all, greenlet.New(f.newGrowsFrame(f.rnd.IntN(4))))
		case 4:
			greenlet.Yield(2)
		case 5:
			greenlet.Exchange[any](3)
		case 6:
			greenlet.Call(f.newGrowsFrame(f.rnd.IntN(3)))
		case 7:
			f.plainly(f.any())
		default:
			f.any().Switch()
		}
	}
}

// drive runs another greenlet from plain code; what goes wrong stays here.
func (f *forest) drive(g *greenlet.Greenlet) {
	defer func() { _ = recover(); f.check() }()
	switch f.rnd.IntN(4) {
	case 0:
		g.Throw("thrown")
	case 1:
		g.Kill()
	default:
		g.Switch()
	}
}

func TestDumpAll(t *testing.T) {
	t.Cleanup(func() { greenlet.SetTracking(false) })
	for seed := range uint64(200) {
		greenlet.SetTracking(true)
		f := &forest{t: t, rnd: rand.New(rand.NewPCG(seed, 1))}
		f.plainly = f.drive
		for range 30 {
			if p := greenlet.Main(); f.rnd.IntN(3) == 0 || len(f.all) == 0 {
				if len(f.all) > 0 && f.rnd.IntN(2) == 0 {
					p = f.any()
				}
				if f.rnd.IntN(4) == 0 {
					f.all = append(f.all, greenlet.NewChild(p, nil))
				} else {
					f.all = append(f.all, greenlet.NewChild(p, f.newGrowsFrame(f.rnd.IntN(5))))
				}
			}
			g := f.any()
			func() {
				defer func() { _ = recover() }() // it may have started, or make a cycle
				switch f.rnd.IntN(4) {
				case 0:
					g.SetRun(f.newGrowsFrame(0))
				case 1:
					g.SetParent(f.any())
				}
			}()
			f.check()
			f.drive(g)
			f.check()
		}
		greenlet.SetTracking(false)
	}
}

//greenlet:resumable
func sinks(depth int) {
	if depth > 0 {
		//lint:ignore SA5007 it ends at depth 0
		sinks(depth - 1)
		return
	}
	for {
		greenlet.Yield(depth)
	}
}

func TestDumpAllDeep(t *testing.T) {
	tracked(t)
	g := greenlet.New(newSinksFrame(150))
	g.Switch()
	dump := dumpAll(t)
	assert.Equal(t, 100, strings.Count(dump, "conformance.sinks(")) // and the name
	assert.Contains(t, dump, "  ...\n")
	runtime.KeepAlive(g)
}

func TestDumpAllGoexit(t *testing.T) {
	tracked(t)
	g := greenlet.New(newExitsGoroutineFrame())
	done := make(chan bool)
	go func() { defer close(done); g.Switch() }()
	<-done
	assert.Equal(t, "main\n", dumpAll(t))
	runtime.KeepAlive(g)
}

// TestDumpAllBefore: greenlets that were made before are not known, and still may
// be parents.
func TestDumpAllBefore(t *testing.T) {
	before := greenlet.New(newSinksFrame(0))
	tracked(t)
	g := greenlet.NewChild(before, newSinksFrame(0))
	dump := dumpAll(t)
	assert.Contains(t, dump, "made before>\n    └── <greenlet")
	greenlet.SetTracking(false)
	g.Switch()
	assert.Equal(t, "main\n", dumpAll(t))
	greenlet.SetTracking(true)
	g.Switch()
	assert.Equal(t, "main\n", dumpAll(t))
}

// TestDumpAllCollected: to be tracked keeps nothing alive.
func TestDumpAllCollected(t *testing.T) {
	tracked(t)
	dropped := func() weak.Pointer[greenlet.Greenlet] {
		g := greenlet.New(newSinksFrame(3))
		g.Switch()
		return weak.Make(g)
	}()
	eventually(t, func() bool { runtime.GC(); return dropped.Value() == nil })
	assert.Equal(t, "main\n", dumpAll(t))
}

// TestDumpAllMeanwhile: dumps are made while greenlets run, and go from goroutine to
// goroutine. It is for the race detector.
func TestDumpAllMeanwhile(t *testing.T) {
	tracked(t)
	const n = 4
	rounds := 2000
	queue := make(chan *greenlet.Greenlet, n)
	for i := range n {
		queue <- greenlet.New(newSinksFrame(i))
	}
	var group sync.WaitGroup
	var over atomic.Bool
	for range n {
		group.Go(func() {
			for range rounds {
				g := <-queue
				g.Switch()
				queue <- g
				for v := range greenlet.Seq(newSinksFrame(2)) {
					if v == 0 {
						break
					}
				}
			}
		})
	}
	dumps := make(chan int)
	go func() {
		count := 0
		for !over.Load() {
			dumpAll(t)
			count++
			runtime.Gosched()
		}
		dumps <- count
	}()
	group.Wait()
	over.Store(true)
	assert.Positive(t, <-dumps)
}

// startsLiteral starts a literal by value: what calls it has no place in a dump.
//
//greenlet:resumable
func startsLiteral(n int) *greenlet.Greenlet {
	return greenlet.New(func() { greenlet.Yield(n) })
}

func TestDumpAllLiteral(t *testing.T) {
	tracked(t)
	var g *greenlet.Greenlet
	s := greenlet.New(startsLiteral, 1)
	g, _ = s.Switch().(*greenlet.Greenlet)
	check := func(state string) {
		var tree strings.Builder
		require.NoError(t, greenlet.DumpTree(&tree, g))
		assert.Equal(t, tree.String(), dumpAll(t))
		assert.Equal(t, 1, strings.Count(tree.String(), "startsLiteral.func1("), "%s: %s", state, tree.String())
	}
	check("pending")
	assert.Equal(t, 1, g.Switch())
	check("suspended")
	g.Kill()
}
