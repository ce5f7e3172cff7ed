package durable

import (
	"context"
	"reflect"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	user    greenlet.Local[string]
	notes   greenlet.Local[[]string]
	unnamed greenlet.Local[int]
)

type contextKey struct{ name string }

var namedKey = &contextKey{"named"}

func init() {
	Local("user", &user)
	Local("notes", &notes)
	Type[contextKey]()
	Value("durable.namedKey", namedKey)
}

// tellsOf tells what its greenlet has.
//
//greenlet:resumable durable
func tellsOf(ctx context.Context) string {
	greenlet.Yield("asks")
	g := greenlet.Current()
	u, _ := user.Get(g)
	n, _ := notes.Get(g)
	s, _ := g.Context().Value(contextKey{"a"}).(string)
	t, _ := ctx.Value(namedKey).(string)
	for _, note := range n {
		s += note
	}
	return u + s + t
}

func asker(ctx context.Context) *greenlet.Greenlet {
	g := greenlet.New(tellsOf, ctx)
	g.Switch()
	return g
}

// What a greenlet has of Locals, and its context, were lost.
func TestLocalsAndContext(t *testing.T) {
	background := context.Background()
	g := asker(context.WithValue(context.WithoutCancel(background), namedKey, "named"))
	user.Set(g, "bob ")
	notes.Set(g, []string{"x", "y"})
	g.SetContext(context.WithValue(context.TODO(), contextKey{"a"}, "value "))
	fork, err := Fork(g)
	require.NoError(t, err)
	user.Set(fork, "eve ")
	b, err := Snapshot(g)
	require.NoError(t, err)
	clone, err := Clone(g)
	require.NoError(t, err)
	assert.Equal(t, "bob value xynamed", g.Switch())
	assert.Equal(t, "eve value xynamed", fork.Switch())
	assert.Equal(t, "bob value xynamed", clone.Switch())

	gs, err := Restore(b)
	require.NoError(t, err)
	again, err := Snapshot(gs[0])
	require.NoError(t, err)
	assert.Equal(t, b, again)
	assert.Equal(t, "bob value xynamed", gs[0].Switch())
	stacks, err := Show(b, nil)
	require.NoError(t, err)
	assert.Contains(t, stacks[0].String(), "\tlocal user = \"bob \"\n")
	x, err := takeStock(b, nil, Standard)
	require.NoError(t, err)
	assert.Equal(t, b, x.whole(x.extract([]int{0})))
}

// A Local that the restoring program does not know is dropped; one of another type is refused.
func TestLocalsOfAnotherBuild(t *testing.T) {
	g := asker(context.Background())
	user.Set(g, "bob")
	b, err := Snapshot(g)
	require.NoError(t, err)
	known, other := localsByName["user"], localsByName["notes"]
	defer func() { localsByName["user"] = known }()
	delete(localsByName, "user")
	gs, err := Restore(b)
	require.NoError(t, err)
	assert.Equal(t, "", gs[0].Switch())
	localsByName["user"] = other
	_, err = Restore(b)
	assert.ErrorContains(t, err, "Local user has changed: it has a string, and is of type []string")
}

func TestRefusedLocalsAndContexts(t *testing.T) {
	background := context.Background()
	canceled, cancel := context.WithCancel(background)
	defer cancel()
	timed, cancel := context.WithTimeout(context.WithValue(background, contextKey{"a"}, 1), 1<<40)
	defer cancel()
	for _, c := range []struct {
		ctx  context.Context
		want string
	}{
		{canceled, "ctx (*context.cancelCtx): it is a context that can be canceled"},
		{context.WithValue(timed, contextKey{"b"}, 1), "ctx.Context (*context.timerCtx): it is a context that can be canceled"},
		{context.WithValue(background, &contextKey{"a"}, 1), "the key of a context is a pointer, of which there would be another one; say durable.Value"},
	} {
		_, err := Snapshot(asker(c.ctx))
		assert.ErrorContains(t, err, c.want)
		g := asker(background)
		g.SetContext(c.ctx)
		_, err = Snapshot(g)
		assert.ErrorContains(t, err, "its context")
	}
	// A type that nobody else can name is not to be made known.
	_, err := held(reflect.ValueOf(1).Type())
	assert.ErrorContains(t, err, "a type that only package reflect can name")
	g := asker(background)
	unnamed.Set(g, 1)
	_, err = Snapshot(g)
	assert.ErrorContains(t, err, "a Local that is not known; say durable.Local(name, &variable)")
	fork, err := Fork(g)
	require.NoError(t, err, "a fork needs no name")
	n, _ := unnamed.Get(fork)
	assert.Equal(t, 1, n)
	assert.Panics(t, func() { Local("user", &unnamed) })
}
