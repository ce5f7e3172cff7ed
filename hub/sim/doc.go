// Package sim has a network in memory for the tasks of a hub, and runs programs with many
// seeds to find one that makes them fail.
//
//	s := sim.Simulation{
//		Options: sim.Options{Latency: time.Millisecond, Jitter: 5 * time.Millisecond, Loss: 0.01},
//		Start: func(n *sim.Network) (check func() error) {
//			server, client := n.Host("server"), n.Host("client")
//			server.Go(newServeFrame(server))
//			client.Go(newAskFrame(client))
//			return nil
//		},
//	}
//	s.Test(t, 1000)
//
// A [Host] is a [github.com/going-green/greenlet/hub/socket.Net]: a program that takes one runs
// on it as on the operating system's network, with the same connections, listeners, servers
// and errors. Addresses are a host's name and a port: "server:80". There is nothing to look
// up, and no time that is real.
//
// Latency, loss, duplication and order are drawn from the seed of the hub, see
// [hub.NewSeeded], so that the same seed does the same, byte for byte of its trace.
//
// # Worlds that break
//
// A test breaks things itself: [Network.Partition], [Network.Cut], [Network.Hold], [Network.SetLink], [Host.Crash],
// [Host.LosePower], [Host.Pause], [Host.Slow], [Host.SetClock], [Disk.SetOptions]. Or a [Plan] draws from the seed what breaks,
// when and for how long; then it stops, and the system has to recover. [Host.Boot] says what a host runs, each time that
// it is up. What a program keeps is on its [Disk], which forgets what was not synced when the power is lost.
//
// Whatever breaks is a [Fault], with a place and a number, and drawn for itself: so any of them can be left out, and
// the others stay what they are.
//
// Code may ask for trouble by [Buggify], and say what it believes by [Always], [Sometimes] and [Reachable].
//
// # Running
//
// [Simulation.Search] and [Simulation.Test] run seeds on all processors: each has a hub of its
// own, on a goroutine of its own, and must share nothing that it writes. Of a hundred seeds that
// pass one is run again, and fails if it does not do the same: the first event that differs is
// named, with its line. greenletvet reports calls that do that in packages which use this one.
//
// What is drawn are faults, see [Fault], and forced orders of tasks and timers, see [Turn]; where none
// is forced, things happen in the order in which they have come. A seed that fails is run again
// with fewer of them, until none can be left out: delta debugging. What is left is listed in
// the order of time, with the lines of the program, and as a flag of go test which runs just that.
//
// A trace tells what the program does and what happens to it. -sim.trace has it written to a file,
// -sim.noise has it tell what the loop and the network do as well, and -sim.page has a page
// written of the run: hosts side by side, time downwards, and messages as arrows.
//
// # Connections
//
// Connections are as those of TCP where programs notice: they keep the order, repeat what
// is lost, and break with ETIMEDOUT if nothing is acknowledged for long; their buffers are
// bounded; they are refused, half-closed and reset. There is no congestion control and no
// keep-alive.
package sim
