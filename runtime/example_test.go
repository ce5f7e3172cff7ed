package greenlet_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/gen"
)

// The frames of these examples are of the functions in lowered_test.go:
// newCountFrame(n) makes one that yields 0, 1, … n-1.

func ExampleNew() {
	g := greenlet.New(newCountFrame(2))
	fmt.Println(g.Switch(), g.Switch(), g.Dead())
	fmt.Println(g.Switch(), g.Dead())
	// Output:
	// 0 1 false
	// <nil> true
}

func ExampleGreenlet_Switch() {
	g := greenlet.New(newCountFrame(0))
	fmt.Println(g.Switch(10)) // the first switch's arguments replace the parameters
	// Output: 0
}

func ExampleGreenlet_Throw() {
	g := greenlet.New(newCountFrame(2))
	g.Switch()
	defer func() { fmt.Println(recover(), g.Dead()) }()
	g.Throw(errors.New("not wanted"))
	// Output: not wanted true
}

func ExampleGreenlet_Kill() {
	g := greenlet.New(newCountFrame(2))
	g.Switch()
	fmt.Println(g.Kill(), g.Dead())
	// Output: greenlet: exit true
}

func ExampleGreenlet_SetParent() {
	defer func() { fmt.Println(recover().(*greenlet.StateError).Reason) }()
	g := greenlet.New(newCountFrame(2))
	g.SetParent(g)
	// Output: cyclic parent chain
}

func ExampleGreenlet_SetRun() {
	g := greenlet.NewChild(greenlet.Main(), nil)
	g.SetRun(newCountFrame(1))
	fmt.Println(g.Switch(), g.Run())
	// Output: 0 <nil>
}

func ExampleGreenlet_Stack() {
	g := greenlet.New(newCountFrame(2))
	g.Switch()
	fmt.Println(g.Stack())
	// Output: [greenlet.count(lowered_test.go:12)]
}

func ExampleGreenlet_SetContext() {
	type user struct{}
	g := greenlet.New(newCountFrame(2))
	g.SetContext(context.WithValue(g.Context(), user{}, "gopher"))
	fmt.Println(g.Context().Value(user{}))
	// Output: gopher
}

func ExampleLocal() {
	var requests greenlet.Local[int]
	g, h := greenlet.New(newCountFrame(2)), greenlet.New(newCountFrame(2))
	requests.Set(g, 7)
	fmt.Println(requests.Get(g))
	fmt.Println(requests.Get(h))
	// Output:
	// 7 true
	// 0 false
}

func ExamplePull() {
	next, stop := greenlet.PullOf[int](newCountFrame(2))
	defer stop()
	for v, ok := next(); ok; v, ok = next() {
		fmt.Println(v)
	}
	// Output:
	// 0
	// 1
}

func ExampleNewChild() {
	parent := greenlet.New(newCountFrame(1))
	child := greenlet.NewChild(parent, newCountFrame(0))
	child.Switch() // ends at once, and its parent goes on
	fmt.Println(child.Dead(), parent.Started())
	parent.Kill()
	// Output: true true
}

func ExampleMain() {
	g := greenlet.New(newCountFrame(1))
	fmt.Println(g.Parent() == greenlet.Main(), greenlet.Current() == greenlet.Main(), greenlet.Main().Dead())
	g.Kill()
	// Output: true true false
}

func ExampleGreenlet_Dead() {
	g := greenlet.New(newCountFrame(1))
	fmt.Println(g.Started(), g.Active(), g.Dead())
	g.Switch()
	fmt.Println(g.Started(), g.Active(), g.Dead())
	g.Switch()
	fmt.Println(g.Started(), g.Active(), g.Dead())
	// Output:
	// false false false
	// true true false
	// true false true
}

func ExampleCall() {
	frame := greenlet.Call(newCountFrame(0))
	fmt.Println(frame.Func().Name)
	// Output: greenlet.count
}

func ExamplePullSeq() {
	next, stop := greenlet.PullSeq(slices.Values([]string{"plain", "iterators", "work", "too"}))
	defer stop()
	fmt.Println(next())
	fmt.Println(next())
	// Output:
	// plain true
	// iterators true
}

func ExampleYield() {
	defer func() {
		err := recover().(*greenlet.StateError)
		fmt.Println(err.Op+":", err.Reason)
	}()
	greenlet.Yield(1) // in plain code
	// Output: Yield: plain code has no parent to switch to
}

func ExampleExchanger() {
	counter := greenlet.ExchangerOf[int, int](newCountFrame(2))
	defer counter.Stop()
	fmt.Println(counter.Next())
	fmt.Println(counter.Send(9)) // count yields: it drops what comes in
	fmt.Println(counter.Send(9))
	// Output:
	// 0 true
	// 1 true
	// 0 false
}

func ExampleSeq() {
	for v := range greenlet.SeqOf[int](newCountFrame(5)) {
		if v == 2 {
			break
		}
		fmt.Println(v)
	}
	// Output:
	// 0
	// 1
}

func ExampleSwitch() {
	g := greenlet.New(newCountFrame(2))
	g.Switch()
	fmt.Println(greenlet.Switch[int](g, "ignored") + 1)
	// Output: 2
}

func ExampleSetTrace() {
	greenlet.SetTrace(func(e greenlet.Event, from, to *greenlet.Greenlet) {
		fmt.Println(e, from == greenlet.Main(), to == greenlet.Main())
	})
	defer greenlet.SetTrace(nil)
	greenlet.New(newCountFrame(2)).Switch()
	// Output:
	// switch true false
	// switch false true
}

func ExampleSetDropHandler() {
	dropped := make(chan *greenlet.Greenlet, 100)
	greenlet.SetDropHandler(func(g *greenlet.Greenlet) { dropped <- g })
	defer greenlet.SetDropHandler(nil)
	// … now and then, where it is safe:
	select {
	case g := <-dropped:
		g.SetParent(greenlet.Main())
		g.Kill()
	default:
	}
	// Output:
}

func ExampleDumpTree() {
	hub := greenlet.New(newWalkFrame(&tree{l: &tree{}}))
	worker := greenlet.NewChild(hub, newCountFrame(3))
	hub.Switch()
	var b strings.Builder
	greenlet.DumpTree(&b, worker, greenlet.New(newCountFrame(1)))
	fmt.Fprint(os.Stdout, regexp.MustCompile("0x[0-9a-f]+").ReplaceAllString(b.String(), "0x…"))
	// Output:
	// main
	// ├── <greenlet 0x… greenlet.walk suspended active started>
	// │   │     greenlet.walk(lowered_test.go:53)
	// │   │     greenlet.walk(lowered_test.go:52)
	// │   └── <greenlet 0x… greenlet.count pending>
	// │             greenlet.count(lowered_test.go:10)
	// └── <greenlet 0x… greenlet.count pending>
	//           greenlet.count(lowered_test.go:10)
}

func ExampleDumpAll() {
	greenlet.SetTracking(true)
	defer greenlet.SetTracking(false)
	next, stop := greenlet.PullOf[int](newCountFrame(3)) // nobody holds its greenlet
	defer stop()
	next()
	var b strings.Builder
	greenlet.DumpAll(&b) // to os.Stderr, in a program
	fmt.Fprint(os.Stdout, regexp.MustCompile("0x[0-9a-f]+").ReplaceAllString(b.String(), "0x…"))
	// Output:
	// main
	// └── <greenlet 0x… greenlet.count suspended active started>
	//           greenlet.count(lowered_test.go:12)
}

// bothFrame is of a function that hands on what two others yield:
//
//	//greenlet:resumable
//	func both(n, m int) {
//		greenlet.YieldFrom[any](greenlet.New(newCountFrame(n)))
//		greenlet.YieldFrom[any](greenlet.New(newCountFrame(m)))
//	}
type bothFrame struct {
	gen.Header
	n, m int
}

func (f *bothFrame) Func() *greenlet.Func       { return &greenlet.Func{Name: "greenlet.both"} }
func (f *bothFrame) Args(args []any)            {}
func (f *bothFrame) Send(r *gen.Run) gen.Status { return r.Finish() }
func (f *bothFrame) Release(*gen.Run)           {}

func (f *bothFrame) Resume(r *gen.Run) gen.Status {
	for i, n := range []int{f.n, f.m} {
		if f.PC > uint32(i) {
			continue // that is over
		}
		f.PC++
		if _, st := greenlet.YieldFromResumable[any](r, greenlet.NewChild(r.Current(), newCountFrame(n))); st != gen.Done {
			return f.Link(r, f, f.PC, st)
		}
	}
	return f.Return(r, f)
}

func ExampleYieldFrom() {
	for v := range greenlet.SeqOf[int](&bothFrame{n: 2, m: 3}) {
		fmt.Println(v)
	}
	// Output:
	// 0
	// 1
	// 0
	// 1
	// 2
}
