package memory

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"slices"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/file"
)

// The log: what has changed, as it is then. Changes are made in memory at once, and written by whoever waits for
// them first, for all; until they are durable nobody gets to see them.

// log is the end of a file.
type log struct {
	hub        *hub.Hub
	file       file.File
	size       int64
	buf        []byte // not written
	generation uint64 // of buf
	durable    uint64 // generations below it are durable
	writing    bool
	written    *hub.Event
	err        error // nothing is known of the file behind it
}

const logName = "tasks.log"

// What an entry is.
const (
	taskEntry   = 't'
	schemaEntry = 's'
	forgetEntry = 'f'
	keptEntry   = 'k'
)

// Open is New with the tasks that are in a directory's log, which is written anew. Owners of before are
// none any more: a directory is to be opened by one process at a time.
//
//greenlet:resumable
func Open(h *hub.Hub, s file.System) (*Engine, error) {
	data, err := file.ReadFile(s, logName)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	e := New(h)
	if err := e.replay(data); err != nil {
		return nil, err
	}
	e.log = &log{hub: h, generation: 1, durable: 1, written: h.NewEvent()}
	whole := e.all()
	if err := file.Replace(s, logName, whole); err != nil {
		return nil, err
	}
	f, err := s.OpenFile(logName, os.O_RDWR)
	if err != nil {
		return nil, err
	}
	e.log.file, e.log.size = f, int64(len(whole))
	for _, id := range slices.Sorted(maps.Keys(e.rows)) {
		e.arm(e.rows[id])
	}
	return e, nil
}

// all is a log of what there is.
func (e *Engine) all() []byte {
	l := new(log)
	for _, h := range slices.Sorted(maps.Keys(e.schemas)) {
		l.schema(engine.Schema{Hash: h, Text: e.schemas[h]})
	}
	for _, id := range slices.Sorted(maps.Keys(e.rows)) {
		r := e.rows[id]
		r.learnt = slices.Sorted(maps.Keys(r.known))
		for i := range r.events {
			r.event = &r.events[i]
			l.add(r)
		}
		l.add(r)
		for _, k := range r.kept {
			l.keep(id, k, len(r.kept))
		}
	}
	if len(l.buf) == 0 {
		return nil
	}
	return record(l.buf)
}

// replay reads a log up to where it is torn. What was behind that was never acknowledged.
func (e *Engine) replay(data []byte) error {
	for len(data) >= 8 {
		n := binary.LittleEndian.Uint32(data[4:])
		if uint64(n) > uint64(len(data)-8) || n == 0 || crc32.ChecksumIEEE(data[4:8+n]) != binary.LittleEndian.Uint32(data) {
			return nil
		}
		for p := (parts{b: data[8 : 8+n]}); len(p.b) > 0; {
			b := p.next()
			if len(b) == 0 {
				return fmt.Errorf("durable: an entry of %s is empty", logName)
			}
			if err := e.entry(b); err != nil {
				return fmt.Errorf("durable: an entry of %s: %w", logName, err)
			}
		}
		data = data[8+n:]
	}
	return nil
}

// record is what is written at once: a checksum, the length, and entries. It is there as a whole or not at all: of a change
// that has several entries, as it sends something, none may be lost.
func record(entries []byte) []byte {
	b := append(make([]byte, 8, 8+len(entries)), entries...)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(entries)))
	binary.LittleEndian.PutUint32(b, crc32.ChecksumIEEE(b[4:]))
	return b
}

var errEntry = errors.New("it is of a later version")

func (e *Engine) entry(b []byte) error {
	kind := b[0]
	p := parts{b: b[1:]}
	switch kind {
	case schemaEntry:
		if text := p.next(); len(p.b) == 8 {
			e.schemas[binary.LittleEndian.Uint64(p.b)] = text
		}
	case keptEntry: // it is behind its task's
		r := e.rows[string(p.next())]
		if r == nil {
			return errors.New("it is of a task that is not there")
		}
		k, err := engine.ReadKept(p.next())
		if err != nil {
			return err
		}
		r.keeps(k, int(p.number()))
		r.news = nil
	case forgetEntry:
		delete(e.rows, string(p.next()))
	case taskEntry:
		t, err := engine.ReadTask(p.next())
		if err != nil {
			return err
		}
		// The epochs that were claimed since are in no log: those to come must be others.
		t.Epoch += 1 << 32
		r := e.rows[t.ID]
		if r == nil {
			r = &row{known: map[string]bool{}}
			e.rows[t.ID] = r
		}
		r.Task = *t
		if b := p.next(); len(b) > 0 {
			ev, err := engine.ReadEvent(b)
			if err != nil {
				return err
			}
			r.add(ev, e.most)
			r.event = nil
		}
		for range p.number() {
			r.known[string(p.next())] = true
		}
		for range p.number() {
			m, err := engine.ReadMessage(p.next())
			if err != nil {
				return err
			}
			r.Inbox = append(r.Inbox, m)
		}
	default:
		return errEntry
	}
	return nil
}

// parts are byte strings with their lengths before them.
type parts struct{ b []byte }

func (p *parts) number() uint64 {
	v, n := binary.Uvarint(p.b)
	p.b = p.b[max(n, 0):]
	return v
}

func (p *parts) next() []byte {
	n := min(p.number(), uint64(len(p.b)))
	b := p.b[:n:n]
	p.b = p.b[n:]
	return b
}

func appendPart(b, part []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(part))), part...)
}

// entry adds what fill appends.
func (l *log) entry(kind byte, fill func(b []byte) []byte) {
	l.buf = appendPart(l.buf, fill([]byte{kind}))
}

func (l *log) schema(s engine.Schema) {
	l.entry(schemaEntry, func(b []byte) []byte { return binary.LittleEndian.AppendUint64(appendPart(b, s.Text), s.Hash) })
}

func (l *log) forget(id string) {
	l.entry(forgetEntry, func(b []byte) []byte { return appendPart(b, []byte(id)) })
}

// add writes a row as it is.
func (l *log) add(r *row) {
	l.entry(taskEntry, func(b []byte) []byte {
		b = appendPart(b, engine.AppendTask(nil, &r.Task))
		var ev []byte
		if r.event != nil {
			ev = engine.AppendEvent(nil, *r.event)
		}
		b = binary.AppendUvarint(appendPart(b, ev), uint64(len(r.learnt)))
		for _, id := range r.learnt {
			b = appendPart(b, []byte(id))
		}
		b = binary.AppendUvarint(b, uint64(len(r.Inbox)))
		for i := range r.Inbox {
			b = appendPart(b, engine.AppendMessage(nil, &r.Inbox[i]))
		}
		return b
	})
	if r.news != nil {
		l.keep(r.ID, *r.news, len(r.kept))
	}
	r.learnt, r.event, r.news = nil, nil, nil
}

// keep writes a snapshot that is kept, with how many of the task there are then.
func (l *log) keep(id string, k engine.Kept, n int) {
	l.entry(keptEntry, func(b []byte) []byte {
		b = appendPart(appendPart(b, []byte(id)), engine.AppendKept(nil, k))
		return binary.AppendUvarint(b, uint64(n))
	})
}

// sync waits until what is in the buffer is durable.
//
//greenlet:resumable
func (l *log) sync() error {
	want := l.generation
	if len(l.buf) == 0 {
		want-- // what was there before may be on its way
	}
	for l.err == nil && l.durable <= want {
		if l.writing {
			l.written.Wait()
			continue
		}
		l.write()
	}
	return l.err
}

//greenlet:resumable
func (l *log) write() {
	l.writing = true
	data := record(l.buf)
	l.buf = nil
	l.generation++
	gen := l.generation
	defer func() {
		if l.durable < gen && l.err == nil {
			l.err = errors.New("durable: the task that wrote the log was killed")
		}
		l.writing = false
		l.written.Set()
		l.written = l.hub.NewEvent()
	}()
	if _, err := l.file.WriteAt(data, l.size); err != nil {
		l.err = err
		return
	}
	l.size += int64(len(data))
	if err := l.file.Sync(); err != nil {
		l.err = err
		return
	}
	l.durable = gen
}
