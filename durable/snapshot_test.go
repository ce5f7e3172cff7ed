package durable

import (
	"errors"
	"fmt"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type item struct {
	Name  string
	count int
	next  *item
	tags  []string
	extra any
}

//greenlet:resumable durable
func countTo(n int, name string) (total int) {
	for i := range n {
		total += i
		greenlet.Yield(fmt.Sprint(name, i))
	}
	return total
}

//greenlet:resumable durable
func pair(n int) string {
	a := countTo(n, "a")
	b := countTo(n, "b")
	return fmt.Sprint(a, b)
}

//greenlet:resumable durable
func asks() string {
	x := greenlet.Exchange[string, string]("who?")
	y := greenlet.Exchange[int, string]("how many?")
	return fmt.Sprint(x, y)
}

//greenlet:resumable durable
func data() string {
	it := &item{Name: "head", count: 1, tags: []string{"x", "y", "z"}, extra: 1.5}
	it.next = it
	window := it.tags[1:]
	inner := &it.count
	m := map[string]*item{"it": it, "nil": nil}
	var e any = m
	greenlet.Yield("data")
	*inner++
	window[0] = "changed"
	m["new"] = &item{}
	return fmt.Sprint(it.Name, it.count, it.next == it, it.tags, m["it"] == it, len(e.(map[string]*item)), it.extra)
}

//greenlet:resumable durable
func closures() string {
	x := 1
	add := func(n int) { x += n }
	ask := func() { x *= greenlet.Exchange[int, int](x) }
	p := &x
	add(1)
	greenlet.Yield("closures")
	add(10)
	ask()
	*p++
	return fmt.Sprint(x, *p)
}

//greenlet:resumable durable
func sum(n int) int {
	if n == 0 {
		greenlet.Yield("bottom")
		return 0
	}
	return n + sum(n-1)
}

var programs = map[string]func() *greenlet.Greenlet{
	"countTo":  func() *greenlet.Greenlet { return greenlet.New(countTo, 3, "n") },
	"pair":     func() *greenlet.Greenlet { return greenlet.New(pair, 3) },
	"asks":     func() *greenlet.Greenlet { return greenlet.New(asks) },
	"data":     func() *greenlet.Greenlet { return greenlet.New(data) },
	"closures": func() *greenlet.Greenlet { return greenlet.New(closures) },
	"sum":      func() *greenlet.Greenlet { return greenlet.New(sum, 20) },
}

// answer is what the driver sends for what it gets.
func answer(v any) []any {
	switch v {
	case "who?":
		return []any{"me"}
	case "how many?":
		return []any{3}
	}
	if n, ok := v.(int); ok {
		return []any{n + 1}
	}
	return nil
}

// through runs g to its end, with what is done to it before each switch.
func through(g *greenlet.Greenlet, between func(g *greenlet.Greenlet) *greenlet.Greenlet) (log []any) {
	g = between(g)
	v := g.Switch()
	for !g.Dead() {
		log = append(log, v)
		g = between(g)
		v = g.Switch(answer(v)...)
	}
	return append(log, v)
}

func plainly(g *greenlet.Greenlet) *greenlet.Greenlet { return g }

func TestRestoreAtEachSuspension(t *testing.T) {
	for name, start := range programs {
		t.Run(name, func(t *testing.T) {
			want := through(start(), plainly)
			got := through(start(), func(g *greenlet.Greenlet) *greenlet.Greenlet {
				b, err := Snapshot(g)
				require.NoError(t, err)
				gs, err := Restore(b)
				require.NoError(t, err)
				again, err := Snapshot(gs[0])
				require.NoError(t, err)
				assert.Equal(t, b, again, "the same state, the same bytes")
				return gs[0]
			})
			assert.Equal(t, want, got)
		})
	}
}

func TestRefused(t *testing.T) {
	g := greenlet.New(plainResumable)
	g.Switch()
	_, err := Snapshot(g)
	var refused *RefusedError
	require.True(t, errors.As(err, &refused))
	t.Log(err)
}

//greenlet:resumable
func plainResumable() { greenlet.Yield(1) }
