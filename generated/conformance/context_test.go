package conformance

import (
	"context"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

type key struct{}

func with(v int) context.Context { return context.WithValue(context.Background(), key{}, v) }

//greenlet:resumable
func readsContext() {
	for {
		me := greenlet.Current()
		me.Parent().Switch(me.Context().Value(key{}))
	}
}

func TestContextVarsTests_test_context_propagated_by_context_run(t *testing.T) {
	row(t, "`SetContext` with a derived context before the start")
	base := with(1)
	g, h := greenlet.New(newReadsContextFrame()), greenlet.New(newReadsContextFrame())
	g.SetContext(context.WithValue(base, key{}, 2))
	h.SetContext(base)
	assert.Equal(t, 2, g.Switch())
	assert.Equal(t, 1, h.Switch())
}

func TestContextVarsTests_test_context_propagated_by_setting_attribute(t *testing.T) {
	row(t, "`SetContext` before the start")
	g, h := greenlet.New(newReadsContextFrame()), greenlet.New(newReadsContextFrame())
	g.SetContext(with(1))
	h.SetContext(with(2))
	for range 2 {
		assert.Equal(t, 1, g.Switch())
		assert.Equal(t, 2, h.Switch())
	}
}

//greenlet:resumable
func startsChild() any {
	return greenlet.New(newReadsContextFrame()).Switch()
}

func TestContextVarsTests_test_context_not_propagated(t *testing.T) {
	row(t, "a new greenlet has `context.Background`")
	g := greenlet.New(newStartsChildFrame())
	g.SetContext(with(1))
	assert.Nil(t, g.Switch())
}

func TestContextVarsTests_test_context_shared(t *testing.T) {
	row(t, "a context that holds a variable")
	shared := 1
	ctx := context.WithValue(context.Background(), key{}, &shared)
	g, h := greenlet.New(newReadsContextFrame()), greenlet.New(newReadsContextFrame())
	g.SetContext(ctx)
	h.SetContext(ctx)
	*g.Switch().(*int) = 5
	assert.Equal(t, 5, *h.Switch().(*int))
}

func TestContextVarsTests_test_not_broken_if_using_attribute_instead_of_context_run(t *testing.T) {
	row(t, "any order of switches will do")
	var gs []*greenlet.Greenlet
	for i := range 5 {
		g := greenlet.New(newReadsContextFrame())
		g.SetContext(with(i))
		gs = append(gs, g)
	}
	for _, i := range []int{3, 1, 4, 1, 0, 2, 3} {
		assert.Equal(t, i, gs[i].Switch())
	}
}

//greenlet:resumable
func changesContext(l *[]any) {
	me := greenlet.Current()
	*l = append(*l, me.Context().Value(key{}))
	me.SetContext(with(7))
	*l = append(*l, me.Context().Value(key{}))
	me.Parent().Switch()
	*l = append(*l, me.Context().Value(key{}))
	me.SetContext(nil)
	*l = append(*l, me.Context().Value(key{}))
}

func TestContextVarsTests_test_context_assignment_while_running(t *testing.T) {
	row(t, "`SetContext` in any state; nil takes it away")
	var l []any
	g := greenlet.New(newChangesContextFrame(&l))
	assert.Equal(t, context.Background(), g.Context())
	g.Switch()
	g.SetContext(with(8))
	g.Switch()
	assert.Equal(t, []any{nil, 7, 8, nil}, l)
	assert.True(t, g.Dead())
	g.SetContext(with(9))
	assert.Equal(t, 9, g.Context().Value(key{}))
}

func TestContextVarsTests_test_context_assignment_different_thread(t *testing.T) {
	row(t, "setting that of one that runs on another goroutine panics; reading it is a data race for the race detector to find")
	whileRunning(func(g *greenlet.Greenlet) {
		assert.Equal(t, "it is running on another goroutine", reason(func() { g.SetContext(with(1)) }))
	})
	g := greenlet.New(newReadsContextFrame())
	onGoroutine(func() { g.Switch() })
	g.SetContext(with(3))
	assert.Equal(t, 3, g.Switch())
}

func TestContextVarsTests_test_context_assignment_wrong_type(t *testing.T) {
	row(t, "the compiler refuses it; nil will do")
	g := greenlet.New(newLeafFrame(0))
	g.SetContext(nil)
	assert.Equal(t, context.Background(), g.Context())
	assert.NotEmpty(t, reason(func() { greenlet.Main().SetContext(with(1)) }))
}

//greenlet:resumable
func setsItsOwn(n int) {
	g := greenlet.Current()
	for i := range n {
		g.SetContext(context.WithValue(g.Context(), key{}, i))
		greenlet.Yield(g.Context().Value(key{}).(int))
	}
}

// A greenlet sets its own context whoever drives it: that is on this goroutine.
func TestContextIsSetByWhoeverIsDriven(t *testing.T) {
	var got []int
	for v := range greenlet.Seq(newSetsItsOwnFrame(2)) {
		got = append(got, v)
	}
	assert.Equal(t, []int{0, 1}, got)
	next, stop := greenlet.Pull(newSetsItsOwnFrame(2))
	v, _ := next()
	assert.Equal(t, 0, v)
	stop()
	x := greenlet.ExchangerOf[int, int](newSetsItsOwnFrame(2))
	v, _ = x.Next()
	assert.Equal(t, 0, v)
	v, _ = x.Send(2)
	assert.Equal(t, 1, v)
	x.Stop()
}
