package p

import (
	"net/http"
	"plaindep"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func visible(r rune) rune {
	greenlet.Yield(r)
	return r
}

//greenlet:resumable
func f(g *greenlet.Greenlet, names []string, once *sync.Once) {
	sort.Slice(names, func(i, j int) bool { // want `this function suspends \(greenlet.Yield\), but sort.Slice will call it, which is plain code and can't be suspended; switch before or after .* .switch-in-callback.`
		greenlet.Yield(names[i])
		return names[i] < names[j]
	})
	strings.Map(visible, "x")      // want `visible suspends \(visible → greenlet.Yield\), but strings.Map will call it`
	once.Do(func() { g.Switch() }) // want `but sync.Once.Do will call it`
	plaindep.Each(1, func(i int) { // want `but plaindep.Each will call it`
		greenlet.Yield(i)
	})
	sort.Slice(names, func(i, j int) bool { return names[i] < names[j] })

	// What is stored is called who knows where.
	keep := []func(rune) rune{}
	keep = slices.Insert(keep, 0, visible)
	var v atomic.Value
	v.Store(visible)
	plaindep.Keep(func(i int) { greenlet.Yield(i) })
	http.HandleFunc("/", handle)
	new(http.ServeMux).HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { handle(w, r) })
}

//greenlet:resumable
func handle(http.ResponseWriter, *http.Request) { greenlet.Yield(1) }

func routes(mux *http.ServeMux) { mux.HandleFunc("/", handle) }

func plain(g *greenlet.Greenlet, once *sync.Once) {
	strings.Map(visible, "x")      // want `visible suspends`
	once.Do(func() { g.Switch() }) // drives g
	slices.Collect(each)
}

// each is an iterator, and resumable where its consumer is.
//
//greenlet:resumable
func each(yield func(int) bool) { yield(1) }
