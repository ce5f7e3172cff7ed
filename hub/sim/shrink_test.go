package sim

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// misses fails if two of the datagrams do not arrive.
func misses(one, other string) Simulation {
	return arriving(func(seen map[string]bool) error {
		if !seen[one] && !seen[other] {
			return errors.New("both are missing")
		}
		return nil
	})
}

// arriving is 100 datagrams that are lost and the like, and a check of those that have come.
func arriving(check func(seen map[string]bool) error) Simulation {
	var got []string
	s := unreliable(&got)
	s.Start = func(n *Network) func() error {
		notes := &notes{Hub: n.Hub(), net: n, a: n.Host("a"), b: n.Host("b")}
		frame := notes.newCollectsFrame(time.Minute)
		notes.b.Go(frame)
		notes.a.GoAfter(1, notes.newSendsFrame(100))
		return func() error {
			seen := map[string]bool{}
			for _, text := range frame.Results() {
				seen[text] = true
			}
			return check(seen)
		}
	}
	return s
}

// Of two faults that make up for each other neither can be left out alone; both can.
func TestShrinkPairs(t *testing.T) {
	s := arriving(func(seen map[string]bool) error {
		if !seen["7"] && seen["3"] == seen["20"] {
			return errors.New("it is missing")
		}
		return nil
	})
	all := []Fault{{Lose, "a>b", 4}, {Lose, "a>b", 8}, {Lose, "a>b", 21}}
	happened, err := s.RunFaults(1, Choice{Only: all}, nil)
	require.EqualError(t, err, "it is missing")
	require.Equal(t, all, happened)
	least, _ := s.shrink(1, happened, err, 0)
	assert.Equal(t, all[1:2], least.faults)
	assert.Equal(t, uint64(1), least.seed)
}

// A seed that fails is left with the faults that it takes, and tells of them.
func TestShrink(t *testing.T) {
	f := misses("3", "7").Search(1, 10_000)
	require.NotNil(t, f)
	assert.Empty(t, f.Other)
	assert.Equal(t, []Fault{{Lose, "a>b", 4}, {Lose, "a>b", 8}}, lost(f.Faults), "%v", f)
	assert.Greater(t, f.Drawn, 10)
	require.Len(t, f.Story, len(f.Faults))
	assert.Regexp(t, `^\S+s fault lose a>b #\d+: a datagram of 1 bytes from a:\d+ to b:\d+ \(sim/\w+_test.go:\d+\)$`, f.Story[0])
	assert.Contains(t, f.Error(), fmt.Sprintf("it takes 2 faults and no forced orders of the %d that happened:\n\t%s\n", f.Drawn, f.Story[0]))

	// That is a run of its own, with the same trace.
	var trace strings.Builder
	happened, err := misses("3", "7").RunFaults(f.ReplaySeed, Choice{Only: f.Faults}, &trace)
	assert.EqualError(t, err, "both are missing")
	assert.Equal(t, f.Trace, trace.String())
	assert.Equal(t, f.Faults, happened)
	for i := range f.Faults {
		_, err := misses("3", "7").RunFaults(f.ReplaySeed, Choice{Only: f.Faults[i : i+1]}, nil)
		assert.NoError(t, err)
	}
}

// lost are the losses.
func lost(list []Fault) (lost []Fault) {
	for _, f := range list {
		if f.Kind == Lose {
			lost = append(lost, f)
		}
	}
	return lost
}

// counter is a number that tasks add to, and lose what another has added meanwhile.
type counter struct{ n, most int }

//greenlet:resumable
func (c *counter) adds(n *Network, times int) {
	for range times {
		n.Hub().Sleep(time.Duration(n.Hub().Rand().IntN(3)))
		was := c.n
		n.Hub().Yield()
		if c.n == was {
			c.n++
		}
	}
}

// racy fails if too little has been lost, or too much.
func racy(tasks, times int, bad func(lost int) bool) Simulation {
	return Simulation{Start: func(n *Network) func() error {
		c := &counter{}
		for range tasks {
			n.Host("a").Go(c.newAddsFrame(n, times))
		}
		return func() error {
			if lost := tasks*times - c.n; bad(lost) {
				return fmt.Errorf("%d of %d are lost", lost, tasks*times)
			}
			return nil
		}
	}}
}

// Of the hundreds of turns that a seed forces, few are left.
func TestShrinkTurns(t *testing.T) {
	worst := 0
	for seed := range uint64(10) {
		calm := 0
		_, err := racy(5, 20, func(lost int) bool { calm = lost; return false }).RunFaults(seed, Choice{Only: []Fault{}}, nil)
		require.NoError(t, err)
		f := racy(5, 20, func(lost int) bool { return lost > calm }).Search(seed, 1000)
		require.NotNil(t, f)
		assert.Greater(t, f.Drawn, 20)
		assert.LessOrEqual(t, f.Runs, shrinkRuns)
		worst = max(worst, len(f.Faults))
	}
	assert.LessOrEqual(t, worst, 10)
}

// What fails always takes no faults.
func TestShrinkToNothing(t *testing.T) {
	s := misses("x", "y")
	f := s.Search(1, 1)
	require.NotNil(t, f)
	assert.Empty(t, f.Faults)
	assert.Equal(t, 1, f.Runs)
	assert.Contains(t, f.Error(), "it takes no faults and no forced orders of the ")
	assert.Equal(t, "none", FormatFaults(f.Faults))
}

//greenlet:resumable
func (c *counter) panics(n *Network) {
	n.Hub().Yield()
	if c.n++; c.n == c.most {
		panic(fmt.Sprint("the last of ", c.n))
	}
}

// A seed that would fail in another way with less is not taken for the same.
func TestShrinkToTheSame(t *testing.T) {
	var order string
	s := Simulation{Start: func(n *Network) func() error {
		order = ""
		for _, name := range []string{"a", "b", "c"} {
			n.Host(name).Go(newAppendsFrame(n, &order, name))
		}
		return func() error {
			switch order {
			case "abc":
				return errors.New("in order")
			case "acb", "bac":
				return nil
			}
			return errors.New("out of order")
		}
	}, Workers: 1}
	for first := uint64(1); ; first++ {
		f := s.Search(first, 1000)
		require.NotNil(t, f)
		if first = f.Seed; f.Err.Error() == "out of order" {
			assert.NotEmpty(t, f.Faults)
			return
		}
	}
}

//greenlet:resumable
func hangs(n *Network, order *string, name string) {
	*order += name
	n.Hub().Yield()
	for *order == "ab" {
		n.Hub().Sleep(time.Second)
	}
}

// A run with less that never ends does not keep the rest from ending.
func TestShrinkEnds(t *testing.T) {
	s := Simulation{limit: 100 * time.Millisecond, Start: func(n *Network) func() error {
		order := new(string)
		n.Host("a").Go(newHangsFrame(n, order, "a"))
		n.Host("a").Go(newHangsFrame(n, order, "b"))
		return func() error { return errors.New("it ends") }
	}}
	for seed := range uint64(20) {
		if _, err := s.RunFaults(seed, Choice{}, nil); errors.Is(err, errTooLong) {
			continue
		}
		f := s.Search(seed, 1)
		require.NotNil(t, f)
		assert.Len(t, f.Faults, 1)
		assert.EqualError(t, f.Err, "it ends")
		return
	}
	require.Fail(t, "no seed ends")
}

func TestFailureKind(t *testing.T) {
	assert.Equal(t, failureKind(errors.New("3 of 5 lost: a, b")), failureKind(errors.New("12 of 15 lost: c")))
	assert.NotEqual(t, failureKind(errors.New("lost")), failureKind(errors.New("found")))
	assert.NotEqual(t, failureKind(errors.New("sim: not recovered 20s after")), failureKind(errors.New("sim: never is true: a")))
	assert.Equal(t, failureKind(errors.New("sim: never is true: a")), failureKind(errors.New("sim: never is true: b")))
	s := Simulation{Start: func(n *Network) func() error {
		c := &counter{most: 3}
		for range 3 {
			n.Hub().Go(c.newPanicsFrame(n))
		}
		return nil
	}}
	assert.Regexp(t, `^panic sim/shrink_test\.go:\d+$`, failureKind(s.Run(1, nil)))
	s.Start = func(n *Network) func() error { n.Hub().Go(newStaysFrame(n)); return nil }
	assert.Equal(t, "deadlock", failureKind(s.Run(1, nil)))
}

func TestParseFaults(t *testing.T) {
	for _, list := range [][]Fault{{}, {{Lose, "a>b", 17}}, {{Turn, "1,2", 3}, {"bug", "a; b", 1}, {Lose, "a>b", 1}}} {
		got, err := ParseFaults(FormatFaults(list))
		require.NoError(t, err)
		assert.Equal(t, list, got)
	}
	for _, text := range []string{"", "none", ";", "lose a>b #1;", "lose a>b #1; x", "lose a>b #1 lose a>c #2 x"} {
		list, err := ParseFaults(text)
		if err == nil {
			assert.LessOrEqual(t, len(list), 1)
		} else {
			assert.ErrorContains(t, err, `write it as "lose a>b #17"`, text)
		}
	}
	_, err := ParseFaults("lose a>b #1; x")
	assert.ErrorContains(t, err, `fault " x" ends in no number`)
}
