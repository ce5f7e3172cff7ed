package durable

import (
	"math/rand/v2"
	"strings"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSeal(t *testing.T) {
	key, snapshot := []byte("0123456789abcdef0123456789abcdef"), []byte("a snapshot")
	sealed := Seal(key, snapshot)
	got, err := Open(key, sealed)
	require.NoError(t, err)
	assert.Equal(t, snapshot, got)
	for i := range sealed {
		sealed[i] ^= 1
		_, err := Open(key, sealed)
		assert.ErrorIs(t, err, ErrSeal, i)
		sealed[i] ^= 1
		_, err = Open(key, sealed[:i])
		assert.ErrorIs(t, err, ErrSeal, i)
	}
	_, err = Open([]byte("another key"), sealed)
	assert.ErrorIs(t, err, ErrSeal)
}

func snapshotOf(t testing.TB, g *greenlet.Greenlet, switches int) []byte {
	for range switches {
		g.Switch()
	}
	b, err := Snapshot(g)
	require.NoError(t, err)
	return b
}

func TestShow(t *testing.T) {
	for _, c := range []struct {
		program  string
		switches int
		want     string
	}{
		{"pair", 2, `greenlet #2
	durable.countTo at Yield#51f6ecd9 (durable/snapshot_test.go:27)
		n = 3
		name = "a"
		total = 1
		i = 1
	durable.pair at countTo#536653e3 (durable/snapshot_test.go:34)
		n = 3
`},
		{"data", 1, `greenlet #2
	durable.data at Yield#002e841d (durable/snapshot_test.go:54)
		it = #3 durable.item{Name: "head", count: 1, next: #3, tags: #4[0] of {"x", "y", "z"}, extra: 1.5}
		window = #4[1][:2]
		inner = #3.count
		m = #5 {"it": #3, "nil": nil}
		e = #5
`},
		{"closures", 1, `greenlet #2
	durable.closures at Yield#834965a3 (durable/snapshot_test.go:68)
		x = #3 2
		add = #4 durable.closures#c2f3fdfb{x: #3}
		ask = #5 durable.closures#86f57915{x: #3}
		p = #3
`},
		{"undoes", 1, `greenlet #2
	durable.undoes at Exchange#f78b597f (durable/snapshot_test.go:95)
		fail = false
		log = #3 ""
		err = #4 nil
		~2 = 0
		defer = #5 durable.undoes#a2d165f1{err: #4, log: #3}
		defer = #6 durable.undoes#7899531f{log: #3, i: #7 0}
`},
		{"countTo", 0, `greenlet #2, not started
	durable.countTo at start (durable/snapshot_test.go:24)
		n = 3
		name = "n"
`},
	} {
		stacks, err := Show(snapshotOf(t, programs[c.program](), c.switches), nil)
		require.NoError(t, err)
		require.Len(t, stacks, 1)
		assert.Equal(t, c.want, short(stacks[0]))
		assert.Empty(t, stacks[0].Reason)
	}
}

// short is st without the path of this module.
func short(st Stack) string {
	return strings.ReplaceAll(st.String(), "github.com/going-green/greenlet/", "")
}

// Another program knows neither the functions nor the types.
func TestShowUnknown(t *testing.T) {
	p := takeApart(t, snapshotOf(t, programs["pair"](), 2))
	for i := range p.funcs {
		p.funcs[i].name = append([]byte("other/"), p.funcs[i].name...)
	}
	stacks, err := Show(p.together(), nil)
	require.NoError(t, err)
	assert.Equal(t, `greenlet #2
	other/durable.countTo at Yield#51f6ecd9 (durable/snapshot_test.go:27)
		n = 3
		name = "a"
		total = 1
		i = 1
	other/durable.pair at countTo#536653e3 (durable/snapshot_test.go:34)
		n = 3
`, short(stacks[0]))
	assert.Contains(t, stacks[0].Reason, "it is not in this program")
}

func TestShowHostile(t *testing.T) {
	var seeds []pieces
	for _, b := range atEachSuspension(t) {
		seeds = append(seeds, takeApart(t, b))
	}
	r := rand.New(rand.NewPCG(3, 4))
	shown := 0
	for range 5000 {
		stacks, err := Show(seeds[r.IntN(len(seeds))].mutate(r, seeds).together(), nil)
		if err != nil {
			continue
		}
		shown++
		for _, st := range stacks {
			assert.Less(t, len(st.String()), 1<<20)
		}
	}
	assert.Positive(t, shown)
}

// A snapshot whose descriptions are in a store says the same with them in it.
func TestInline(t *testing.T) {
	for name, switches := range map[string]int{"pair": 2, "data": 1, "closures": 1, "undoes": 1} {
		g := programs[name]()
		for range switches {
			g.Switch()
		}
		store := memory{}
		small, err := Append(nil, store, g)
		require.NoError(t, err)
		whole, err := Inline(small, store)
		require.NoError(t, err)
		want, err := Snapshot(g)
		require.NoError(t, err)
		assert.Equal(t, want, whole, name)
		of, err := Descriptions(small)
		require.NoError(t, err)
		assert.Len(t, of, len(store))
		same, err := Descriptions(whole)
		require.NoError(t, err)
		assert.Equal(t, of, same)
		again, err := Inline(whole, nil)
		require.NoError(t, err)
		assert.Equal(t, want, again)

		_, err = Inline(small, nil)
		assert.ErrorIs(t, err, ErrMissing)
		_, err = Inline(small, memory{})
		assert.Error(t, err)
		for i := range small {
			_, err = Inline(small[:i], store)
			assert.ErrorIs(t, err, ErrCorrupt, i)
		}
	}
}
