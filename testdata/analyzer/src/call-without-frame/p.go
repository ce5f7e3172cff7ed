package p

import (
	"dep"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func count() { greenlet.Yield(1) }

//greenlet:resumable
func counts() int {
	count()
	return 1
}

// each suspends if what it is given does.
//
//greenlet:resumable
func each(yield func(int) bool) { yield(1) }

//greenlet:resumable
func drives(g *greenlet.Greenlet) { g.Switch() }

// total yields if it is asked to.
//
//greenlet:resumable
func total(each bool) int {
	if each {
		count()
	}
	return 1
}

func plain(g *greenlet.Greenlet) {
	count()       // want `plain code calls count, which yields \(count → greenlet.Yield\) and has no parent to yield to here; start it by greenlet.New\(count\), Seq or Pull .call-without-frame.`
	_ = counts()  // want `plain code calls counts, which yields \(counts → count → greenlet.Yield\)`
	dep.Count()   // want `plain code calls dep.Count, which yields .*by greenlet.New\(dep.Count\)`
	go dep.Word() // want `plain code calls dep.Word`
	each(func(int) bool { return true })
	for range each {
	}
	drives(g)
	total(false)
}

func asserts() { assertPanics(func() { count() }) }

func assertPanics(f func()) {}

func recovers() {
	defer func() { _ = recover() }()
	count()
}
