package register

import (
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/sim"
)

// Simulation is three replicas, a client that writes and two that read, and a check of what
// these have seen. With the race planted few seeds fail, without it none.
func Simulation(planted bool, check func(*sim.History) error) sim.Simulation {
	return sim.Simulation{
		Options: sim.Options{
			Latency: 2 * time.Millisecond, Jitter: time.Millisecond,
			Loss: 0.01, Duplication: 0.01, Reordering: 0.02,
		},
		Start: func(n *sim.Network) func() error {
			var replicas []*sim.Host
			for _, name := range replicaNames {
				h := n.Host(name)
				h.Go(serve, &replica{host: h, planted: planted}, n.Hub())
				replicas = append(replicas, h)
			}
			seen := &sim.History{}
			tasks := []*hub.Task{startClient(n, seen, "writer", true)}
			for _, name := range []string{"reader", "other reader"} {
				tasks = append(tasks, startClient(n, seen, name, false))
			}
			n.Hub().Go(end, tasks, replicas)
			return func() error { return check(seen) }
		},
	}
}

func startClient(n *sim.Network, seen *sim.History, name string, writes bool) *hub.Task {
	h := n.Host(name)
	return h.Go(use, &client{host: h, hub: n.Hub(), seen: seen}, writes)
}

// end ends the replicas after the clients.
//
//greenlet:resumable
func end(clients []*hub.Task, replicas []*sim.Host) {
	for _, t := range clients {
		t.Join()
	}
	for _, h := range replicas {
		h.Crash()
	}
}
