package bench

import (
	greenlet "github.com/going-green/greenlet/runtime"
)

// Plain code on stacks of its own, by greenlet.OnStack.

// countsIn is the generator of count as plain code.
func countsIn(n int) func(greenlet.Section) {
	return func(s greenlet.Section) {
		for i := range n {
			greenlet.YieldIn(s, i)
		}
	}
}

func sectionYieldIn(n int) { sectionPull(countsIn(n)) }

// sectionYield is sectionYieldIn by Yield, which has to find the section.
func sectionYield(n int) {
	sectionPull(func(greenlet.Section) {
		for i := range n {
			greenlet.Yield(i)
		}
	})
}

func sectionPull(fn func(greenlet.Section)) {
	next, stop := greenlet.PullOf[int](greenlet.OnStack, fn)
	defer stop()
	sum := 0
	for v, ok := next(); ok; v, ok = next() {
		sum += v
	}
	sink = sum
}

// sectionsKept calls OnStack for each value, from resumable code: the stack is there, and is
// used again.
//
//greenlet:resumable
func sectionsKept(n int) (sum int) {
	at := 0
	call := func(s greenlet.Section) { sum += greenlet.ExchangeIn[int](s, at) }
	for at = range n {
		greenlet.OnStack(call)
	}
	return sum
}

func sectionAgain(n int) {
	frame := newSectionsKeptFrame(n)
	g := greenlet.New(greenlet.OnStack, func(s greenlet.Section) {
		child := greenlet.New(frame)
		for v := s.Switch(child).(int); !child.Dead(); {
			v = greenlet.SwitchIn[int](s, child, v)
		}
	})
	g.Switch()
	sink = frame.Results()
}

func createSection(n int) {
	sum := 0
	for range n {
		next, stop := greenlet.PullOf[int](greenlet.OnStack, func(s greenlet.Section) {
			greenlet.YieldIn(s, 0)
			greenlet.YieldIn(s, 1)
		})
		v, _ := next()
		sum += v
		stop()
	}
	sink = sum
}

func parkSections(n int) (release func()) {
	alive := make([]*greenlet.Greenlet, n)
	for i := range alive {
		alive[i] = greenlet.New(greenlet.OnStack, func(s greenlet.Section) {
			for i := range 2 {
				greenlet.YieldIn(s, i)
			}
		})
		alive[i].Switch()
	}
	return func() {
		for _, g := range alive {
			g.Kill()
		}
	}
}
