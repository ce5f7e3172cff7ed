package p

import (
	"dep"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func count() { greenlet.Yield(1) }

func f() *greenlet.Greenlet {
	newCountFrame()                    // want `the frame that newCountFrame makes is dropped, and never runs; give it to greenlet.New .* .frame-discarded.`
	_ = newCountFrame()                // want `the frame that newCountFrame makes is dropped`
	dep.NewCountFrame()                // want `the frame that dep.NewCountFrame makes is dropped`
	greenlet.New(newCountFrame())      // want `the greenlet that greenlet.New makes is dropped`
	greenlet.SeqOf[int](newCountFrame()) // want `the iterator that greenlet.SeqOf makes is dropped`
	greenlet.New(newCountFrame()).Switch()
	_ = newCountFrame
	newWindowFrame()
	assertPanics(func() { greenlet.New(nil) })
	return greenlet.New(newCountFrame())
}

type window struct{}

func newWindowFrame() *window { return nil }

func assertPanics(func()) {}

func allowed() {
	newCountFrame() //greenlet:allow frame-discarded it is what the example shows
	//greenlet:allow frame-discarded it is what the example shows
	newCountFrame()

	//greenlet:allow plain-iterator the code is another one
	newCountFrame() // want `the frame that newCountFrame makes is dropped`
}

func recovers() {
	defer func() { _ = recover() }()
	greenlet.New(nil)
}
