package main

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/going-green/greenlet/durable"
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/gen"
)

//go:generate go tool greenlet

const ours = "greenlet"

// work is some work, and the ways to do it. Others are compared to the first.
type work struct {
	name, what, unit string
	part             int // of the units, one so many-th is done in a round
	ways             []way
}

// way is one of them: run makes what does one unit; or value is what is told.
type way struct {
	peer, way string
	run       func() func() error
	value     func(c *command) (float64, error)
}

// sums is a recursion with one variable a frame.
//
//greenlet:resumable durable
func sums(n int) int {
	if n <= 1 {
		greenlet.Yield("bottom")
		return n
	}
	return n + sums(n-1)
}

// bare is a recursion without variables that live: its parameter is used before.
//
//greenlet:resumable durable
func bare(n int) {
	if n > 1 {
		bare(n - 1)
		return
	}
	for {
		greenlet.Yield("bottom")
	}
}

// level is what has the same as a frame of sums, for those who write structs.
type level struct {
	PC     int
	N      int
	Caller *level
}

func deep(depth int) *greenlet.Greenlet {
	g := greenlet.New(sums, depth)
	g.Switch()
	return g
}

func levels(depth int) (l *level) {
	for n := range depth {
		l = &level{1, n, l}
	}
	return l
}

// memory is a store of descriptions.
type memory map[uint64][]byte

func (m memory) Put(hash uint64, schema []byte) error {
	if _, ok := m[hash]; !ok {
		m[hash] = schema
	}
	return nil
}

func (m memory) Get(hash uint64) ([]byte, error) {
	if b, ok := m[hash]; ok {
		return b, nil
	}
	return nil, errors.New("there is no such schema")
}

var works = all()

func all() (list []work) {
	for i, depth := range []int{1, 10, 1000} {
		part := []int{1, 4, 200}[i]
		list = append(list,
			work{fmt.Sprint("Snapshot", depth), fmt.Sprintf("a greenlet at depth %d is written", depth), "ns/snapshot", part, []way{
				{ours, "", stores(depth), nil}, {ours, "alone", storesAlone(depth), nil}, {"gob", "", gobs(depth), nil}, {"JSON", "", jsons(depth), nil},
			}},
			work{fmt.Sprint("Restore", depth), fmt.Sprintf("a greenlet at depth %d is made again", depth), "ns/restore", part, []way{
				{ours, "", restores(depth), nil}, {ours, "alone", restoresAlone(depth), nil}, {"gob", "", ungobs(depth), nil}, {"JSON", "", unjsons(depth), nil},
			}},
			work{fmt.Sprint("Fork", depth), fmt.Sprintf("a greenlet at depth %d is forked", depth), "ns/fork", part, []way{
				{ours, "", forks(depth), nil}, {"structs", "copied one by one", copies(depth), nil},
			}},
			work{fmt.Sprint("Bytes", depth), fmt.Sprintf("bytes of a greenlet at depth %d", depth), "bytes", 0, []way{
				{ours, "", nil, size(stores, depth)}, {ours, "alone", nil, size(storesAlone, depth)}, {ours, "without variables", nil, bareSize(depth)}, {"gob", "", nil, size(gobs, depth)}, {"JSON", "", nil, size(jsons, depth)},
			}})
	}
	list = append(list,
		work{"ManyStored", "suspended greenlets at depth 1 are stored, as many as -many says", "s", 0, manyWays(0)},
		work{"ManyRestored", "they are restored", "s", 0, manyWays(1)},
		work{"ManyBytes", "bytes of each", "bytes", 0, manyWays(2)},
		work{"Table", "bytes of a durable function's table, on average", "bytes", 0, []way{{ours, "", nil, tableSize}}})
	return list
}

// written is what a way has written last, for size.
var written int

func stores(depth int) func() func() error {
	return func() func() error {
		g, store, buf := deep(depth), memory{}, make([]byte, 0, 1<<16)
		return func() error {
			b, err := durable.Append(buf, store, g)
			written = len(b)
			return err
		}
	}
}

func storesAlone(depth int) func() func() error {
	return func() func() error {
		g, buf := deep(depth), make([]byte, 0, 1<<16)
		return func() error {
			b, err := durable.Append(buf, nil, g)
			written = len(b)
			return err
		}
	}
}

func gobs(depth int) func() func() error {
	return func() func() error {
		l := levels(depth)
		var buf bytes.Buffer
		return func() error {
			buf.Reset()
			err := gob.NewEncoder(&buf).Encode(l)
			written = buf.Len()
			return err
		}
	}
}

func jsons(depth int) func() func() error {
	return func() func() error {
		l := levels(depth)
		return func() error {
			b, err := json.Marshal(l)
			written = len(b)
			return err
		}
	}
}

func restores(depth int) func() func() error {
	return func() func() error {
		store := memory{}
		b, err := durable.Append(nil, store, deep(depth))
		return func() error {
			if err == nil {
				_, err = durable.RestoreFrom(b, store, durable.Standard)
			}
			return err
		}
	}
}

func restoresAlone(depth int) func() func() error {
	return func() func() error {
		b, err := durable.Snapshot(deep(depth))
		return func() error {
			if err == nil {
				_, err = durable.Restore(b)
			}
			return err
		}
	}
}

func ungobs(depth int) func() func() error {
	return func() func() error {
		var buf bytes.Buffer
		err := gob.NewEncoder(&buf).Encode(levels(depth))
		return func() error {
			if err == nil {
				err = gob.NewDecoder(bytes.NewReader(buf.Bytes())).Decode(new(level))
			}
			return err
		}
	}
}

func unjsons(depth int) func() func() error {
	return func() func() error {
		b, err := json.Marshal(levels(depth))
		return func() error {
			if err == nil {
				err = json.Unmarshal(b, new(level))
			}
			return err
		}
	}
}

func forks(depth int) func() func() error {
	return func() func() error {
		g := deep(depth)
		return func() error {
			_, err := durable.Fork(g)
			return err
		}
	}
}

// frame has the size of a frame of sums, and more has that of a greenlet.
type (
	frame struct {
		caller fmt.Stringer
		pc     uint32
		n, ret int
		next   *frame
	}
	more struct {
		leaf *frame
		_    [7]uintptr
	}
)

var kept *more

func copies(depth int) func() func() error {
	return func() func() error {
		var leaf *frame
		for range depth {
			leaf = &frame{next: leaf}
		}
		return func() error {
			m := new(more)
			to := &m.leaf
			for f := leaf; f != nil; f = f.next {
				c := *f
				*to = &c
				to = &c.next
			}
			kept = m
			return nil
		}
	}
}

// size is how many bytes a way has written.
func size(with func(int) func() func() error, depth int) func(*command) (float64, error) {
	return func(*command) (float64, error) {
		err := with(depth)()()
		return float64(written), err
	}
}

func bareSize(depth int) func(*command) (float64, error) {
	return func(*command) (float64, error) {
		g := greenlet.New(bare, depth)
		g.Switch()
		b, err := durable.Append(nil, memory{}, g)
		return float64(len(b)), err
	}
}

// tableSize is what the program has of a durable function besides its code: the text of the
// table, where that is, and the type of the frame.
func tableSize(*command) (float64, error) {
	const headers = 32
	n := 0
	list := gen.DurableFuncs()
	for _, f := range list {
		n += len(f.Table) + headers
	}
	return float64(n) / float64(len(list)), nil
}

// many stores and restores as many greenlets as the flag says: seconds for both, and bytes of
// each.
type many func(c *command) (seconds [2]float64, bytes float64, err error)

// manyDone has what was measured: each way is, once for all groups.
type manyDone struct {
	seconds [2]float64
	bytes   float64
	err     error
}

var manyRun = map[string]manyDone{}

func manyWays(i int) []way {
	tell := func(name string, m many) func(*command) (float64, error) {
		return func(c *command) (float64, error) {
			d, ok := manyRun[name]
			if !ok {
				d.seconds, d.bytes, d.err = m(c)
				manyRun[name] = d
			}
			return [...]float64{d.seconds[0], d.seconds[1], d.bytes}[i], d.err
		}
	}
	return []way{
		{ours, "in one set", nil, tell("set", inOneSet)}, {ours, "singly", nil, tell("singly", singly)},
		{"gob", "singly, a tenth, times ten", nil, tell("gob", tenth(singlyGob))}, {"JSON", "singly, a tenth, times ten", nil, tell("JSON", tenth(singlyJSON))},
	}
}

// tenth is m for a tenth of what the flag says, as if it were for all: it is slow.
func tenth(m many) many {
	return func(c *command) (s [2]float64, bytes float64, err error) {
		few := *c
		few.many = max(c.many/10, 1)
		s, bytes, err = m(&few)
		for i := range s {
			s[i] *= float64(c.many) / float64(few.many)
		}
		return s, bytes, err
	}
}

func suspended(n int) []*greenlet.Greenlet {
	gs := make([]*greenlet.Greenlet, n)
	for i := range gs {
		gs[i] = deep(1)
	}
	return gs
}

func inOneSet(c *command) (s [2]float64, bytes float64, err error) {
	gs := suspended(c.many)
	before := time.Now()
	b, err := durable.Snapshot(gs...)
	if err != nil {
		return s, 0, err
	}
	s[0] = time.Since(before).Seconds()
	before = time.Now()
	again, err := durable.RestoreFrom(b, nil, durable.Limits{Bytes: 1 << 33, Objects: 2 * c.many, Depth: 1000})
	if err == nil && len(again) != len(gs) {
		err = errors.New("some are missing")
	}
	s[1] = time.Since(before).Seconds()
	return s, float64(len(b)) / float64(c.many), err
}

func singly(c *command) (s [2]float64, bytes float64, err error) {
	gs, store := suspended(c.many), memory{}
	var all []byte
	ends := make([]int, c.many)
	before := time.Now()
	for i, g := range gs {
		if all, err = durable.Append(all, store, g); err != nil {
			return s, 0, err
		}
		ends[i] = len(all)
	}
	s[0] = time.Since(before).Seconds()
	before = time.Now()
	start := 0
	for i, end := range ends {
		again, err := durable.RestoreFrom(all[start:end], store, durable.Standard)
		if err != nil {
			return s, 0, err
		}
		gs[i], start = again[0], end
	}
	s[1] = time.Since(before).Seconds()
	return s, float64(len(all)) / float64(c.many), nil
}

func singlyGob(c *command) (s [2]float64, size float64, err error) {
	return singlyStructs(c, func(b *bytes.Buffer, l *level) error { return gob.NewEncoder(b).Encode(l) }, func(b []byte, l *level) error { return gob.NewDecoder(bytes.NewReader(b)).Decode(l) })
}

func singlyJSON(c *command) (s [2]float64, size float64, err error) {
	return singlyStructs(c, func(b *bytes.Buffer, l *level) error { return json.NewEncoder(b).Encode(l) }, func(b []byte, l *level) error { return json.Unmarshal(b, l) })
}

func singlyStructs(c *command, write func(*bytes.Buffer, *level) error, read func([]byte, *level) error) (s [2]float64, size float64, err error) {
	list := make([]*level, c.many)
	for i := range list {
		list[i] = levels(1)
	}
	var b bytes.Buffer
	ends := make([]int, c.many)
	before := time.Now()
	for i, l := range list {
		if err := write(&b, l); err != nil {
			return s, 0, err
		}
		ends[i] = b.Len()
	}
	s[0] = time.Since(before).Seconds()
	before = time.Now()
	start := 0
	for i, end := range ends {
		list[i] = new(level)
		if err := read(b.Bytes()[start:end], list[i]); err != nil {
			return s, 0, err
		}
		start = end
	}
	s[1] = time.Since(before).Seconds()
	return s, float64(b.Len()) / float64(c.many), nil
}
