package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/going-green/greenlet/bench/measure"
	"github.com/going-green/greenlet/bench/report"
	suite "github.com/going-green/greenlet/generated/bench"
)

// What is suspended is measured in a process of its own, which is this program
// with a variable set: so nothing is there that belongs to others.
const childVariable = "GREENLET_BENCH_CHILD"

// parked is what a child reports.
type parked struct {
	Heap     int64 // bytes, by the runtime's count, stacks included
	Resident int64 // bytes, by the system's; -1 if it doesn't tell
	Collect  int64 // nanoseconds of a full collection
	Pause    int64 // of these, while the world is stopped
}

// park measures in a child.
func park(ctx context.Context, name string, n int) (p parked, err error) {
	self, err := os.Executable()
	if err != nil {
		return p, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", childVariable, n, name))
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		first, _, _ := strings.Cut(string(exit.Stderr), "\n")
		err = fmt.Errorf("%w: %s", err, first)
	}
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(out, &p)
}

// child suspends so many, and prints what that takes.
func child(what string) error {
	var n int
	var name string
	if _, err := fmt.Sscan(what, &n, &name); err != nil {
		return err
	}
	i := slices.IndexFunc(suite.Parkings, func(p suite.Parking) bool { return p.Name == name })
	if i < 0 {
		return fmt.Errorf("nothing is called %q", name)
	}
	heap := inUse()
	resident, err := measure.Resident()
	if err != nil {
		return err
	}
	release := suite.Parkings[i].Park(n)
	var p parked
	var collect, pause []int64
	for range 5 {
		start := time.Now()
		runtime.GC()
		collect = append(collect, int64(time.Since(start)))
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		pause = append(pause, int64(m.PauseNs[(m.NumGC+255)%256]))
	}
	slices.Sort(collect)
	slices.Sort(pause)
	p.Collect, p.Pause = collect[2], pause[2]
	p.Heap = inUse() - heap
	if p.Resident, err = measure.Resident(); err != nil {
		return err
	}
	if p.Resident >= 0 {
		p.Resident -= resident
	}
	runtime.KeepAlive(release)
	return json.NewEncoder(os.Stdout).Encode(p)
}

// inUse returns to the system what is not used, and tells what is.
func inUse() int64 {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// memory is the groups of what is suspended.
type memory struct {
	*bench
	resident, heap, collect, pause *report.Group
}

func (b *bench) memoryWork() work {
	m := &memory{
		bench:    b,
		resident: &report.Group{Name: "Suspended", What: "memory of the process for each that is suspended", Unit: "bytes"},
		heap:     &report.Group{Name: "SuspendedHeap", What: "memory for each as Go's runtime counts it: heap and stacks", Unit: "bytes"},
		collect:  &report.Group{Name: "SuspendedGC", What: "a full garbage collection while " + report.Count(b.alive) + " are suspended", Unit: "ns"},
		pause:    &report.Group{Name: "SuspendedPause", What: "the pause in it, while the program is stopped", Unit: "ns"},
	}
	for _, g := range m.groups() {
		g.Base = "greenlet"
		for _, p := range suite.Parkings {
			row := &report.Row{Peer: p.Name, Ours: p.Ours, Units: b.alive}
			if known, ok := peerNames[p.Name]; ok && p.Ours {
				row.Peer, row.Way = known.peer, known.way
			}
			if !p.Ours {
				row.Peer = "Go " + p.Name
			}
			g.Rows = append(g.Rows, row)
		}
	}
	for _, p := range b.peers {
		row := peerRow(p)
		row.Units = max(1, int(float64(b.alive)*p.Share))
		m.resident.Rows = append(m.resident.Rows, row)
	}
	return work{m.resident.Name, m.resident.What, m.resident.Rows, m.measure}
}

func (m *memory) groups() []*report.Group {
	return []*report.Group{m.resident, m.heap, m.collect, m.pause}
}

// measure takes few rounds: bytes hardly differ between them.
func (m *memory) measure(ctx context.Context) ([]*report.Group, error) {
	rounds := min(m.rounds, 3)
	for round := range rounds {
		for i, p := range suite.Parkings {
			m.progress.Show("Suspended: round %d of %d: %s", round+1, rounds, p.Name)
			got, err := park(ctx, p.Name, m.alive)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			each := float64(m.alive)
			values := []float64{float64(got.Resident) / each, float64(got.Heap) / each, float64(got.Collect), float64(got.Pause)}
			for k, g := range m.groups() {
				row := g.Rows[i]
				switch {
				case row.Missing != "":
				case err != nil:
					row.Miss(err.Error())
				case values[k] < 0:
					row.Miss("this system does not tell the resident memory")
				default:
					row.Rounds = append(row.Rounds, values[k])
				}
			}
		}
		for i, p := range m.peers {
			row := m.resident.Rows[len(suite.Parkings)+i]
			if row.Missing != "" {
				continue
			}
			m.progress.Show("Suspended: round %d of %d: %s", round+1, rounds, p.Name)
			each, _, err := p.Once(ctx, "suspended", row.Units)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				row.Miss(err.Error())
				continue
			}
			row.Rounds = append(row.Rounds, each)
		}
	}
	return m.groups(), nil
}

// hugeCount is how many greenlets -huge suspends.
const hugeCount = 10_000_000

func (b *bench) hugeWork() work {
	bytes := &report.Group{Name: "Huge", What: "memory of the process while 10,000,000 greenlets are suspended", Unit: "bytes", Base: "greenlet"}
	collect := &report.Group{Name: "HugeGC", What: "a full garbage collection meanwhile", Unit: "ns", Base: "greenlet"}
	for _, g := range []*report.Group{bytes, collect} {
		g.Rows = []*report.Row{{Peer: "greenlet", Ours: true, Units: hugeCount}}
	}
	return work{bytes.Name, bytes.What, bytes.Rows, func(ctx context.Context) ([]*report.Group, error) {
		b.progress.Show("Huge")
		p, err := park(ctx, "greenlet", hugeCount)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			bytes.Rows[0].Miss(err.Error())
			collect.Rows[0].Miss(err.Error())
		} else {
			bytes.Rows[0].Rounds = []float64{float64(p.Resident)}
			collect.Rows[0].Rounds = []float64{float64(p.Collect)}
		}
		return []*report.Group{bytes, collect}, nil
	}}
}
