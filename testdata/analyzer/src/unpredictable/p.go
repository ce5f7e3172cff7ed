package p

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"maps"
	"math/rand"
	randv2 "math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/going-green/greenlet/hub/sim"
	greenlet "github.com/going-green/greenlet/runtime"
)

type server struct {
	host  *sim.Host
	net   *sim.Network
	seen  map[string]int
	boots int
	load  float64
	log   []string
}

// serve is a task.
//
//greenlet:resumable
func serve(s *server, c chan int) {
	greenlet.Yield(1)
	time.Sleep(1) // want `time.Sleep blocks`
	s.helps()
	_ = time.Now()                             // want `time.Now differs from run to run: a simulation that comes here does not do the same again with its seed; ask the hub: Hub.Now .unpredictable.`
	_ = time.Unix(1, 0).Add(time.Second)       // is what it is
	_ = s.net.Hub().Now().Sub(time.Unix(1, 0)) // is that of the simulation
	go s.boot()                                // want `a goroutine runs when it comes to it: .* start a task: Hub.Go or Host.Go`
	for name := range s.seen {                 // want `the order in which a map is ranged over is another one each time, and matters here: .* range over the sorted keys: slices.Sorted\(maps.Keys\(m\)\)`
		s.log = append(s.log, name)
	}
	s.measures()
}

// helps is reached from a task.
func (s *server) helps() {
	time.Sleep(1)             // want `time.Sleep differs from run to run.*have the hub do it`
	<-time.After(time.Second) // want `time.After differs`
	now := time.Now           // want `time.Now differs`
	_ = time.Since(now())     // want `time.Since differs`
	_ = rand.Intn(3)          // want `rand.Intn differs from run to run.*draw from Hub.Rand`
	_ = randv2.N(3)           // want `rand.N differs`
	r := randv2.New(randv2.NewPCG(1, 2))
	_ = r.IntN(3)
	_ = rand.New(rand.NewSource(1)).Intn(3)
	_ = s.net.Hub().Rand().IntN(3)
	var id [8]byte
	_, _ = crand.Read(id[:])                                            // want `rand.Read differs`
	_ = crand.Reader                                                    // want `rand.Reader differs`
	_, cancel := context.WithTimeout(context.Background(), time.Second) // want `context.WithTimeout differs`
	cancel()
	//greenlet:allow unpredictable it is printed only
	fmt.Println(time.Now())
	_ = func() time.Time {
		return time.Now() // want `time.Now differs`
	}
}

func (s *server) measures() { s.load = float64(time.Now().Unix()) } // want `time.Now differs`

func (s *server) boot() { s.boots++ }

func selects(a, b chan int) {
	select { // want `a select takes any case that is ready`
	case <-a:
	case b <- 1:
	}
	select {
	case <-a:
	default:
	}
}

var simulation = sim.Simulation{Start: func(n *sim.Network) func() error {
	s := &server{net: n, seen: map[string]int{}, host: n.Host("a")}
	s.host.Go(serve, s, nil)
	hosts := map[string]*sim.Host{"a": n.Host("a")}
	for _, h := range hosts { // want `the order in which a map is ranged over`
		h.Crash()
	}
	selects(nil, nil)
	orders(s)
	n.Hub().AfterFunc(time.Second, func() {
		_ = rand.Perm(3) // want `rand.Perm differs`
	})
	return s.checks
}}

func (s *server) checks() error {
	for name, n := range s.seen { // want `the order in which a map is ranged over`
		if n == 0 {
			return fmt.Errorf("%s is missing", name)
		}
	}
	for _, n := range s.seen {
		if n == 0 {
			return errors.New("one is missing")
		}
	}
	return nil
}

func other(*sim.Network) func() error {
	_ = time.Now() // want `time.Now differs`
	return nil
}

// runs starts simulations, and is in none.
func runs() {
	began := time.Now()
	var s sim.Simulation
	s.Start = other
	go s.Run(rand.Uint64())
	for name, n := range map[string]int{"a": 1} {
		fmt.Println(name, n, time.Since(began), simulation)
	}
}

type stat struct{ n int }

func (s *stat) get() int      { return s.n }
func (s *stat) half() int     { h := s.n / 2; return h }
func (s *stat) take() (n int) { n = s.n; s.n = 0; return n }

// orders has loops over maps whose order does not matter, or does.
func orders(s *server) (bool, string) {
	m, stats := s.seen, map[string]*stat{}
	sum, n, most, odd, share := 0, 0, 0, false, 0.0
	for name, v := range m {
		sum += v
		n++
		most = max(most, v)
		odd = odd || v%2 == 1
		if strings.HasPrefix(name, "x") && len(name) > 3 {
			continue
		}
		half := v / 2
		half++
		sum -= half
	}
	for _, v := range m {
		if v > most {
			most = v
		}
	}
	for range m {
		s.boot()
	}
	for _, st := range stats {
		sum += st.get() + st.half()
		st.n = 0
	}
	for _, st := range stats { // want `the order in which`
		sum += n * st.take()
		n++
	}
	for _, v := range m { // want `the order in which`
		share += float64(v) // by what is rounded off
	}
	for name, v := range m { // want `the order in which`
		if v > most {
			most, s.log[0] = v, name // of two that are the largest
		}
	}
	copied, byValue, set := map[string]int{}, map[int]string{}, map[int]bool{}
	for name, v := range m {
		copied[name] = v + 1
		set[v] = true
		delete(m, name)
	}
	for name, v := range m { // want `the order in which`
		byValue[v] = name // the last is left
	}
	var keys, values, unsorted []string
	for name := range m {
		keys = append(keys, name)
		s.log = append(s.log, strings.ToUpper(name))
	}
	sort.Strings(keys)
	slices.Sort(s.log)
	for name := range m { // want `the order in which`
		unsorted = append(unsorted, name)
	}
	for name := range m { // want `the order in which`
		if n < 3 {
			n++
			delete(copied, name)
		}
	}
	for name := range m { // want `the order in which`
		s.net.Hub().Tracef("%s", name)
	}
	for name := range m { // want `the order in which`
		return false, name
	}
	for name := range m {
		if name == "a" {
			return true, "found"
		}
	}
	for k := range maps.Keys(m) { // want `the order in which`
		s.log = append(values, k)
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		s.net.Hub().Tracef("%s", k)
	}
	list := slices.Collect(maps.Keys(m))
	slices.Sort(list)
	_ = slices.Collect(maps.Values(m)) // want `maps.Values has another order each time, which matters here`
	for v := range maps.Values(m) {
		sum += v
	}
	_ = maps.Collect(maps.All(m))
	var groups [][]string
	for _, v := range map[string][]string{} {
		sort.Strings(v)
		for i := range v {
			n += i
		}
		switch {
		case len(v) > 2:
			odd = true
		}
	}
	_ = groups
	return false, ""
}
