package durable

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What programs say of their values: codecs, resources, functions and errors by name.

// store is a resource: another one is opened by its name.
type store struct {
	name string
	open chan bool
}

var stores []string // those that were opened

func init() {
	Codec(func(r *regexp.Regexp) ([]byte, error) { return []byte(r.String()), nil },
		func(b []byte) (*regexp.Regexp, error) { return regexp.Compile(string(b)) })
	Resource(func(s *store) string { return s.name }, func(name string) (*store, error) {
		if name == "gone" {
			return nil, errors.New("there is no such store")
		}
		stores = append(stores, name)
		return &store{name, make(chan bool)}, nil
	})
	programs["said"] = func() *greenlet.Greenlet { return greenlet.New(usesAll, &store{"main", make(chan bool)}) }
	Func("double", double)
	Value("strconv.ErrSyntax", strconv.ErrSyntax)
}

func double(n int) int { return 2 * n }

//greenlet:resumable durable
func usesAll(s *store) string {
	re, times := regexp.MustCompile("^a+$"), double
	err := fmt.Errorf("wrapped: %w", strconv.ErrSyntax)
	var kept any = s
	var none *store
	greenlet.Yield("all")
	return fmt.Sprint(re.MatchString("aaa"), re.MatchString("ab"), " ", times(4), " ", errors.Is(err, strconv.ErrSyntax), " ", err, " ", s.name, " ", kept == s, " ", s.open != nil, " ", none == nil)
}

func TestSaidValues(t *testing.T) {
	g := greenlet.New(usesAll, &store{"main", make(chan bool)})
	g.Switch()
	b, err := Snapshot(g)
	require.NoError(t, err)
	stores = nil
	gs, err := Restore(b)
	require.NoError(t, err)
	assert.Equal(t, []string{"main"}, stores, "it is opened once")
	want := "true false 8 true wrapped: invalid syntax main true true true"
	assert.Equal(t, want, gs[0].Switch())
	assert.Equal(t, want, g.Switch())
}

func TestResourceIsGone(t *testing.T) {
	g := greenlet.New(usesAll, &store{"gone", nil})
	g.Switch()
	b, err := Snapshot(g)
	require.NoError(t, err)
	_, err = Restore(b)
	assert.ErrorContains(t, err, "there is no such store")
}

//greenlet:resumable durable
func holdsFunc() int {
	f := table["triple"] // which the function does not name
	greenlet.Yield("func")
	return f(2)
}

var table = map[string]func(int) int{"triple": triple}

func triple(n int) int { return 3 * n }

func TestFuncIsNotKnown(t *testing.T) {
	g := greenlet.New(holdsFunc)
	g.Switch()
	_, err := Snapshot(g)
	assert.ErrorContains(t, err, ".f (func(int) int): it is a function literal of a function that is not durable, a method value, what greenlet.Pull returns, or a function that is not known; see durable.Func")
}

// Nothing of a clone is shared, and its parent is that of the original.
func TestClone(t *testing.T) {
	parent := greenlet.New(countTo, 1, "parent")
	for name, start := range programs {
		t.Run(name, func(t *testing.T) {
			want := through(start(), plainly)
			g := start()
			g.SetParent(parent)
			c, err := Clone(g)
			require.NoError(t, err)
			assert.Same(t, parent, c.Parent())
			for _, g := range []*greenlet.Greenlet{g, c} {
				g.SetParent(greenlet.Main())
			}
			clones := []*greenlet.Greenlet{c}
			last := []any{nil}
			got := through(g, func(g *greenlet.Greenlet) *greenlet.Greenlet {
				c, err := Clone(g)
				require.NoError(t, err)
				clones = append(clones, c)
				return g
			})
			assert.Equal(t, want, got)
			last = append(append(last, nil), want...)
			for i, c := range clones {
				assert.Equal(t, want[max(i-1, 0):], throughFrom(c, last[i], plainly), i)
			}
		})
	}
}
