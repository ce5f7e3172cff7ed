package sim

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/file"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cell is a host that has a number on its disk, which others may set.
type cell struct {
	*Network
	host *Host
}

// keeps answers questions: each has a number, and the answer is the largest that came.
//
//greenlet:resumable
func (c *cell) keeps() {
	conn := must(c.host.ListenPacket("udp", ":1"))
	largest := byte(0)
	if data, err := file.ReadFile(c.host.Disk(), "cell"); err == nil && len(data) == 1 {
		largest = data[0]
	}
	for buf := make([]byte, 10); ; {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if n == 1 && buf[0] > largest && file.Replace(c.host.Disk(), "cell", buf[:1]) == nil {
			largest = buf[0]
		}
		if Buggify("no answer") {
			continue
		}
		conn.WriteTo([]byte{largest}, from)
	}
}

// set asks once, and reports whether the answer came.
//
//greenlet:resumable
func (n *Network) set(c *socket.PacketConn, to *Host, i byte) bool {
	c.WriteTo([]byte{i}, Addr{"udp", to.Name(), 1})
	c.SetReadDeadline(n.Hub().Now().Add(100 * time.Millisecond))
	for buf := make([]byte, 10); ; {
		m, _, err := c.ReadFrom(buf)
		if err != nil || m == 1 && buf[0] >= i {
			return err == nil
		}
	}
}

// sets has all cells have larger and larger numbers, while there are faults and once more.
//
//greenlet:resumable
func (n *Network) sets(name string, cells []*Host) {
	h := n.Host(name)
	c := must(h.ListenPacket("udp", ":0"))
	for i := byte(1); ; i++ {
		calm := n.Calm().IsSet()
		for _, to := range cells {
			for !n.set(c, to, i) && (calm || !n.Calm().IsSet()) {
			}
		}
		if calm {
			n.Shutdown()
			return
		}
		n.Hub().Sleep(50 * time.Millisecond)
	}
}

func swarming(p Plan) Simulation {
	return Simulation{Options: Options{Latency: time.Millisecond}, Plan: &p, Start: func(n *Network) func() error {
		var cells []*Host
		for _, name := range []string{"x", "y", "z"} {
			h := n.Host(name)
			h.Boot(func() { h.Go((&cell{n, h}).newKeepsFrame()) })
			cells = append(cells, h)
		}
		n.Host("client").Go(n.newSetsFrame("client", cells))
		return nil
	}}
}

var brief = Plan{For: 5 * time.Second, Recovery: 30 * time.Second}

// Over some seeds all kinds of faults happen, in each seed some of them. When they stop the
// system recovers. The same seed does the same, also if it is given what happened.
func TestPlan(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred seeds")
	}
	s := swarming(brief)
	s.Noise = true
	all, sets := map[Kind]int{}, map[string]bool{}
	for seed := range uint64(100) {
		happened, err := s.RunFaults(seed, Choice{}, nil)
		require.NoError(t, err, "seed %d", seed)
		var kinds []string
		for _, k := range planned {
			if slices.ContainsFunc(happened, func(f Fault) bool { return f.Kind == k }) {
				all[k]++
				kinds = append(kinds, string(k))
			}
		}
		sets[strings.Join(kinds, " ")] = true
		if seed%10 == 0 {
			var trace, again bytes.Buffer
			_, err := s.RunFaults(seed, Choice{}, &trace)
			require.NoError(t, err)
			listed, err := s.RunFaults(seed, Choice{Only: happened}, &again)
			require.NoError(t, err, "seed %d", seed)
			assert.Equal(t, happened, listed, "seed %d", seed)
			assert.True(t, trace.String() == again.String(), "seed %d", seed)
		}
	}
	for _, k := range planned {
		if k != FailRead && k != Rot && k != Reset { // a file is read once in a life, and there are no connections
			assert.Greater(t, all[k], 3, k)
		}
	}
	assert.Greater(t, len(sets), 90)
}

// A plan has the kinds that it is to have, and what else it is told.
func TestPlanKinds(t *testing.T) {
	p := brief
	p.Kinds = []Kind{Pause, Partition}
	kinds := map[Kind]bool{}
	for seed := range uint64(20) {
		happened, err := swarming(p).RunFaults(seed, Choice{}, nil)
		require.NoError(t, err)
		for _, f := range happened {
			if !f.Kind.forced() {
				kinds[f.Kind] = true
			}
		}
	}
	assert.Equal(t, map[Kind]bool{Pause: true, Partition: true}, kinds)
	assert.Panics(t, func() { swarming(Plan{}).Run(1, nil) })
	assert.Panics(t, func() { swarming(Plan{For: 1, Drift: 1}).Run(1, nil) })
}

// A crash that is switched off has no restart, and the crashes behind it come when they would have.
func TestTimedFaultIsSuppressed(t *testing.T) {
	p := brief
	p.Kinds = []Kind{Crash}
	const seed = 1 // that has many
	times := func(c Choice) (lines []string) {
		var trace bytes.Buffer
		_, err := swarming(p).RunFaults(seed, c, &trace)
		require.NoError(t, err)
		for line := range strings.SplitSeq(trace.String(), "\n") {
			if strings.Contains(line, " has y crash") || strings.Contains(line, " has y restart") {
				at, _, _ := strings.Cut(line, " ")
				lines = append(lines, at)
			}
		}
		return lines
	}
	all := times(Choice{})
	require.Greater(t, len(all), 5)
	all = all[:len(all)-1] // at last by Shutdown, which is elsewhere
	less := times(Choice{Except: []Fault{{Crash, "y", 2}}})
	assert.Equal(t, append(append([]string{}, all[:2]...), all[4:]...), less[:len(less)-1])
	assert.Len(t, times(Choice{Only: []Fault{{Crash, "y", 3}}}), 3)
}

//greenlet:resumable
func waitsFor(h *hub.Hub, d time.Duration) { h.Sleep(d) }

// A run that does not end in time fails, and says what is left; one that has ended does not wait for its plan.
func TestRecovery(t *testing.T) {
	start := func(n *Network) func() error {
		n.Hub().Go(newWaitsForFrame(n.Hub(), time.Hour))
		return nil
	}
	err := Simulation{Plan: &Plan{For: time.Minute, Recovery: time.Second}, Start: start}.Run(1, nil)
	assert.ErrorContains(t, err, "sim: not recovered 1s after the last fault:\n\ttask 1 (github.com/going-green/greenlet/hub/sim.waitsFor) waits for time")

	var took time.Duration
	s := swarming(Plan{For: 1000 * time.Hour, Recovery: time.Hour, Kinds: []Kind{Pause}})
	s.Start = func(n *Network) func() error {
		n.Host("a").Boot(func() { n.Hub().Go(newWaitsForFrame(n.Hub(), time.Second)) })
		return func() error { took = n.now().Sub(epoch); return nil }
	}
	require.NoError(t, s.Run(1, nil))
	assert.LessOrEqual(t, took, 1001*time.Hour)
}

//greenlet:resumable
func asksBuggify(n *Network, got *[]bool) {
	if In(n.Hub()) != n {
		panic("not in")
	}
	for range 1000 {
		*got = append(*got, Buggify("here"))
	}
	greenlet.OnStack(func(greenlet.Section) { *got = append(*got, Buggify("here")) })
	before := len(*got)
	done := make(chan bool)
	go func() { done <- Buggify("elsewhere") }()
	if <-done || len(*got) != before { //greenlet:allow blocking-call it comes from a goroutine
		panic("another goroutine is in the simulation")
	}
}

// A point in the code is false outside of simulations, without a plan, and in some runs of one; in
// others it is true now and then. Many simulations may run at a time.
func TestBuggify(t *testing.T) {
	assert.False(t, Buggify("here"))
	assert.False(t, In(hub.New()).Buggify("here"))
	var on, often int
	for seed := range uint64(40) {
		var got []bool
		s := Simulation{Plan: &Plan{For: time.Second, Kinds: []Kind{Bug}}, Start: func(n *Network) func() error {
			n.Hub().Go(newAsksBuggifyFrame(n, &got))
			return nil
		}}
		happened, err := s.RunFaults(seed, Choice{}, nil)
		require.NoError(t, err)
		bugs := slices.DeleteFunc(happened, func(f Fault) bool { return f.Kind != Bug })
		count := 0
		for _, b := range got {
			if b {
				count++
			}
		}
		assert.Len(t, bugs, count)
		assert.NotContains(t, bugs, Fault{Bug, "elsewhere", 1})
		if count > 0 {
			on++
			often += count
		}
	}
	assert.InDelta(t, 10, on, 7)
	assert.Less(t, often, 500*on)
}

//greenlet:resumable
func (n *notes) claims(v int, recovers bool) {
	defer func() {
		if recovers {
			_ = recover()
		}
	}()
	Always(v < 7, "less than seven", v, "is not")
	Sometimes(v == 3, "three")
	Sometimes(v == 99, "much")
	if v == 4 {
		Reachable("four")
	}
	if v < 0 {
		Reachable("negative")
	}
	n.Sleep(time.Second)
}

// Checks are collected over all runs, and say what never was.
func TestChecks(t *testing.T) {
	Always(false, "outside of a simulation")
	s := Simulation{Checks: Expect("four", "negative", "unheard of"), Start: func(n *Network) func() error {
		notes := &notes{Hub: n.Hub(), net: n, a: n.Host("a")}
		n.Hub().Go(notes.newClaimsFrame(n.Hub().Rand().IntN(7), false))
		return nil
	}}
	require.Nil(t, s.Search(1, 100))
	lines := strings.Split(s.Checks.String(), "\n")
	require.Len(t, lines, 6)
	assert.Equal(t, []string{"never reached: negative", "never reached: unheard of"}, lines[1:3])
	assert.Regexp(t, `^never true: much, though (\d+) of (\d+) runs came there$`, lines[0])
	assert.Regexp(t, `^sometimes: four, in \d+ of \d+ runs$`, lines[3])
	assert.Regexp(t, `^always: less than seven, in \d+ of \d+ runs$`, lines[4])
	assert.Equal(t, []string{"much", "negative", "unheard of"}, s.Checks.Missing())
	var tb recordingTB
	s.Test(&tb, 100)
	assert.Contains(t, tb.failure, "sim: in 100 seeds never: much; negative; unheard of")
}

// recordingTB notes what fails.
type recordingTB struct {
	testing.TB
	failure string
}

func (*recordingTB) Helper()             {}
func (*recordingTB) Name() string        { return "TestX" }
func (*recordingTB) Logf(string, ...any) {}
func (r *recordingTB) Fatalf(format string, args ...any) {
	r.failure += fmt.Sprintf(format, args...)
}

// A run fails by what is not always true, whatever is recovered, and in its check as well.
func TestAlways(t *testing.T) {
	s := Simulation{Start: func(n *Network) func() error {
		notes := &notes{Hub: n.Hub(), net: n, a: n.Host("a")}
		n.Hub().Go(notes.newClaimsFrame(7, true))
		return nil
	}}
	err := s.Run(1, nil)
	var broken *Broken
	require.ErrorAs(t, err, &broken)
	assert.EqualError(t, err, "sim: not always: less than seven: 7 is not")
	assert.EqualError(t, Simulation{Start: func(*Network) func() error {
		return func() error { Always(false, "in the end"); return nil }
	}}.Run(1, nil), "sim: not always: in the end")
}
