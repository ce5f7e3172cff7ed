package conformance

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"testing"
	"weak"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// caught is the panic of f, or nil.
func caught(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

func fail(v any) { panic(v) }

var errTest = errors.New("some error")

//greenlet:resumable
func steps(l *[]int, first, second int) {
	*l = append(*l, first)
	greenlet.Current().Parent().Switch()
	*l = append(*l, second)
}

func simple(t assert.TestingT) {
	var l []int
	g := greenlet.New(newStepsFrame(&l, 1, 3))
	l = append(l, 0)
	g.Switch()
	l = append(l, 2)
	g.Switch()
	l = append(l, 4)
	assert.Equal(t, []int{0, 1, 2, 3, 4}, l)
}

func TestGreenlet_test_simple(t *testing.T) {
	row(t, "")
	simple(t)
}

func TestGreenlet_test_switch_no_run_raises_AttributeError(t *testing.T) {
	row(t, "`NewChild(p, nil)` makes a greenlet without a run; the switch panics with a `*StateError`")
	g := greenlet.NewChild(greenlet.Main(), nil)
	e := caught(func() { g.Switch() }).(*greenlet.StateError)
	assert.Contains(t, e.Error(), "run")
	assert.False(t, g.Started())
	var l []int
	g.SetRun(newStepsFrame(&l, 1, 2))
	g.Switch()
	assert.Equal(t, []int{1}, l)
}

func TestGreenlet_test_throw_no_run_raises_AttributeError(t *testing.T) {
	row(t, "as above")
	g := greenlet.NewChild(greenlet.Main(), nil)
	e := caught(func() { g.Throw(errTest) }).(*greenlet.StateError)
	assert.Contains(t, e.Error(), "run")
	assert.False(t, g.Dead())
}

//greenlet:resumable
func makesChild() *greenlet.Greenlet {
	return greenlet.New(newLeafFrame(0))
}

//greenlet:resumable
func leaf(v int) int { return v }

func TestGreenlet_test_parent_equals_None(t *testing.T) {
	row(t, "`New` is the constructor that names no parent; a nil one given to `NewChild` panics")
	assert.Same(t, greenlet.Main(), greenlet.New(newLeafFrame(0)).Parent())
	g := greenlet.New(newMakesChildFrame())
	assert.Same(t, g, g.Switch().(*greenlet.Greenlet).Parent())
	assert.IsType(t, &greenlet.StateError{}, caught(func() { greenlet.NewChild(nil, newLeafFrame(0)) }))
}

func TestGreenlet_test_run_equals_None(t *testing.T) {
	row(t, "`Run() == nil`")
	assert.Nil(t, greenlet.NewChild(greenlet.Main(), nil).Run())
}

func TestGreenlet_test_two_children(t *testing.T) {
	row(t, "")
	var l []int
	g := greenlet.New(newStepsFrame(&l, 0, 1))
	h := greenlet.New(newStepsFrame(&l, 0, 1))
	g.Switch()
	h.Switch()
	assert.Len(t, l, 2)
	g.Switch()
	assert.Len(t, l, 3)
	assert.True(t, g.Dead())
	h.Switch()
	assert.Len(t, l, 4)
	assert.True(t, h.Dead())
}

//greenlet:resumable
func recursiveInner(l *[]string) {
	*l = append(*l, "b")
	greenlet.Current().Parent().Switch()
}

//greenlet:resumable
func recursiveOuter(l *[]string, child *weak.Pointer[recursiveInnerFrame]) {
	*l = append(*l, "a")
	f := newRecursiveInnerFrame(l)
	*child = weak.Make(f)
	g := greenlet.New(f)
	g.Switch()
	*l = append(*l, "c")
	greenlet.Current().Parent().Switch()
}

func TestGreenlet_test_two_recursive_children(t *testing.T) {
	row(t, "the frame of the dropped child is collected")
	var l []string
	var child weak.Pointer[recursiveInnerFrame]
	g := greenlet.New(newRecursiveOuterFrame(&l, &child))
	g.Switch()
	assert.Equal(t, []string{"a", "b", "c"}, l)
	eventually(t, func() bool { return child.Value() == nil })
	runtime.KeepAlive(g)
}

func TestGreenlet_test_threads(t *testing.T) {
	row(t, "ten goroutines")
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { simple(t) })
	}
	wg.Wait()
}

//greenlet:resumable
func blocks(started, release chan bool) string {
	greenlet.Current().Parent().Switch("ready")
	started <- true
	<-release
	return "done"
}

func TestGreenlet_test_switching_many_threads(t *testing.T) {
	row(t, "a greenlet that runs on one goroutine is refused to all others; when that is over anybody may switch to it")
	started, release, done := make(chan bool), make(chan bool), make(chan any)
	g := greenlet.New(newBlocksFrame(started, release))
	g.Switch()
	go func() { done <- g.Switch() }()
	<-started
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				assert.IsType(t, &greenlet.StateError{}, caught(func() { g.Switch() }))
				assert.IsType(t, &greenlet.StateError{}, caught(func() { g.Throw(errTest) }))
				assert.IsType(t, &greenlet.StateError{}, caught(func() { g.Kill() }))
			}
		})
	}
	wg.Wait()
	release <- true
	assert.Equal(t, "done", <-done)
	assert.Equal(t, "late", g.Switch("late"))
}

//greenlet:resumable
func failsChild(parent *greenlet.Greenlet) {
	greenlet.Current().Parent().Switch()
	fail(errTest)
}

//greenlet:resumable
func failsParent(seen *any) {
	defer func() {
		*seen = recover()
		panic(*seen)
	}()
	me := greenlet.Current()
	g := greenlet.New(newFailsChildFrame(me))
	g.Switch()
	me.Parent().Switch(g)
	g.Switch()
	fail("not reached")
}

func TestGreenlet_test_exception(t *testing.T) {
	row(t, "")
	var seen any
	g := greenlet.New(newFailsParentFrame(&seen))
	child := g.Switch().(*greenlet.Greenlet)
	assert.Equal(t, errTest, caught(func() { g.Switch() }))
	assert.Equal(t, errTest, seen)
	assert.True(t, g.Dead())
	assert.True(t, child.Dead())
	assert.Nil(t, g.Switch())
	assert.Equal(t, 25, child.Switch(25))
}

//greenlet:resumable
func raises(v any) { fail(v) }

//greenlet:resumable
func recovers(seen *any) string {
	got := waits(seen)
	return fmt.Sprint("recovered ", got)
}

//greenlet:resumable
func waits(seen *any) (got any) {
	defer func() {
		*seen = recover()
		got = *seen
	}()
	return greenlet.Current().Parent().Switch("waiting")
}

func TestGreenlet_test_send_exception(t *testing.T) {
	row(t, "")
	var seen any
	g := greenlet.New(newRecoversFrame(&seen))
	g.Switch()
	assert.Equal(t, "recovered some error", greenlet.NewChild(g, newRaisesFrame(errTest)).Switch())
	assert.Equal(t, errTest, seen)
}

//greenlet:resumable
func stands() (int, string) {
	nested(2)
	return 1, "x"
}

//greenlet:resumable
func nested(n int) {
	if n > 0 {
		nested(n - 1)
		return
	}
	greenlet.Current().Parent().Switch()
}

func TestGreenlet_test_frame(t *testing.T) {
	row(t, "`Stack()[0]`")
	g := greenlet.New(newStandsFrame())
	require.Len(t, g.Stack(), 1) // at its declaration
	assert.False(t, g.Active())
	g.Switch()
	s := g.Stack()
	require.Len(t, s, 4)
	assert.Equal(t, "github.com/going-green/greenlet/generated/conformance.nested", s[0].Func)
	assert.Equal(t, "github.com/going-green/greenlet/generated/conformance.stands", s[3].Func)
	assert.Contains(t, s[0].File, "conformance/greenlet_test.go")
	assert.True(t, g.Active())
	assert.Equal(t, greenlet.Values{1, "x"}, g.Switch())
	assert.Nil(t, g.Stack())
	assert.False(t, g.Active())
}

func TestGreenlet_test_thread_bug(t *testing.T) {
	row(t, "two goroutines")
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			started, release := make(chan bool, 1), make(chan bool, 1)
			release <- true
			g := greenlet.New(newBlocksFrame(started, release))
			assert.Equal(t, "ready", g.Switch())
			assert.Equal(t, "done", g.Switch())
		})
	}
	wg.Wait()
}

type arguments struct {
	pos []int
	kw  map[string]int
}

//greenlet:resumable
func takes(a arguments, n int) any {
	if n != 4 {
		panic("n")
	}
	return greenlet.Current().Parent().Switch(a)
}

func TestGreenlet_test_switch_kwargs(t *testing.T) {
	row(t, "Go has no keyword arguments: a struct is one argument; count and types are checked")
	g := greenlet.New(newTakesFrame(arguments{}, 0))
	e := caught(func() { g.Switch(arguments{}) }).(*greenlet.ArgumentError)
	assert.Equal(t, 2, e.WantCount)
	e = caught(func() { g.Switch(4, arguments{}) }).(*greenlet.ArgumentError)
	assert.Equal(t, "int", e.Got)
	want := arguments{[]int{2}, map[string]int{"x": 2}}
	assert.Equal(t, want, g.Switch(want, 4))
}

func TestGreenlet_test_switch_kwargs_to_parent(t *testing.T) {
	row(t, "nothing arrives as nil, one value as itself, several as `Values`")
	for _, c := range []struct {
		sent []any
		want any
	}{
		{nil, nil},
		{[]any{nil}, nil},
		{[]any{1}, 1},
		{[]any{greenlet.Values{}}, greenlet.Values{}},
		{[]any{1, "a"}, greenlet.Values{1, "a"}},
		{[]any{map[string]int{"a": 1}}, map[string]int{"a": 1}},
	} {
		g := greenlet.New(newTakesFrame(arguments{}, 4))
		g.Switch()
		assert.Equal(t, c.want, g.Switch(c.sent...))
	}
}

func TestGreenlet_test_switch_to_another_thread(t *testing.T) {
	row(t, "a greenlet that nobody runs belongs to no goroutine: it starts wherever it is switched to")
	made := make(chan *greenlet.Greenlet)
	go func() { made <- greenlet.New(newLeafFrame(7)) }()
	assert.Equal(t, 7, (<-made).Switch())
}

//greenlet:resumable
func peeks() (seen any) {
	defer func() { seen = recover() }()
	greenlet.Current().Parent().Switch()
	return nil
}

//greenlet:resumable
func handles(handler func(seen, kept *any), seen, kept *any) {
	defer handler(seen, kept)
	greenlet.Yield(0)
	fail(errTest)
}

func handler(seen, kept *any) {
	g := greenlet.New(newPeeksFrame())
	g.Switch()
	*seen = g.Switch()
	*kept = recover()
}

func TestGreenlet_test_exc_state(t *testing.T) {
	row(t, "a greenlet started in a deferred function that recovers sees nothing of that panic")
	var seen, kept any
	g := greenlet.New(newHandlesFrame(handler, &seen, &kept))
	g.Switch()
	g.Switch()
	assert.Nil(t, seen)
	assert.Equal(t, errTest, kept)
	assert.True(t, g.Dead())
}

func TestGreenlet_test_instance_dict(t *testing.T) {
	row(t, "`Local[T]`")
	var a, b greenlet.Local[int]
	g, h := greenlet.New(newLeafFrame(0)), greenlet.New(newLeafFrame(0))
	a.Set(g, 42)
	b.Set(g, 43)
	v, ok := a.Get(g)
	assert.Equal(t, 42, v)
	assert.True(t, ok)
	_, ok = a.Get(h)
	assert.False(t, ok)
	a.Delete(g)
	_, ok = a.Get(g)
	assert.False(t, ok)
	v, _ = b.Get(g)
	assert.Equal(t, 43, v)
	assert.IsType(t, &greenlet.StateError{}, caught(func() { a.Set(greenlet.Main(), 1) }))
}

//greenlet:resumable
func looksAtRun() bool { return greenlet.Current().Run() == nil }

func TestGreenlet_test_running_greenlet_has_no_run(t *testing.T) {
	row(t, "`Run() == nil`")
	f := newLooksAtRunFrame()
	g := greenlet.New(f)
	assert.True(t, g.Run() == f)
	assert.Equal(t, true, g.Switch())
}

func TestGreenlet_test_deepcopy(t *testing.T) {
	row(t, "vet's copylocks reports copies")
	_, ok := reflect.TypeFor[greenlet.Greenlet]().FieldByName("_")
	assert.True(t, ok)
	assert.Implements(t, (*sync.Locker)(nil), reflect.New(reflect.TypeFor[greenlet.Greenlet]().Field(0).Type).Interface())
}

func TestGreenlet_test_parent_return_failure(t *testing.T) {
	row(t, "")
	p := greenlet.NewChild(greenlet.Main(), nil)
	g := greenlet.NewChild(p, newLeafFrame(1))
	e := caught(func() { g.Switch() }).(*greenlet.StateError)
	assert.Same(t, p, e.Greenlet)
	assert.False(t, p.Dead())
	assert.True(t, g.Dead())
}

func TestGreenlet_test_throw_exception_not_lost(t *testing.T) {
	row(t, "looking up the run executes no user code, so nothing can get lost")
	g := greenlet.New(newLeafFrame(0))
	assert.Equal(t, errTest, caught(func() { g.Throw(errTest) }))
	assert.True(t, g.Dead())
}

// onGoroutine runs f on a goroutine that has ended when it returns.
func onGoroutine(f func()) {
	done := make(chan bool)
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

func TestGreenlet_test_throw_to_dead_thread_doesnt_crash(t *testing.T) {
	row(t, "the goroutine that ran a greenlet may end: the greenlet is data, a throw arrives")
	var seen any
	g := greenlet.New(newRecoversFrame(&seen))
	onGoroutine(func() { g.Switch() })
	require.NotEmpty(t, g.Stack())
	assert.Equal(t, "recovered some error", g.Throw(errTest))
	assert.Equal(t, errTest, seen)
}

func TestGreenlet_test_throw_to_dead_thread_doesnt_crash_wait(t *testing.T) {
	row(t, "as above; a greenlet that was running when its goroutine ended (runtime.Goexit) is dead")
	g := greenlet.New(newExitsGoroutineFrame())
	onGoroutine(func() { g.Switch() })
	assert.True(t, g.Dead())
	assert.Nil(t, g.Stack())
	assert.Equal(t, errTest, caught(func() { g.Throw(errTest) }))
}

//greenlet:resumable
func exitsGoroutine() { runtime.Goexit() }

func TestGreenlet_test_implicit_parent_with_threads(t *testing.T) {
	row(t, "")
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			g := greenlet.New(newMakesChildFrame())
			runtime.GC()
			assert.Same(t, g, g.Switch().(*greenlet.Greenlet).Parent())
		})
	}
	wg.Wait()
}

//greenlet:resumable
func pair(a, b int) int { return a + b }

func TestGreenlet_test_falling_off_end_switches_to_unstarted_parent_raises_error(t *testing.T) {
	row(t, "an `*ArgumentError`")
	p := greenlet.New(newPairFrame(1, 2))
	g := greenlet.NewChild(p, newLeafFrame(5))
	e := caught(func() { g.Switch() }).(*greenlet.ArgumentError)
	assert.Equal(t, 2, e.WantCount)
	assert.Equal(t, 1, e.GotCount)
}

//greenlet:resumable
func double(v int) int { return v * 2 }

func TestGreenlet_test_falling_off_end_switches_to_unstarted_parent_works(t *testing.T) {
	row(t, "")
	p := greenlet.New(newDoubleFrame(0))
	g := greenlet.NewChild(p, newLeafFrame(5))
	assert.Equal(t, 10, g.Switch())
	assert.True(t, p.Dead())
}

func TestGreenlet_test_switch_to_dead_greenlet_with_unstarted_perverse_parent(t *testing.T) {
	row(t, "a parent without a run")
	p := greenlet.NewChild(greenlet.Main(), nil)
	g := greenlet.NewChild(p, newLeafFrame(5))
	assert.IsType(t, &greenlet.StateError{}, caught(func() { g.Switch() }))
	assert.True(t, g.Dead())
	for range 2 {
		assert.IsType(t, &greenlet.StateError{}, caught(func() { g.Switch(1) }))
	}
}

func TestGreenlet_test_switch_to_dead_greenlet_reparent(t *testing.T) {
	row(t, "")
	g := greenlet.New(newLeafFrame(5))
	assert.Equal(t, 5, g.Switch())
	p := greenlet.New(newDoubleFrame(0))
	g.SetParent(p)
	assert.False(t, p.Started())
	assert.Equal(t, 42, g.Switch(21))
	assert.True(t, p.Dead())
}

func TestGreenlet_test_can_access_f_back_of_suspended_greenlet(t *testing.T) {
	row(t, "`Stack()`")
	g := greenlet.New(newStandsFrame())
	g.Switch()
	simple(t)
	var names []string
	for _, f := range g.Stack() {
		names = append(names, f.Func[len("github.com/going-green/greenlet/generated/conformance."):])
	}
	assert.Equal(t, []string{"nested", "nested", "nested", "stands"}, names)
}

//greenlet:resumable
func factorial(n int) int {
	if n <= 1 {
		return greenlet.Current().Parent().Switch(n).(int)
	}
	return n * factorial(n-1)
}

//greenlet:resumable
func callsPlain(f func()) { f() }

func TestGreenlet_test_get_stack_with_nested_c_calls(t *testing.T) {
	row(t, "plain functions in between are refused by name")
	g := greenlet.New(newFactorialFrame(5))
	assert.Equal(t, 1, g.Switch())
	require.Len(t, g.Stack(), 5)
	for _, f := range g.Stack() {
		assert.Contains(t, f.Func, ".factorial")
	}
	assert.Equal(t, 1200, g.Switch(10))

	var me *greenlet.Greenlet
	var e *greenlet.StateError
	me = greenlet.New(newCallsPlainFrame(func() { e = switchesPlainly(me) }))
	me.Switch()
	require.NotNil(t, e)
	require.NotEmpty(t, e.Plain)
	assert.Contains(t, fmt.Sprint(e.Plain), "conformance.switchesPlainly (")
	assert.Contains(t, e.Error(), "//greenlet:resumable")
}

//go:noinline
func switchesPlainly(g *greenlet.Greenlet) *greenlet.StateError {
	return caught(func() { g.Switch() }).(*greenlet.StateError)
}
