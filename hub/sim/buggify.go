package sim

import (
	"sync"
	"sync/atomic"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/internal/goid"
	greenlet "github.com/going-green/greenlet/runtime"
)

// running is how many simulations run in the process. Programs that are no simulation ask for
// nothing else.
var running atomic.Int32

// networks are those of the simulations that run, by the goroutine that runs them and by hub.
var networks sync.Map

// enter has the goroutine be in a simulation, until the function that it returns is called.
func (n *Network) enter() (leave func()) {
	id := goid.Current()
	before, nested := networks.Swap(id, n) // a task may run another simulation
	networks.Store(n.hub, n)
	running.Add(1)
	return func() {
		running.Add(-1)
		networks.Delete(n.hub)
		if nested {
			networks.Store(id, before)
		} else {
			networks.Delete(id)
		}
	}
}

// here is the network of the simulation that the caller is in, or nil.
func here() *Network {
	n, ok := networks.Load(goid.Current())
	if !ok { // on a stack of its own?
		if h := hub.Of(greenlet.Current()); h != nil {
			n, ok = networks.Load(h)
		}
	}
	if !ok {
		return nil
	}
	return n.(*Network)
}

// In is the network of the simulation that a hub runs, or nil. Elsewhere than in a simulation that takes an atomic load.
// [Network.Buggify] and the checks [Network.Always], [Network.Sometimes] and [Network.Reachable] are for nil as well, so
// that code which has its hub at hand can call them as sim.In(h).Buggify("name"). The functions of these names, which are for
// who has not, look for the goroutine instead: in a simulation that takes some microseconds, where this takes less than a tenth of one.
func In(h *hub.Hub) *Network {
	if running.Load() == 0 {
		return nil
	}
	n, _ := networks.Load(h)
	net, _ := n.(*Network)
	return net
}

// Buggify reports whether code is to do what is unlikely here, and right all the same: to give up early, to
// flush a buffer, to wait, to take the slow path, to use a batch of one. In a [Simulation] whose [Plan] has
// the kind Bug it is drawn for each name whether it is on in a run, and then, each time, whether it
// happens: see [Fault].
//
// Elsewhere it is false, for the price of an atomic load. For what it takes in a simulation see [In]. The idea
// and the name are FoundationDB's.
func Buggify(name string) bool { return running.Load() != 0 && here().Buggify(name) }

// Buggify is the function of that name. It is false for nil.
func (n *Network) Buggify(name string) bool {
	if n == nil {
		return false
	}
	c := n.faults.chances(Bug, name)
	p := n.faults.hard[Bug]
	if c.drawnOf(0, 1).float() < 0.5 { // off in this run
		p = 0
	}
	return c.happens(p)
}
