package main

import (
	"time"

	"github.com/going-green/greenlet/hub/sim"
)

// leader is what a replica knows that leads.
type leader struct {
	epoch  uint32 // 0: it does not
	seq    uint32 // of the last write
	memory [keys]cell
	seen   map[uint8]uint32 // the last write of each client
	until  time.Time        // planted: it reads from memory
	leased bool             // nobody else leads
}

// campaigns has the replica lead if nobody else does.
//
//greenlet:resumable
func (r *replica) campaigns() {
	for {
		r.hub.Sleep(holds/4 + time.Duration(r.hub.Rand().Int64N(int64(holds))))
		if r.leader.epoch == 0 && !r.holding {
			r.campaign()
		}
	}
}

// campaign asks a majority to follow in a new epoch, and has it store under that what is newest: else a later leader, which
// asks others, might find something older.
//
//greenlet:resumable
func (r *replica) campaign() {
	epoch := (r.Promised/replicas+1)*replicas + r.id // no other replica's
	m := message{Kind: prepare, Epoch: epoch}
	own := r.follow(m)
	answers, ok := r.agree(m, own)
	if !ok {
		return
	}
	l := leader{epoch: epoch, seq: 1, seen: map[uint8]uint32{}}
	for key := range l.memory {
		newest := cell{}
		for _, a := range answers {
			if !a.State[key].Version.before(newest.Version) {
				newest = a.State[key]
			}
		}
		newest.Version = version{epoch, l.seq}
		if !r.replicate(epoch, key, newest) {
			return
		}
		l.memory[key] = newest
	}
	if r.Promised == epoch {
		r.leader = l
		r.hub.Tracef("replica %d leads in epoch %d", r.id, epoch)
		sim.In(r.hub).Sometimes(epoch > 2*replicas, "a leader follows another")
		r.hub.Go(r.newRenewsFrame(epoch))
	}
}

// agree asks the others for what the replica has done itself, and reports whether a majority has. A leader
// that is refused by who follows a later one is none any more.
//
//greenlet:resumable
func (r *replica) agree(m message, own message) (answers []message, ok bool) {
	if own.Kind != done {
		return nil, false
	}
	answers = append(answers, own)
	for _, a := range r.ask(m, r.others, majority-1) {
		switch {
		case a.Kind == done:
			answers = append(answers, a)
		case a.Epoch > m.Epoch && r.leader.epoch == m.Epoch:
			r.leader = leader{}
		}
	}
	return answers, len(answers) >= majority
}

// replicate has a majority store a cell, if the replica leads long enough for that.
//
//greenlet:resumable
func (r *replica) replicate(epoch uint32, key int, c cell) bool {
	m := message{Kind: store, Epoch: epoch, Key: uint8(key), Cell: c}
	for range 3 {
		own := r.follow(m)
		if own.Kind != done {
			return false
		}
		if _, ok := r.agree(m, own); ok {
			return true
		}
	}
	return false
}

// renews asks for the lease, again and again.
//
//greenlet:resumable
func (r *replica) renews(epoch uint32) {
	last := 0
	for round := 1; r.leader.epoch == epoch; round++ {
		m := message{Kind: renew, Epoch: epoch}
		over, now := false, r.hub.Now()
		r.hub.AfterFunc(lease, func() { // from now on, not from when the answers come
			if over = true; last == round {
				r.leader.leased = false
			}
		})
		own := r.follow(m)
		_, ok := r.agree(m, own)
		if ok && r.leader.epoch == epoch && !over {
			last = round
			r.leader.leased, r.leader.until = true, now.Add(lease)
		}
		r.hub.Sleep(holds / 2)
	}
}

// mayRead reports whether nobody else can have written what this leader does not know.
func (r *replica) mayRead() bool {
	switch r.bug {
	case staleRead:
		return r.leader.epoch != 0 // planted: it has been the leader, is it not always?
	case skewedLease:
		return r.hub.Now().Before(r.leader.until) // planted: until somebody sets the clock back
	}
	return r.leader.leased // which it is in no other epoch
}

// get answers a client.
func (r *replica) get(m message) message {
	if !r.mayRead() {
		sim.In(r.hub).Sometimes(r.leader.epoch != 0, "a leader has lost its lease")
		return message{Kind: refused}
	}
	return message{Kind: done, Cell: r.leader.memory[m.Key]}
}

// put answers a client when a majority has what it writes. If there is none it is not known whether a later
// leader will find it: then there is no answer.
//
// A write is done once, though it may come twice, and late. So it is for the leader of one epoch, and that knows
// what it has done; who leads later has another.
//
//greenlet:resumable
func (r *replica) put(m message) message {
	l := &r.leader
	epoch := l.epoch
	if epoch == 0 || m.Epoch != epoch {
		return message{Kind: refused, Epoch: epoch}
	}
	if m.ID <= l.seen[m.From] {
		return message{}
	}
	l.seen[m.From] = m.ID
	l.seq++
	c := cell{version{epoch, l.seq}, m.Cell.Value}
	if !r.replicate(epoch, int(m.Key), c) {
		return message{}
	}
	if l.epoch == epoch && l.memory[m.Key].Version.before(c.Version) {
		l.memory[m.Key] = c
	}
	return message{Kind: done}
}
