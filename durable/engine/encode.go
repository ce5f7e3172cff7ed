package engine

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"
)

// How engines write what they keep, if they have no columns: a version, and varints.

const version = 1

var errEncoding = errors.New("durable: what the store has of a task is damaged, or of a later version")

type writer struct{ b []byte }

func (w *writer) uint(v uint64) { w.b = binary.AppendUvarint(w.b, v) }
func (w *writer) bytes(v []byte) {
	w.uint(uint64(len(v)))
	w.b = append(w.b, v...)
}

func (w *writer) string(s string) {
	w.uint(uint64(len(s)))
	w.b = append(w.b, s...)
}

// yearOne is the zero time, in microseconds before 1970.
const yearOne = 62135596800 * 1000000

// time is in microseconds, rounded up, since the zero time: no task is woken early.
func (w *writer) time(t time.Time) { w.uint(uint64(Round(t).UnixMicro() + yearOne)) }

// Round is t as engines keep it: in whole microseconds.
func Round(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	if r := t.Truncate(time.Microsecond); !r.Equal(t) {
		t = r.Add(time.Microsecond)
	}
	return t.Round(0).UTC()
}

func (w *writer) strings(list []string) {
	w.uint(uint64(len(list)))
	for _, s := range list {
		w.string(s)
	}
}

func (w *writer) attrs(m map[string]string) {
	w.uint(uint64(len(m)))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.string(k)
		w.string(m[k])
	}
}

type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) bytes() []byte {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	if n == 0 {
		return nil
	}
	return v
}

func (r *reader) string() string { return string(r.bytes()) }

func (r *reader) time() time.Time {
	if v := r.uint(); v != 0 {
		return time.UnixMicro(int64(v) - yearOne).UTC()
	}
	return time.Time{}
}

func (r *reader) strings() (list []string) {
	for range r.count() {
		list = append(list, r.string())
	}
	return list
}

// count is a number of things of at least a byte each.
func (r *reader) count() uint64 {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return 0
	}
	return n
}

func (r *reader) attrs() map[string]string {
	n := r.count()
	if n == 0 {
		return nil
	}
	m := make(map[string]string, n)
	for range n {
		k := r.string()
		m[k] = r.string()
	}
	return m
}

func (r *reader) err() error {
	if r.bad || len(r.b) > 0 {
		return errEncoding
	}
	return nil
}

// AppendTask writes a task, but for its inbox, owner and lease.
func AppendTask(b []byte, t *Task) []byte {
	w := writer{append(b, version)}
	w.string(t.ID)
	w.string(t.Func)
	w.string(t.Parent)
	w.b = append(w.b, byte(t.Priority), byte(t.Status))
	w.uint(t.Epoch)
	w.uint(t.Seq)
	w.time(t.Due)
	w.strings(t.Awaits)
	w.string(t.Waits)
	w.string(t.Reason)
	w.strings(t.Refused)
	w.attrs(t.Attrs)
	w.bytes(t.Result)
	w.string(t.Err)
	w.time(t.Created)
	w.time(t.Updated)
	w.bytes(t.Snapshot)
	return w.b
}

// ReadTask reads what AppendTask has written. The task refers to b.
func ReadTask(b []byte) (*Task, error) {
	if len(b) == 0 || b[0] != version {
		return nil, errEncoding
	}
	r := reader{b: b[1:]}
	t := new(Task)
	t.ID, t.Func, t.Parent = r.string(), r.string(), r.string()
	if len(r.b) < 2 {
		return nil, errEncoding
	}
	t.Priority, t.Status, r.b = int8(r.b[0]), Status(r.b[1]), r.b[2:]
	t.Epoch, t.Seq, t.Due = r.uint(), r.uint(), r.time()
	t.Awaits, t.Waits, t.Reason, t.Refused, t.Attrs = r.strings(), r.string(), r.string(), r.strings(), r.attrs()
	t.Result, t.Err, t.Created, t.Updated = r.bytes(), r.string(), r.time(), r.time()
	t.Snapshot = r.bytes()
	t.Bytes = len(t.Snapshot)
	return t, r.err()
}

// AppendMessage writes a message, also a start.
func AppendMessage(b []byte, m *Message) []byte {
	w := writer{append(b, version)}
	w.string(m.ID)
	w.string(m.To)
	w.string(m.Topic)
	w.bytes(m.Body)
	s := m.Start
	if s == nil {
		w.uint(0)
		return w.b
	}
	w.uint(1)
	w.string(s.Func)
	w.string(s.Parent)
	w.b = append(w.b, byte(s.Priority))
	w.time(s.Due)
	w.attrs(s.Attrs)
	w.bytes(s.Snapshot)
	w.schemas(s.Schemas)
	return w.b
}

func (w *writer) schemas(list []Schema) {
	w.uint(uint64(len(list)))
	for _, s := range list {
		w.uint(s.Hash)
		w.bytes(s.Text)
	}
}

func (r *reader) schemas() (list []Schema) {
	for range r.count() {
		list = append(list, Schema{r.uint(), r.bytes()})
	}
	return list
}

// ReadMessage reads what AppendMessage has written. The message refers to b.
func ReadMessage(b []byte) (m Message, err error) {
	if len(b) == 0 || b[0] != version {
		return m, errEncoding
	}
	r := reader{b: b[1:]}
	m = Message{ID: r.string(), To: r.string(), Topic: r.string(), Body: r.bytes()}
	if r.uint() == 0 {
		return m, r.err()
	}
	s := &Start{Func: r.string(), Parent: r.string()}
	if len(r.b) == 0 {
		return m, errEncoding
	}
	s.Priority, r.b = int8(r.b[0]), r.b[1:]
	s.Due, s.Attrs, s.Snapshot, s.Schemas = r.time(), r.attrs(), r.bytes(), r.schemas()
	m.Start = s
	return m, r.err()
}

// AppendEvent writes an event.
func AppendEvent(b []byte, e Event) []byte {
	w := writer{append(b, version)}
	w.uint(e.Seq)
	w.time(e.At)
	w.string(e.Note)
	return w.b
}

// ReadEvent reads what AppendEvent has written.
func ReadEvent(b []byte) (e Event, err error) {
	if len(b) == 0 || b[0] != version {
		return e, errEncoding
	}
	r := reader{b: b[1:]}
	e = Event{r.uint(), r.time(), r.string()}
	return e, r.err()
}

// Outcome is how a task has ended, for who waits for it.
type Outcome struct {
	Status Status
	Result []byte // JSON
	Err    string
}

// Encode is the body of the message that tells it.
func (o Outcome) Encode() []byte {
	w := writer{[]byte{version, byte(o.Status)}}
	w.bytes(o.Result)
	w.string(o.Err)
	return w.b
}

// ReadOutcome reads what Encode has written.
func ReadOutcome(b []byte) (o Outcome, err error) {
	if len(b) < 2 || b[0] != version {
		return o, errEncoding
	}
	r := reader{b: b[2:]}
	o = Outcome{Status(b[1]), r.bytes(), r.string()}
	return o, r.err()
}
