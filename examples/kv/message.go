package main

import (
	"encoding/binary"
	"net"
	"slices"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

const keys = 2

// version says which of two values of a key is newer: that of the later epoch, and in one epoch that of
// the later write.
type version struct{ Epoch, Seq uint32 }

func (v version) before(w version) bool {
	return v.Epoch < w.Epoch || v.Epoch == w.Epoch && v.Seq < w.Seq
}

// cell is what a replica has of a key.
type cell struct {
	Version version
	Value   uint32
}

type kind uint8

const (
	get kind = iota // of a client
	put
	prepare // of who wants to lead in an epoch
	store   // of a leader
	renew   // of a leader, for its lease
	done    // answers
	refused
)

// message is a datagram: a question, or an answer with the same number.
type message struct {
	Kind  kind
	ID    uint32
	From  uint8 // number of the replica that answers, or of the client that asks
	Epoch uint32
	Key   uint8
	Cell  cell
	State [keys]cell // of who is prepared
}

func (m *message) encode() []byte {
	data, err := binary.Append(nil, binary.LittleEndian, m)
	if err != nil {
		panic(err)
	}
	return data
}

func decode(data []byte) (m message) {
	if _, err := binary.Decode(data, binary.LittleEndian, &m); err != nil {
		panic(err)
	}
	return m
}

// asker sends questions and gets answers, by datagrams.
type asker struct {
	hub     *hub.Hub
	conn    *socket.PacketConn
	last    uint32 // number of a question
	waiting map[uint32]*question
}

// question is one that waits for answers.
type question struct {
	answers []message
	agreed  int        // of them
	enough  int        // to agree
	left    int        // that have not answered
	done    *hub.Event // enough have, or all
}

func newAsker(h *hub.Hub, c *socket.PacketConn) *asker {
	return &asker{hub: h, conn: c, waiting: map[uint32]*question{}}
}

// ask sends m to others and waits until so many have done what it says, or all have answered, for a time. (A refusal
// ends nothing: that of a leader of whom the others have not heard for long always comes first, as it has
// nothing to write.)
//
//greenlet:resumable
func (a *asker) ask(m message, to []net.Addr, enough int) []message {
	a.last++
	m.ID = a.last
	q := &question{enough: enough, left: len(to), done: a.hub.NewEvent()}
	a.waiting[m.ID] = q
	defer delete(a.waiting, m.ID)
	data := m.encode()
	for _, addr := range to {
		a.conn.WriteTo(data, addr) // an error is as good as a message that is lost
	}
	q.done.WaitFor(patience)
	return q.answers
}

// answered takes an answer to whom it is for, if anybody waits for it.
func (a *asker) answered(m message) {
	q := a.waiting[m.ID]
	if q == nil || slices.ContainsFunc(q.answers, func(b message) bool { return b.From == m.From }) {
		return // it is late, or has come twice
	}
	q.answers = append(q.answers, m)
	if m.Kind == done {
		q.agreed++
	}
	if q.left--; q.left == 0 || q.agreed >= q.enough {
		q.done.Set()
	}
}
