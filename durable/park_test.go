package durable

import (
	"errors"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// moody is made again only in good times.
type moody struct{ name string }

// shared is what two greenlets may have.
type shared struct{ n int }

// office is a resource.
type office struct{ name string }

var (
	badTimes bool
	offices  = map[string]*office{"a": {"a"}}
)

func init() {
	Codec(func(m *moody) ([]byte, error) { return []byte(m.name), nil }, func(b []byte) (*moody, error) {
		if badTimes && string(b) == "bad" {
			return nil, errors.New("not now")
		}
		return &moody{string(b)}, nil
	})
	Resource(func(o *office) string { return o.name }, func(name string) (*office, error) { return offices[name], nil })
}

//greenlet:resumable durable
func works(m *moody, s *shared, o *office, other *greenlet.Greenlet) string {
	twice := m
	greenlet.Yield(m.name)
	s.n++
	if other != nil {
		greenlet.Yield(other.Dead())
	}
	return m.name + twice.name + o.name + string(rune('0'+s.n))
}

// staff are suspended greenlets: the second and fourth are refused in bad times, the third
// shares what the second has, the fifth knows the fourth.
func staff(t *testing.T) []*greenlet.Greenlet {
	a, s := offices["a"], &shared{}
	bad := greenlet.New(works, &moody{"bad"}, &shared{}, a, nil)
	gs := []*greenlet.Greenlet{
		greenlet.New(works, &moody{"good"}, &shared{}, a, nil),
		greenlet.New(works, &moody{"bad"}, s, a, nil),
		greenlet.New(works, &moody{"good"}, s, a, nil),
		bad,
		greenlet.New(works, &moody{"good"}, &shared{}, a, bad),
		greenlet.New(works, &moody{"fine"}, &shared{}, a, nil),
	}
	for _, g := range gs {
		require.NotNil(t, g.Switch())
	}
	return gs
}

func ends(g *greenlet.Greenlet) (last any) {
	for !g.Dead() {
		last = g.Switch()
	}
	return last
}

func TestParkedGreenlets(t *testing.T) {
	b, err := Snapshot(staff(t)...)
	require.NoError(t, err)
	gs, parked, err := RestoreAll(b, nil, Standard)
	require.NoError(t, err)
	assert.Empty(t, parked)
	assert.Len(t, gs, 6)

	badTimes = true
	defer func() { badTimes = false }()
	gs, parked, err = RestoreAll(b, nil, Standard)
	require.NoError(t, err)
	require.Len(t, gs, 6)
	assert.Equal(t, []bool{true, false, false, false, false, true}, []bool{gs[0] != nil, gs[1] != nil, gs[2] != nil, gs[3] != nil, gs[4] != nil, gs[5] != nil})
	assert.Equal(t, "goodgooda1", ends(gs[0]))
	assert.Equal(t, "finefinea1", ends(gs[5]))
	require.Len(t, parked, 2)
	assert.Equal(t, []int{1, 2}, parked[0].Index)
	assert.Equal(t, []int{3, 4}, parked[1].Index)
	const name = "github.com/going-green/greenlet/durable.works"
	assert.Equal(t, []string{name, name}, parked[0].Funcs)
	assert.ErrorContains(t, parked[0].Err, "not now")

	// What was parked can be parked again, and stays what it is.
	_, again, err := RestoreAll(parked[0].Snapshot, nil, Standard)
	require.NoError(t, err)
	require.Len(t, again, 1)
	assert.Equal(t, parked[0].Snapshot, again[0].Snapshot)
	assert.Equal(t, []int{0, 1}, again[0].Index)

	badTimes = false
	gs, err = Restore(parked[0].Snapshot)
	require.NoError(t, err)
	assert.Equal(t, []any{"badbada1", "goodgooda2"}, []any{ends(gs[0]), ends(gs[1])}, "they share what they shared")
	gs, err = Restore(parked[1].Snapshot)
	require.NoError(t, err)
	assert.Equal(t, "goodgooda1", ends(gs[1]))
}

// With a store of descriptions it is the same.
func TestParkedWithStore(t *testing.T) {
	store := memory{}
	b, err := Append(nil, store, staff(t)...)
	require.NoError(t, err)
	badTimes = true
	defer func() { badTimes = false }()
	_, parked, err := RestoreAll(b, store, Standard)
	require.NoError(t, err)
	require.Len(t, parked, 2)
	badTimes = false
	_, err = RestoreFrom(parked[0].Snapshot, store, Standard)
	require.NoError(t, err)
}

// Who takes stock of a snapshot can write it as it was.
func TestStockOfEachSuspension(t *testing.T) {
	for _, b := range atEachSuspension(t) {
		x, err := takeStock(b, nil, Standard)
		require.NoError(t, err)
		all := make([]int, len(x.roots))
		for i := range all {
			all[i] = i
		}
		assert.Equal(t, b, x.whole(x.extract(all)))
	}
}
