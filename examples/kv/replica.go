package main

import (
	"net"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/file"
	"github.com/going-green/greenlet/hub/sim"
	"github.com/going-green/greenlet/hub/socket"
)

const (
	replicas = 3
	majority = 2
	port     = 7000

	patience = 30 * time.Millisecond  // for answers
	holds    = 150 * time.Millisecond // so long a replica promises to no other leader, by its clock
	// lease is how long a leader relies on that, by its own, from when it asked. Of the two clocks one
	// may be fast by a tenth, and the other slow.
	lease = holds * 8 / 10
)

// replica is the program of a machine: it has a copy of the store, and may lead.
type replica struct {
	*asker
	id     uint32
	others []net.Addr
	bug    bug
	fail   func(error) // ends the program

	one     *hub.Mutex // a change at a time, until it is durable
	log     *wal
	record             // what is durable, or about to be
	holding bool       // nothing is promised to others than
	holder  uint32     // the leader of that epoch
	held    *hub.Timer // ends that
	leader  leader
}

// run is the program. What a machine is it is told: no matter whether there is one.
//
//greenlet:resumable
func run(h *hub.Hub, n socket.Net, disk file.System, id uint32, others []net.Addr, b bug, fail func(error)) {
	log, last, err := openLog(disk, b)
	if err != nil {
		fail(err)
		return
	}
	conn, err := n.ListenPacket("udp", ":7000")
	if err != nil {
		fail(err)
		return
	}
	r := &replica{asker: newAsker(h, conn), id: id, others: others, bug: b, fail: fail, one: h.NewMutex(), log: log, record: last}
	sim.In(h).Sometimes(last.Promised > 0, "a replica boots with a log")
	r.hold(0) // before it crashed it may have promised that to anybody
	h.Go(r.newCampaignsFrame())
	buf := make([]byte, 200)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return // the program ends
		}
		switch m := decode(buf[:n]); m.Kind {
		case done, refused:
			r.answered(m)
		default:
			h.Go(r.newAnswersFrame(m, from))
		}
	}
}

//greenlet:resumable
func (r *replica) answers(m message, from net.Addr) {
	var a message
	switch m.Kind {
	case get:
		a = r.get(m)
	case put:
		a = r.put(m)
	default:
		a = r.follow(m)
	}
	if a.ID, a.From = m.ID, uint8(r.id); a.Kind == done || a.Kind == refused {
		r.conn.WriteTo(a.encode(), from)
	}
}

// hold has the replica promise nothing, for a time, to others than the leader of an epoch.
func (r *replica) hold(epoch uint32) {
	if r.holder, r.holding = epoch, true; r.held == nil {
		r.held = r.hub.AfterFunc(holds, func() { r.holding = false })
	} else {
		r.held.Reset(holds)
	}
}

// follow does what a leader asks for, or who wants to be one. A refusal has the epoch of who is followed.
//
//greenlet:resumable
func (r *replica) follow(m message) message {
	r.one.Lock()
	defer r.one.Unlock()
	refusal := message{Kind: refused, Epoch: r.Promised}
	if m.Epoch < r.Promised || m.Kind == prepare && (m.Epoch == r.Promised || r.holding && r.holder != m.Epoch) {
		return refusal
	}
	changed := m.Epoch > r.Promised
	if changed {
		r.Promised = m.Epoch
		r.leader = leader{} // of an epoch that is over
	}
	if m.Kind == store && r.State[m.Key].Version.before(m.Cell.Version) {
		r.State[m.Key] = m.Cell
		changed = true
	}
	if changed {
		if err := r.log.append(r.record); err != nil {
			r.fail(err)
			return refusal
		}
	}
	if m.Kind == renew {
		r.hold(m.Epoch)
	}
	if sim.In(r.hub).Buggify("a replica answers late") {
		r.hub.Sleep(patience)
	}
	return message{Kind: done, Epoch: m.Epoch, State: r.State}
}
