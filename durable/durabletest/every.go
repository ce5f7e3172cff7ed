// Package durabletest finds out whether greenlets of a program can be forked, stored and
// restored wherever they stand: at each switch.
package durabletest

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/internal/hook"
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/gen"
)

// Counts say what EverySwitch has done.
type Counts struct {
	Forked  int            // switches whose receiver went on as a fork
	Stored  int            // those whose receiver was stored, and restored beside it
	Refused map[string]int // what could not be, by the reason
}

// EverySwitch has each greenlet of the program that is switched to go on as a fork of itself, in
// its own place and frames: with copies of the variables that are live where it stands, and of
// nothing else. Besides, it is stored and restored, and what that gives is stored again: if the
// bytes differ, EverySwitch panics where the greenlet goes on. Greenlets whose functions are not
// durable go on as they are. It takes the place of the program's tracer ([greenlet.SetTrace]). stop ends it.
func EverySwitch() (stop func() Counts) { return everySwitch(false) }

// EverySwitchCloned is EverySwitch with what is restored in place of the fork: copies, too, of what variables
// lead to through slices, maps, interfaces and pointers to what is no variable. A program whose package variables, or
// caller, have pointers to such things sees that they are others. Where it can't be stored a greenlet goes on as it is.
func EverySwitchCloned() (stop func() Counts) { return everySwitch(true) }

func everySwitch(clone bool) (stop func() Counts) {
	e := &every{clone: clone, counts: Counts{Refused: map[string]int{}}}
	old := greenlet.SetTrace(e.switched)
	return func() Counts {
		greenlet.SetTrace(old)
		e.lock.Lock()
		defer e.lock.Unlock()
		return e.counts
	}
}

type every struct {
	clone  bool
	lock   sync.Mutex
	counts Counts
}

func (e *every) switched(_ greenlet.Event, _, to *greenlet.Greenlet) {
	if to == greenlet.Main() {
		return
	}
	e.lock.Lock()
	defer e.lock.Unlock()
	err := greenlet.Rebuild(to, func(p greenlet.Parts) (greenlet.Parts, error) {
		if greenlet.HeaderOf(p.Leaf).PC == gen.Unwind {
			return p, errThrown
		}
		clone := e.store(p)
		if e.clone && clone == nil {
			return p, errRefused // a fork would share what a clone has for itself
		}
		if e.clone {
			c, err := greenlet.PartsOf(clone, "clone")
			if err != nil {
				return p, err
			}
			c.Parent, c.Started = p.Parent, p.Started
			return back(p, c), nil
		}
		c, err := hook.Fork(p)
		if err != nil {
			return p, err
		}
		return back(p, c), nil
	})
	switch {
	case err == nil:
		e.counts.Forked++
	case !errors.Is(err, errRefused):
		e.refused(err)
	}
}

// errRefused is of a greenlet that goes on as it is, since it can't be stored: why is counted.
var errRefused = errors.New("it is refused")

// errThrown is of a greenlet that is thrown into: it makes its deferred calls, and stands nowhere.
var errThrown = errors.New("it is thrown into")

// back puts what the frames of c hold into those of p, which the program may have pointers to.
func back(p, c greenlet.Parts) greenlet.Parts {
	for f, g := p.Leaf, c.Leaf; f != nil; f, g = greenlet.HeaderOf(f).Caller, greenlet.HeaderOf(g).Caller {
		caller := greenlet.HeaderOf(f).Caller
		reflect.ValueOf(f).Elem().Set(reflect.ValueOf(g).Elem())
		greenlet.HeaderOf(f).Caller = caller
	}
	return hook.Place(c, p)
}

func (e *every) refused(err error) {
	var r *durable.RefusedError
	if errors.As(err, &r) {
		e.counts.Refused[r.Reason]++
		return
	}
	e.counts.Refused[err.Error()]++
}

// store stores what consists of p twice: as it is, and as it was restored; and returns it
// restored once more, or nil if that is refused.
func (e *every) store(p greenlet.Parts) *greenlet.Greenlet {
	first, err := stored(p)
	if err != nil {
		e.refused(err)
		return nil
	}
	gs, err := durable.Restore(first)
	if err != nil {
		panic(fmt.Sprintf("durabletest: what was stored can't be restored: %v", err))
	}
	second, err := durable.Snapshot(gs[0])
	if err != nil {
		panic(fmt.Sprintf("durabletest: what was restored can't be stored: %v", err))
	}
	if !bytes.Equal(first, second) {
		panic(fmt.Sprintf("durabletest: what was restored is stored as something else:\n%q\n%q", first, second))
	}
	e.counts.Stored++
	return gs[0]
}

func stored(p greenlet.Parts) ([]byte, error) {
	g := new(greenlet.Greenlet)
	p.Parent = greenlet.Main()
	greenlet.Assemble(g, p)
	return durable.Snapshot(g)
}
