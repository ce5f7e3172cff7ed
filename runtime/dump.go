package greenlet

import (
	"cmp"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"weak"
)

// A dump is asked for by who does not know what runs: a signal, while greenlets
// run on other goroutines. It must not look into them. Even one that is at rest is
// its users' data, and one of them may switch to it just then; no lock of ours is
// in between. So a dump looks at records only, which greenlets leave where they
// switch, on the goroutine that runs them.
//
// Instead of the records, a dump could wait for each goroutine that runs greenlets to
// come to its next switch; but it would not get to see those at rest, nor ever end
// where one hangs, for whose sake it is asked for.

// registry holds the records of the greenlets made since it was set.
type registry struct {
	mu      sync.Mutex
	records map[*record]struct{}
	next    uint64 // number of the next record
	sweep   int    // when there are so many, those of collected greenlets are removed
}

var tracking atomic.Pointer[registry]

// record is what is known of one greenlet. It does not keep it from being collected.
type record struct {
	of     *registry
	g      weak.Pointer[Greenlet]
	number uint64

	mu     sync.Mutex
	parent weak.Pointer[Greenlet] // zero for Main
	fn     *Func                  // that it runs; nil if it has none yet
	state  state
	stack  []position // if suspended or unstarted, the innermost
	more   bool       // there are outer ones
}

// position is a place in a function.
type position struct {
	fn *Func
	pc uint32
}

// maxRecorded bounds the stack in a record, and with it what a switch costs. It is
// what Go shows of a stack.
const maxRecorded = 100

// SetTracking sets whether [DumpAll] is told of greenlets, and returns whether
// it was. Those that exist are not known to it when it is set, and all are
// forgotten when it is not.
//
// Unset, it costs nothing. Set, the making of greenlets takes longer and so does, by
// what it takes to walk its stack, each switch; none is kept from being collected.
// Package runtime/debug makes a dump at a signal.
func SetTracking(on bool) (old bool) {
	if on {
		old = !tracking.CompareAndSwap(nil, &registry{records: map[*record]struct{}{}})
	} else {
		old = tracking.Swap(nil) != nil
	}
	setHooked()
	return old
}

// DumpAll writes all greenlets that are alive and were made since [SetTracking],
// as [DumpTree] does. It may be called at any time, by any goroutine.
//
// Each is shown as it was at its last switch: suspended where it still waits, or
// running, and then it is not known where. They are not stopped meanwhile, so
// that two greenlets may be shown in states that they did not have at one time. A
// parent that is not known itself is shown without its state. Of a deep stack there
// are the innermost hundred calls.
func DumpAll(w io.Writer) error {
	var alive []*Greenlet
	views := map[*Greenlet]view{}
	if reg := tracking.Load(); reg != nil {
		for _, rec := range reg.sorted() {
			if g := rec.g.Value(); g != nil {
				v, isAlive := rec.view(g)
				views[g] = v
				if isAlive {
					alive = append(alive, g)
				}
			}
		}
	}
	d := newDumper(func(g *Greenlet) view {
		if v, ok := views[g]; ok {
			return v
		}
		return view{parent: &main, text: describe(g, nil, "made before")}
	})
	for _, g := range alive {
		d.add(g)
	}
	return d.write(w)
}

// track begins the record of a new greenlet.
func (g *Greenlet) track() {
	reg := tracking.Load()
	if reg == nil {
		return
	}
	rec := &record{of: reg, g: weak.Make(g)}
	if g.extra == nil {
		g.extra = new(extra)
	}
	g.extra.record = rec
	g.recordParent()
	g.recordRun()
	reg.mu.Lock()
	defer reg.mu.Unlock()
	rec.number = reg.next
	reg.next++
	reg.records[rec] = struct{}{}
	if len(reg.records) >= reg.sweep {
		for rec := range reg.records {
			if rec.g.Value() == nil {
				delete(reg.records, rec)
			}
		}
		reg.sweep = 2*len(reg.records) + 1000
	}
}

// tracked is the record of g, or nil.
func (g *Greenlet) tracked() *record {
	if g.extra == nil || g.extra.record == nil || g.extra.record.of != tracking.Load() {
		return nil
	}
	return g.extra.record
}

// recordRun records the function that g is to run.
func (g *Greenlet) recordRun() {
	rec := g.tracked()
	if rec == nil || g.leaf == nil {
		return
	}
	rec.mu.Lock()
	rec.fn = g.leaf.Func()
	rec.mu.Unlock()
	g.recordRest()
}

func (g *Greenlet) recordParent() {
	rec := g.tracked()
	if rec == nil {
		return
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.parent = weak.Pointer[Greenlet]{}
	if g.parent != &main {
		rec.parent = weak.Make(g.parent)
	}
}

// recordRest records how g is, which does not run, or is over.
func (g *Greenlet) recordRest() {
	rec := g.tracked()
	if rec == nil {
		return
	}
	rec.mu.Lock()
	rec.state, rec.more = g.state, false
	rec.stack = rec.stack[:0]
	if g.state == suspended || g.state == unstarted {
		for f := g.leaf; f != nil; f = f.header().Caller {
			if rec.more = len(rec.stack) == maxRecorded; rec.more {
				break
			}
			if c, ok := f.(*onStackFrame); ok && len(c.section.calls) > 0 {
				for _, call := range c.section.calls[:min(len(c.section.calls), maxRecorded-len(rec.stack))] {
					rec.stack = append(rec.stack, position{fn: &Func{Name: call.Func, File: call.File, Line: call.Line}})
				}
				continue
			}
			rec.stack = append(rec.stack, position{f.Func(), f.header().PC})
			if n, ok := f.(nested); ok {
				for pc := range n.Waiting {
					if rec.more = len(rec.stack) == maxRecorded; rec.more {
						break
					}
					rec.stack = append(rec.stack, position{f.Func(), pc})
				}
			}
		}
	}
	if g.state == dead {
		rec.fn, rec.stack = nil, nil // the record stays: it may be a parent
	}
	rec.mu.Unlock()
}

// recordRunning records that g runs.
func (g *Greenlet) recordRunning() {
	rec := g.tracked()
	if rec == nil {
		return
	}
	rec.mu.Lock()
	rec.state, rec.stack, rec.more = current, rec.stack[:0], false
	rec.mu.Unlock()
}

// view is what a dump shows of the greenlet, and whether it is alive.
func (rec *record) view(g *Greenlet) (v view, alive bool) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	v = view{parent: rec.parent.Value(), text: describe(g, rec.fn, stateText[rec.state])}
	if v.parent == nil {
		v.parent = &main
	}
	for _, p := range rec.stack {
		if !p.fn.hides(p.pc) {
			v.stack = append(v.stack, p.fn.at(p.pc).String())
		}
	}
	if rec.more {
		v.stack = append(v.stack, "...")
	}
	return v, rec.state != dead
}

// sorted are the records in the order in which their greenlets were made.
func (reg *registry) sorted() []*record {
	reg.mu.Lock()
	defer reg.mu.Unlock()
	records := make([]*record, 0, len(reg.records))
	for rec := range reg.records {
		records = append(records, rec)
	}
	slices.SortFunc(records, func(a, b *record) int { return cmp.Compare(a.number, b.number) })
	return records
}
