package sim

import (
	"maps"
	"slices"
	"syscall"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Boot sets the program of the host, and starts it: boot is called now, and by each
// [Host.Restart]. It starts tasks, by [Host.Go] or [hub.Hub.Go], and must not wait. All that the program remembers must
// begin anew in it, but for what is on the host's [Disk].
func (h *Host) Boot(boot func()) {
	h.boot = boot
	h.start()
}

func (h *Host) start() {
	if h.boot != nil {
		defer h.begins()()
		h.boot()
	}
}

// begins has tasks that are started be the host's, until the function that it returns is called.
func (h *Host) begins() (end func()) {
	before := h.net.begin
	h.net.begin = h
	return func() { h.net.begin = before }
}

// Crash ends the program on the host: its connections are reset, as far as the network lets
// the others know; its listeners are gone; its tasks are killed. One that is ready runs up
// to its next wait. What they have deferred runs, but reaches nobody: the host is down, all
// that uses the network fails with ENETDOWN, and all that uses the disk with EIO. Who dials it meanwhile is refused.
// [Host.Restart] ends that.
//
// The machine goes on: what was written to the disk is there, synced or not. For one that does
// not, see [Host.LosePower].
func (h *Host) Crash() { h.end("crash", false) }

// LosePower is Crash of the machine: nobody is told, so that connections stay half-open at their other ends;
// what is sent to the host is lost; and what was not synced may be gone from the disk, see [Disk].
func (h *Host) LosePower() { h.end("lose its power", true) }

func (h *Host) end(how string, off bool) {
	h.tracef("%s", how)
	h.down = true
	h.off = h.off || off
	h.life++
	h.Resume()
	for _, t := range h.Tasks() { // before they are woken: they do not see what happens
		t.Interrupt(greenlet.Exit)
	}
	for _, s := range slices.Clone(h.streams) {
		if !h.off {
			s.send(&segment{kind: reset})
		}
		s.fail(syscall.ENETDOWN)
	}
	for _, port := range slices.Sorted(maps.Keys(h.listeners)) {
		_ = h.listeners[port].Close() // it is open
	}
	for _, port := range slices.Sorted(maps.Keys(h.packets)) {
		_ = h.packets[port].Close() // it is open
	}
	if h.disk != nil {
		if off {
			h.disk.losePower()
		}
		h.disk.used = h.disk.closeAll(h.disk.root)
	}
}

// Restart lets the host use the network and its disk again, and starts the program of
// [Host.Boot], if there is one. It does nothing if the host is not down.
func (h *Host) Restart() {
	if !h.down {
		return
	}
	h.tracef("restart")
	h.down, h.off = false, false
	h.start()
}

// Down reports whether the host has crashed.
func (h *Host) Down() bool { return h.down }

// Pause has no task of the host run until [Host.Resume], as if the system gave the program no
// processor. What comes for it over the network waits, and is acknowledged. Timers expire,
// which shows when it runs again. It panics if the hub has no seed.
func (h *Host) Pause() {
	h.tracef("pause")
	h.paused = true
	h.net.hub.SetHold(h.net.holds)
}

// Resume ends a Pause.
func (h *Host) Resume() {
	if !h.paused {
		return
	}
	h.tracef("resume")
	h.paused = false
	for _, t := range h.Tasks() {
		h.net.hub.Release(t)
	}
}

// Slow has a task of the host, each time that it has become ready, run up to d later: the
// processor is busy otherwise. What its disk does takes up to d longer as well. 0 ends it. It panics if the hub has no seed, or if
// d is negative.
func (h *Host) Slow(d time.Duration) {
	if d < 0 {
		panic("sim: a negative time")
	}
	h.tracef("slow by %v", d)
	h.slow = d
	h.net.hub.SetHold(h.net.holds)
}

// holds decides whether t has to wait for its turn.
func (n *Network) holds(t *hub.Task) bool {
	h := n.tasks[t].host
	switch {
	case h == nil:
		return false
	case h.paused:
		return true
	case h.slow == 0:
		return false
	}
	n.after(h.late(), func() {
		if !h.paused {
			n.hub.Release(t)
		}
	})
	return true
}

// late draws by how much a slow host is late.
func (h *Host) late() time.Duration {
	h.turns.n++
	return h.turns.drawn(0).part(h.slow)
}
