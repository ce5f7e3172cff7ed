package durable

import (
	"errors"
	"fmt"
	"strings"
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

//greenlet:resumable durable
func undoes(fail bool) (log string, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("recovered %v after %s", v, log)
		}
	}()
	for i := range 2 {
		defer func() {
			log += greenlet.Exchange[string, string](fmt.Sprint("undo ", i))
		}()
		log += greenlet.Exchange[string, string](fmt.Sprint("do ", i))
	}
	if fail {
		panic("no")
	}
	return log, nil
}

//greenlet:resumable durable
func walksMap(m map[int]string) string {
	n, text := 0, 0
	for k, v := range m {
		greenlet.Yield("entry")
		n += k
		text += len(v)
		if n > 1000 {
			delete(m, 1)
		}
	}
	return fmt.Sprint(n, text)
}

//greenlet:resumable durable
func evens(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n; i += 2 {
			greenlet.Yield("before")
			if !yield(i) {
				return
			}
		}
	}
}

//greenlet:resumable durable
func ranges() (s string) {
	for v := range evens(10) {
		if v == 2 {
			continue
		}
		greenlet.Yield("body")
		if s += fmt.Sprint(v); v == 6 {
			break
		}
	}
	return s
}

type shape interface{ Area(scale int) int }

type square struct{ side int }

//greenlet:resumable durable
func (s square) Area(scale int) int {
	greenlet.Yield("square")
	return s.side * s.side * scale
}

type circle struct{ r float64 }

//greenlet:resumable durable
func (c *circle) Area(scale int) int {
	greenlet.Yield("circle")
	return int(c.r*c.r*3) * scale
}

//greenlet:resumable durable
func areas() (sum int, err error) {
	for _, s := range []shape{square{2}, &circle{2}, square{3}} {
		sum += s.Area(2)
	}
	err = fmt.Errorf("wrapped: %w", errSentinel)
	greenlet.Yield("error")
	if !errors.Is(err, errSentinel) {
		return 0, errors.New("lost")
	}
	return sum, nil
}

var errSentinel = errors.New("sentinel")

type tree[T any] struct {
	left, right *tree[T]
	value       T
}

//greenlet:resumable durable
func walk[T any](t *tree[T]) int {
	if t == nil {
		return 0
	}
	n := walk(t.left)
	greenlet.Yield(fmt.Sprint(t.value))
	return n + walk(t.right) + 1
}

//greenlet:resumable durable
func walksTree() int {
	t := &tree[string]{value: "b", left: &tree[string]{value: "a"}, right: &tree[string]{value: "c"}}
	t.right.right = t.left
	return walk(t)
}

type counter struct{ n int }

//greenlet:resumable durable
func (c *counter) add(d int) int {
	greenlet.Yield(c.n)
	c.n += d
	return c.n
}

//greenlet:resumable durable
func interior() string {
	cs := []counter{{1}, {2}, {3}}
	cs[1].add(10)
	(&cs[0]).add(20)
	tail := cs[2:]
	tail[0].add(5)
	var pair struct{ a, b [2]counter }
	p, q := &pair.b, &pair.b[1]
	q.add(3)
	return fmt.Sprint(cs, tail, p[1].n, pair)
}

func init() { Register(newWalkFrame[string](nil)) }

var programs = map[string]func() *greenlet.Greenlet{
	"countTo":  func() *greenlet.Greenlet { return greenlet.New(countTo, 3, "n") },
	"pair":     func() *greenlet.Greenlet { return greenlet.New(pair, 3) },
	"asks":     func() *greenlet.Greenlet { return greenlet.New(asks) },
	"data":     func() *greenlet.Greenlet { return greenlet.New(data) },
	"closures": func() *greenlet.Greenlet { return greenlet.New(closures) },
	"undoes":   func() *greenlet.Greenlet { return greenlet.New(undoes, false) },
	"fails":    func() *greenlet.Greenlet { return greenlet.New(undoes, true) },
	"map": func() *greenlet.Greenlet {
		return greenlet.New(walksMap, map[int]string{1: "a", 20: "bc", 300: "def", 4: ""})
	},
	"ranges":   func() *greenlet.Greenlet { return greenlet.New(ranges) },
	"interior": func() *greenlet.Greenlet { return greenlet.New(interior) },
	"areas":    func() *greenlet.Greenlet { return greenlet.New(areas) },
	"tree":     func() *greenlet.Greenlet { return greenlet.New(walksTree) },
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
	if s, ok := v.(string); ok && (strings.HasPrefix(s, "do") || strings.HasPrefix(s, "undo")) {
		return []any{"<" + s + ">"}
	}
	if n, ok := v.(int); ok {
		return []any{n + 1}
	}
	return nil
}

// through runs g to its end, with what is done to it before each switch.
func through(g *greenlet.Greenlet, between func(g *greenlet.Greenlet) *greenlet.Greenlet) (log []any) {
	return throughFrom(g, nil, between)
}

// throughFrom is through for a g that has yielded last.
func throughFrom(g *greenlet.Greenlet, last any, between func(g *greenlet.Greenlet) *greenlet.Greenlet) (log []any) {
	g = between(g)
	v := g.Switch(answer(last)...)
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

// What is forked and the fork both run to the end as if there had been no fork.
func TestForkAtEachSuspension(t *testing.T) {
	for name, start := range programs {
		if name == "data" || name == "interior" {
			continue // what pointers lead to is shared: TestForkShares
		}
		t.Run(name, func(t *testing.T) {
			want := through(start(), plainly)
			var forks []*greenlet.Greenlet
			var at []int
			got := through(start(), func(g *greenlet.Greenlet) *greenlet.Greenlet {
				for range 2 {
					f, err := Fork(g)
					require.NoError(t, err)
					forks, at = append(forks, f), append(at, len(forks)/2)
				}
				if len(forks)%4 == 0 { // go on with the fork, and leave the original
					g, forks[len(forks)-1] = forks[len(forks)-1], g
				}
				return g
			})
			assert.Equal(t, want, got)
			for i, f := range forks {
				var last any
				if at[i] > 0 {
					last = want[at[i]-1]
				}
				rest := throughFrom(f, last, plainly)
				assert.Equal(t, want[at[i]:], rest, i)
			}
		})
	}
}

//greenlet:resumable durable
func keepsItsFrame() string {
	f := newCountToFrame(1, "held")
	greenlet.Yield("holds")
	return f.Func().Name
}

// A frame has a place where it stands, which is the greenlet's.
func TestFrameInVariable(t *testing.T) {
	g := greenlet.New(keepsItsFrame)
	g.Switch()
	_, err := Snapshot(g)
	assert.ErrorContains(t, err, ".f (durable.countToFrame): it is a frame that a variable holds")
}

// A set of many greenlets is not looked through for each of them.
func TestManyGreenletsWithParents(t *testing.T) {
	const n = 100_000
	parent := greenlet.New(descend, 1)
	gs := []*greenlet.Greenlet{parent}
	for range n {
		g := greenlet.New(descend, 1)
		g.SetParent(parent)
		gs = append(gs, g)
	}
	b, err := Snapshot(gs...)
	require.NoError(t, err)
	assert.Less(t, len(b)/n, 20)
	again, err := Restore(b)
	require.NoError(t, err)
	assert.Same(t, again[0], again[n].Parent())
}
