package greenlet

import (
	"reflect"
	"runtime"
	"sync/atomic"
	"unsafe"

	"github.com/going-green/greenlet/runtime/internal/funcval"
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// driven is a greenlet that plain code drives, for its values. It keeps its run, so that a
// value costs neither a look-up nor an allocation. It knows nothing of the type of the values,
// lest the functions that next is need a dictionary.
type driven struct {
	g   *Greenlet
	run *Run // its slot is where the values go
}

// puller is the driver of a greenlet that yields values of type T. Between two stays v is zero.
type puller[T any] struct {
	driven
	v     T
	stays Run
}

func newPuller[T any](run Frame) *puller[T] {
	p := new(puller[T])
	p.begin(run)
	return p
}

// begin makes the greenlet that p drives.
func (p *puller[T]) begin(run Frame) {
	p.run = &p.stays
	p.driven.begin(newGreenlet(run, &main, "New"), &p.v)
}

// begin begins to drive g, whose values go where out points to.
func (p *driven) begin(g *Greenlet, out any) {
	p.g = g
	p.run.cur = g
	p.run.slot = out
	p.run.drop = true
}

// take is the value of the stay.
func (p *puller[T]) take() (v T) {
	v, p.v = p.v, v
	return v
}

// Pull is [Seq] with the shape of [iter.Pull]: it makes a greenlet of a frame. next runs it
// until its next Yield and returns the value and true, or the zero value and false when it
// has returned; stop ends it early, running what it has deferred. A panic of
// the greenlet is raised by the call of next or stop it happens in. So is one with
// [Exit] that code of its own raises, unless a function of it defers: a greenlet that
// is to end silently kills itself. If stop is deferred, the crash shows the calls of the greenlet
// that were suspended, too. See [PullOf] for functions of which the type of the values isn't
// known.
//
// Unlike an [iter.Pull], one that is dropped unstopped leaks nothing. next and
// stop must not be called from several goroutines at a time.
func Pull[T any](run YieldFrame[T]) (next func() (T, bool), stop func()) {
	if run == nil {
		frameOf("Pull", nil, nil) // panics
	}
	return pull[T](run)
}

// PullOf is [Pull] for what [New] takes, a function with arguments or a frame, which is said
// to yield values of type T: see [SeqOf].
func PullOf[T any](run any, args ...any) (next func() (T, bool), stop func()) {
	return pull[T](frameOf("PullOf", run, args))
}

func pull[T any](frame Frame) (next func() (T, bool), stop func()) {
	// Literals, not method values: that would add a call.
	if a, ok := frame.(asker[T]); ok {
		p := newAsked(frame, a)
		return funcval.Embed(&p.next, func() (v T, ok bool) {
				if int32(p.quick) <= atomic.LoadInt32(&quiet) {
					p.quick = busy
					if p.a.Ask(&p.v) == proto.Done {
						p.ended()
						return v, false
					}
					if p.quick != busy {
						if !p.elsewhere() {
							return v, false
						}
					} else {
						p.quick = ready
					}
				} else if !p.slow() {
					return v, false
				}
				v, p.v = p.v, v
				return v, true
			}, unsafe.Pointer(p)),
			funcval.Embed(&p.end, func() {
				if p.quick == busy {
					if v := recover(); v != nil {
						passOn(v, p.frame)
					}
				}
				p.stop()
			}, unsafe.Pointer(p))
	}
	p := newPuller[T](frame)
	return func() (v T, ok bool) {
			// Most stays end in a Yield of g itself. A panic of g goes to the
			// plain caller anyway, so they do without the driver's defer; see
			// over for what a panic leaves behind.
			g := p.g
			if int32(g.state)-int32(suspended) <= atomic.LoadInt32(&quiet) && !g.guarded && g.slot == nil {
				g.state = current
				status := g.leaf.Resume(p.run)
				for status == proto.Done {
					status = g.leaf.Resume(p.run)
				}
				if status != proto.Left && !p.switched() {
					return v, false
				}
				g.state = suspended
			} else if !p.slow() {
				return v, false
			}
			v, p.v = p.v, v
			return v, true
		}, func() {
			if p.g.hasBroken() {
				if v := recover(); v != nil {
					passOn(v, p.g.leaf)
				}
			}
			p.stop()
		}
}

// ended ends a stay in which the frame of g, an asker, has returned.
func (p *driven) ended() {
	p.g.leaf.header().Return(p.run, p.g.leaf)
	p.switched()
}

// elsewhere goes on with a stay in which g, an asker, has yielded and got another parent.
func (p *driven) elsewhere() bool {
	r := p.run
	at := reflect.ValueOf(r.slot).Elem()
	v := at.Interface()
	at.SetZero()
	r.cur = r.deliver(p.g.parent, v, true)
	return p.switched()
}

// step is next, but leaves the value in p.v, from where it is to be taken.
func (p *puller[T]) step() bool {
	g, r := p.g, p.run
	switch {
	case int32(g.state)-int32(suspended) > atomic.LoadInt32(&quiet), g.slot != nil:
		return p.slow()
	case g.guarded:
		return p.stay()
	}
	g.state = current
	status := g.leaf.Resume(r)
	for status == proto.Done {
		status = g.leaf.Resume(r)
	}
	if status != proto.Left && !p.switched() {
		return false
	}
	g.state = suspended
	return true
}

// ask is step for an asker.
func (p *puller[T]) ask(a asker[T]) bool {
	g := p.g
	if int32(g.state)-int32(suspended) > atomic.LoadInt32(&quiet) {
		return p.slow()
	}
	g.state = current
	if a.Ask(&p.v) == proto.Done {
		p.ended()
		return false
	}
	if g.parent != &main {
		return p.elsewhere()
	}
	g.state = suspended
	return true
}

// stay is step for a greenlet that needs the driver. A panic of a stay may leave
// another one as the current greenlet of the run.
func (p *driven) stay() bool {
	r := p.run
	r.cur = p.g
	for r.cur != &main {
		r.loop()
	}
	r.raised()
	r.cur = p.g
	return p.back()
}

// slow is step for a greenlet that is over, that needs the driver, or that waits for a
// value: it gets the zero value, as its variable in the frame may hold another one.
func (p *driven) slow() bool {
	if p.g.state > suspended {
		return p.over()
	}
	if p.g.state == suspended {
		store(p.g.slot, nil, false)
	}
	p.drive(p.g)
	return p.back()
}

// drive runs to, up to the end of this stay; if that is a panic, the next one finds the run
// as it was.
func (p *driven) drive(to *Greenlet) {
	defer p.home()
	p.run.drive(to)
}

// home makes g the current greenlet of the run, as it is between stays.
func (p *driven) home() { p.run.cur = p.g }

// switched goes on with a stay in which g has ended or switched elsewhere, and
// reports whether it ended with a value.
func (p *driven) switched() bool {
	r := p.run
	p.g.suspend()
	if hooked.Load() {
		r.hook(p.g)
	}
	defer p.home()
	r.rest()
	return p.back()
}

// back ends a stay and reports whether it ended with a value.
func (p *driven) back() bool {
	if p.g.state == dead {
		p.run.leave()
		return false
	}
	return true
}

// over is next for a greenlet that is not suspended: dead, running,
// or left by a panic, which next could not note.
func (p *driven) over() bool {
	if p.g.state == current {
		if p.running() {
			panic(&StateError{Op: "next", Greenlet: p.g, Reason: "it is running"})
		}
		p.g.bury()
	}
	return false
}

// running reports whether another call of next is below the one that asks, on
// this stack. It may be that of another puller of the same kind of values: then
// a greenlet that was left by a panic is taken for a running one. To tell them
// apart, next would have to note that a panic leaves it: a deferred call, even
// one that Go compiles in line, makes next slower by two fifths.
//
// What a section runs is on another stack than this, or this is one, from which that below
// can't be seen: then p is taken for a running one.
func (p *driven) running() bool {
	if _, stack := findSection(); stack || p.run.stacks > 0 {
		return true
	}
	var next uintptr // the entry of the one that asks
	pcs := make([]uintptr, 1<<8)
	for skip := 1; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs)
		frames := runtime.CallersFrames(pcs[:n])
		for more := n > 0; more; {
			var f runtime.Frame
			f, more = frames.Next()
			if !hasRuntimeName(f.Function) || !isNext(f.Function) {
				continue
			}
			if f.Entry == next {
				return true
			}
			if next == 0 {
				next = f.Entry
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}

func (p *driven) stop() {
	if p.g.state > suspended {
		return // dead, or left by a panic; one that runs can't be stopped
	}
	r := p.run
	r.slot = nil
	r.cur = &main
	next, _ := r.raise(p.g, Exit)
	r.drive(next)
	r.leave()
}
