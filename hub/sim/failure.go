package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Failure is a seed with which a simulation fails.
type Failure struct {
	Seed  uint64
	Tried int   // how many seeds, with this one
	Err   error // of the run with Faults
	// Faults are those with which the seed fails, and forced orders of tasks: the fewest that
	// were found, of Drawn that happened, by Runs runs. They are what [Choice.Only] takes.
	Faults []Fault
	Drawn  int
	Runs   int
	// ReplaySeed is the seed of the run with Faults: Seed, or another that takes fewer.
	ReplaySeed uint64
	// Story tells of Faults, a line for each, in the order of time.
	Story []string
	Trace string // of the run with Faults, see [Simulation.Run]
	// Other is empty if the seed was run again and did the same: else it says where that
	// was different. Then something has taken part that is not drawn from the seed: see
	// [hub.NewSeeded]. Nothing is left out of such a run.
	Other string

	events []*event // of the run with Faults, with all noise
	chosen bool     // Faults were, and not drawn
}

// tail is how many lines of the trace Error has.
const tail = 20

// Error has the end of the trace.
func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sim: seed %d, of %d that were tried: %v\n", f.Seed, f.Tried, f.Err)
	if f.Other != "" {
		fmt.Fprintf(&b, "it can't be replayed: %s\n", f.Other)
	} else {
		fmt.Fprintf(&b, "%s:\n", f.counted())
		for _, line := range f.Story {
			b.WriteString("\t" + line + "\n")
		}
	}
	lines := strings.Split(strings.TrimSuffix(f.Trace, "\n"), "\n")
	fmt.Fprintf(&b, "the trace of %d lines ends:\n", len(lines))
	for _, line := range lines[max(0, len(lines)-tail):] {
		b.WriteString("\t" + line + "\n")
	}
	return b.String()
}

// counted is how many faults and forced orders there are.
func (f *Failure) counted() string {
	forced := 0
	for _, f := range f.Faults {
		if f.Kind.forced() {
			forced++
		}
	}
	text := fmt.Sprintf("%s and %s", plural(len(f.Faults)-forced, "fault"), plural(forced, "forced order"))
	switch {
	case f.Runs == 0:
		return "there are " + text
	case f.ReplaySeed != f.Seed:
		return fmt.Sprintf("with seed %d it takes %s; %d happened", f.ReplaySeed, text, f.Drawn)
	}
	return fmt.Sprintf("it takes %s of the %d that happened", text, f.Drawn)
}

func plural(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Unwrap is Err.
func (f *Failure) Unwrap() error { return f.Err }

// replays is how often a seed is run to see in what it differs from itself.
const replays = 10

// replay runs a seed again that has failed by err, and says what is to be known about it.
func (s Simulation) replay(seed uint64, tried int, err error) *Failure {
	s.Checks = nil // each seed counts once
	f := &Failure{Seed: seed, ReplaySeed: seed, Tried: tried, Err: err}
	began := time.Now()
	f.record(s)
	took := time.Since(began)
	for range replays {
		other := &Failure{ReplaySeed: seed, Err: err}
		other.record(s)
		if f.Other = f.differs(other); f.Other != "" || err != errDiffers {
			break
		}
	}
	switch {
	case f.Other == "" && err == errDiffers:
		f.Other = fmt.Sprintf("in %d more runs it did", replays)
	case f.Other == "" && fmt.Sprint(f.Err) != fmt.Sprint(err):
		f.Other = fmt.Sprintf("it failed by %v, and ended by %v when it was run again", err, f.Err)
	}
	f.Drawn = len(f.Faults)
	if f.Other != "" || err == nil {
		f.Err = err
		return f
	}
	var least shrunk
	least, f.Runs = s.shrink(seed, f.Faults, err, took)
	f.ReplaySeed = least.seed
	s.Choice = Choice{Only: least.faults}
	f.record(s)
	return f
}

// once runs a seed twice, and says what is to be known about it; Err is nil if it passes.
// Nothing is left out of what happens.
func (s Simulation) once(seed uint64) *Failure {
	f, other := &Failure{Seed: seed, ReplaySeed: seed, Tried: 1}, &Failure{ReplaySeed: seed}
	f.record(s)
	other.record(s)
	f.Drawn, f.Other = len(f.Faults), f.differs(other)
	if f.Err == nil && f.Other != "" {
		f.Err = errDiffers
	}
	return f
}

// record runs the seed, and notes what happens. If faults are chosen, forced orders are no noise:
// there is a reason for each.
func (f *Failure) record(s Simulation) {
	f.events, f.chosen = nil, s.Choice.Only != nil
	r := &recorder{all: true, forced: s.Choice.Only != nil, take: func(e *event) { f.events = append(f.events, e) }}
	f.Faults, f.Err = s.guarded(f.ReplaySeed, r)
	var b strings.Builder
	for _, e := range f.events {
		if s.Noise || !e.noise {
			b.WriteString(e.String() + "\n")
		}
	}
	f.Trace = b.String()
	f.Story = f.story()
}

// differs says in what two runs differ first, or nothing.
func (f *Failure) differs(other *Failure) string {
	none := &event{text: "nothing: the run has ended"}
	for i := range max(len(f.events), len(other.events)) {
		a, b := none, none
		if i < len(f.events) {
			a = f.events[i]
		}
		if i < len(other.events) {
			b = other.events[i]
		}
		if a.String() == b.String() {
			continue
		}
		text := fmt.Sprintf("event %d of two runs is\n\t%v\n\t%v\n", i+1, a, b)
		if i > 0 {
			text += fmt.Sprintf("after\n\t%v\n", f.events[i-1])
		}
		return text + "what depends on the order of a map, on a clock, on a goroutine or on chance of its own, there or before? greenletvet names such calls"
	}
	if fmt.Sprint(f.Err) != fmt.Sprint(other.Err) {
		return fmt.Sprintf("two runs with the same trace ended by\n\t%v\n\t%v", f.Err, other.Err)
	}
	return ""
}

// story has a line for each fault, with the message that it is about.
func (f *Failure) story() (lines []string) {
	for i, e := range f.events {
		if e.fault == nil || e.noise {
			continue
		}
		line := e.String()
		if m := f.concerned(i); m != nil {
			line = fmt.Sprintf("%v %s: %v", e.at, e.text, m.about)
			if m.line != "" {
				line += fmt.Sprintf(" (%s)", m.line)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// concerned is the event of the message that the fault is about of the event i: a loss and a
// copy come behind its sending, a delay before.
func (f *Failure) concerned(i int) *event {
	if !slices.Contains([]Kind{Lose, Duplicate, Delay}, f.events[i].fault.Kind) {
		return nil
	}
	for _, k := range []int{i - 1, i + 1} {
		if f.events[i].fault.Kind == Delay {
			k = 2*i - k
		}
		if k >= 0 && k < len(f.events) && f.events[k].does == sends {
			return f.events[k]
		}
	}
	return nil
}
