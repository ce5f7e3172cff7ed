package task

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Do calls fn with arg, once what the task has done before is committed, and returns what it returns. If the process
// ends meanwhile, the next one calls it again: a service that it calls should be given [Key] of fn's context, and drop a
// key that it knows. fn is a declared function, or a literal that the task's function has made.
//
// A plain fn runs on a goroutine, and may block; on a hub with virtual time it runs in the loop. A resumable one runs as a task of the hub. Its
// context is done when the task is canceled, or the time of [Timeout] has passed; what fn returns then is dropped.
//
// An error that can't be saved becomes an [*Error] with its text. A panic of fn is an error, too.
//
//greenlet:resumable durable
func Do[A, R any](t *Task, fn func(context.Context, A) (R, error), arg A, how ...Option) (R, error) {
	p, key := policyOf(how), t.nextKey()
	for {
		got := greenlet.Exchange[reply, *request](t.performs(greenlet.Current(), &effect[A, R]{fn, arg}, p, key))
		switch {
		case got.Again:
		case got.Err != nil && p.tryAgain(got.Err):
			got = reply{}
			t.Sleep(p.pause(t))
		default:
			v, _ := got.Value.(R)
			return v, got.Err
		}
	}
}

// caller is what is performed.
type caller interface {
	perform(ctx context.Context) (any, error)
	task(ctx context.Context, d *performance) greenlet.Frame // nil if it is plain
	name() string
}

type effect[A, R any] struct {
	fn  func(context.Context, A) (R, error)
	arg A
}

func (e *effect[A, R]) perform(ctx context.Context) (any, error) { return e.fn(ctx, e.arg) }

func (e *effect[A, R]) name() string { return funcName(e.fn) }

func (e *effect[A, R]) task(ctx context.Context, d *performance) greenlet.Frame {
	if !resumable(e.fn, ctx, e.arg) {
		return nil
	}
	return newPerformsFrame(d, ctx, e.fn, e.arg)
}

// performs is a call of a resumable function, in a task of the hub.
//
//greenlet:resumable
func performs[A, R any](d *performance, ctx context.Context, fn func(context.Context, A) (R, error), arg A) {
	defer d.recovers()
	v, err := fn(ctx, arg)
	d.returned(v, err)
}

// funcName is the name of a function as messages have it.
func funcName(fn any) string {
	f := runtime.FuncForPC(reflect.ValueOf(fn).Pointer())
	if f == nil {
		return "a function"
	}
	name := f.Name()
	return strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], "[...]")
}

// compiled is, by a function's code, whether it was.
var compiled sync.Map

// resumable reports whether fn was compiled.
func resumable(fn any, args ...any) (yes bool) {
	code := reflect.ValueOf(fn).Pointer()
	if yes, known := compiled.Load(code); known {
		return yes.(bool)
	}
	defer func() {
		yes = recover() == nil
		compiled.Store(code, yes)
	}()
	greenlet.FrameOf(fn, args...)
	return true
}

func (t *Task) performs(g *greenlet.Greenlet, c caller, p policy, key string) *request {
	t.mayWait(g, "Do")
	note := "Do " + c.name()
	if p.Tried > 0 {
		note += fmt.Sprintf(", try %d", p.Tried+1)
	}
	return &request{kind: calls, note: note, call: c, how: p, key: key}
}

// nextKey is the key of the call that the next commit has.
func (t *Task) nextKey() string {
	t.mayUse("Do")
	return fmt.Sprintf("%s/%d", t.id, t.seq+1)
}

// policy is how a call is performed. It is in snapshots.
type policy struct {
	Tries   int // 0 is one
	Tried   int
	First   time.Duration // pause
	Longest time.Duration
	Timeout time.Duration
	Beat    time.Duration
	Limit   string
}

// Option says how a call is to be performed.
type Option func(*policy)

// Retry has fn called up to n times, until it returns no error, or one of [Permanent]. Between these are pauses
// as [Backoff] says. All calls have the same key.
func Retry(n int) Option { return func(p *policy) { p.Tries = n } }

// Backoff is how long the pauses between calls are: each twice as long as the one before, from first up to longest, of
// which a random part of up to the half is left out. It is a second, up to a minute, if nothing else is said.
func Backoff(first, longest time.Duration) Option {
	return func(p *policy) { p.First, p.Longest = first, longest }
}

// Timeout has each call end with [context.DeadlineExceeded] when d has passed. fn may go on where it does not heed its
// context, and is called again meanwhile.
func Timeout(d time.Duration) Option { return func(p *policy) { p.Timeout = d } }

// Heartbeat has a call end in the same way when it has not called [Beat] for d.
func Heartbeat(d time.Duration) Option { return func(p *policy) { p.Beat = d } }

// Limited has calls wait for their turn by a rate limit.
func Limited(l *Limit) Option { return func(p *policy) { p.Limit = l.name } }

func policyOf(how []Option) policy {
	p := policy{First: time.Second, Longest: time.Minute}
	for _, f := range how {
		f(&p)
	}
	return p
}

// tryAgain counts a call that has failed.
func (p *policy) tryAgain(err error) bool {
	p.Tried++
	return p.Tried < p.Tries && !isPermanent(err)
}

// pause is how long to wait before the next call.
func (p *policy) pause(t *Task) time.Duration {
	d := p.First
	for i := 1; i < p.Tried && d < p.Longest; i++ {
		d *= 2
	}
	if d = min(d, p.Longest); d < 2 {
		return d
	}
	if h := t.runner.hub; h.Seeded() {
		return d - time.Duration(h.Rand().Int64N(int64(d/2)))
	}
	return d - rand.N(d/2)
}
