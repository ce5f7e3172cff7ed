package bolt

import (
	"bytes"
	"encoding/binary"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	bolt "go.etcd.io/bbolt"
)

// What is in which bucket. Keys that begin with a task's ID have its length before it, so that no ID is the
// beginning of another.
var (
	tasksBucket   = []byte("tasks")   // ID: task
	dueBucket     = []byte("due")     // priority, time, ID: of tasks that are due some time
	inboxBucket   = []byte("inbox")   // ID, number: message
	knownBucket   = []byte("known")   // ID, message's ID
	eventsBucket  = []byte("events")  // ID, number: event
	keptBucket    = []byte("kept")    // ID, sequence: snapshot of then
	schemasBucket = []byte("schemas") // hash: description
	metaBucket    = []byte("meta")    // its sequence is the number of times that the file was opened
)

type tx struct{ *bolt.Tx }

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func of(id string) []byte { return append(binary.AppendUvarint(nil, uint64(len(id))), id...) }

// task is a task without its inbox, which refers to the transaction's memory; nil if there is none.
func (x tx) task(id string) (*engine.Task, error) {
	b := x.Bucket(tasksBucket).Get([]byte(id))
	if b == nil {
		return nil, nil
	}
	return engine.ReadTask(b)
}

func (x tx) put(t *engine.Task) error {
	return x.Bucket(tasksBucket).Put([]byte(t.ID), engine.AppendTask(nil, t))
}

// dueKey orders by priority first, the higher ones before, then by time.
func dueKey(t *engine.Info) []byte {
	if t.Due.IsZero() || t.Status.Ended() {
		return nil
	}
	k := append(make([]byte, 0, 9+len(t.ID)), byte(math.MaxInt8-int(t.Priority)))
	k = binary.BigEndian.AppendUint64(k, uint64(t.Due.UnixMicro()))
	return append(k, t.ID...)
}

// move puts a task where it belongs among those that are due; before is where it was.
func (x tx) move(before []byte, t *engine.Info) error {
	after := dueKey(t)
	if bytes.Equal(before, after) {
		return nil
	}
	b := x.Bucket(dueBucket)
	if before != nil {
		if err := b.Delete(before); err != nil {
			return err
		}
	}
	if after == nil {
		return nil
	}
	return b.Put(after, nil)
}

// due calls f for tasks that are due, in their order, as long as it wants more.
func (x tx) due(now time.Time, f func(id string) (more bool, err error)) error {
	c := x.Bucket(dueBucket).Cursor()
	limit := uint64(now.UnixMicro())
	for k, _ := c.First(); k != nil; {
		if binary.BigEndian.Uint64(k[1:]) > limit {
			k, _ = c.Seek([]byte{k[0] + 1}) // the next priority; there is none behind the last
			if k != nil && k[0] == 0 {
				return nil
			}
			continue
		}
		if more, err := f(string(k[9:])); err != nil || !more {
			return err
		}
		k, _ = c.Next()
	}
	return nil
}

// nextDue is how long it takes until a task is due that is not yet.
func (x tx) nextDue(now time.Time) time.Duration {
	next := time.Duration(math.MaxInt64)
	c := x.Bucket(dueBucket).Cursor()
	for p := 0; p < 256; {
		k, _ := c.Seek([]byte{byte(p)})
		if k == nil {
			break
		}
		p = int(k[0])
		if k, _ = c.Seek(binary.BigEndian.AppendUint64([]byte{byte(p)}, uint64(now.UnixMicro())+1)); k != nil && int(k[0]) == p {
			next = min(next, time.UnixMicro(int64(binary.BigEndian.Uint64(k[1:]))).Sub(now))
		}
		p++
	}
	return max(next, time.Microsecond)
}

// inbox are the messages of a task.
func (x tx) inbox(id string) (list []engine.Message, err error) {
	err = x.messages(id, func(_ []byte, m engine.Message) error {
		m.Body = bytes.Clone(m.Body)
		list = append(list, m)
		return nil
	})
	return list, err
}

// under ranges over what a bucket has of a task, which nobody changes meanwhile.
func (x tx) under(bucket []byte, id string) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		prefix := of(id)
		c := x.Bucket(bucket).Cursor()
		for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix) && yield(k, v); k, v = c.Next() {
		}
	}
}

func (x tx) messages(id string, f func(key []byte, m engine.Message) error) error {
	for k, v := range x.under(inboxBucket, id) {
		m, err := engine.ReadMessage(v)
		if err != nil {
			return err
		}
		if err := f(k, m); err != nil {
			return err
		}
	}
	return nil
}

func (x tx) addMessage(m *engine.Message) error {
	b := x.Bucket(inboxBucket)
	n, err := b.NextSequence()
	if err != nil {
		return err
	}
	return b.Put(append(of(m.To), number(n)...), engine.AppendMessage(nil, m))
}

func (x tx) events(id string) (list []engine.Event, err error) {
	for _, v := range x.under(eventsBucket, id) {
		e, err := engine.ReadEvent(v)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// addEvent adds one, and drops the one that is too many.
func (x tx) addEvent(id string, e engine.Event, most int) error {
	if most < 0 {
		return nil
	}
	b, prefix := x.Bucket(eventsBucket), of(id)
	c := b.Cursor()
	k, _ := c.Seek(append(bytes.Clone(prefix), 255, 255, 255, 255, 255, 255, 255, 255))
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	var n uint64
	if bytes.HasPrefix(k, prefix) {
		n = binary.BigEndian.Uint64(k[len(prefix):])
	}
	n++
	if n > uint64(most) {
		if err := b.Delete(append(bytes.Clone(prefix), number(n-uint64(most))...)); err != nil {
			return err
		}
	}
	return b.Put(append(bytes.Clone(prefix), number(n)...), engine.AppendEvent(nil, e))
}

func (x tx) kept(id string) (list []engine.Kept, err error) {
	for _, v := range x.under(keptBucket, id) {
		k, err := engine.ReadKept(v)
		if err != nil {
			return nil, err
		}
		k.Snapshot = bytes.Clone(k.Snapshot)
		list = append(list, k)
	}
	return list, nil
}

// keep keeps a snapshot, and drops those that are too many.
func (x tx) keep(id string, k engine.Kept, most int) error {
	if most <= 0 {
		return nil
	}
	b, prefix := x.Bucket(keptBucket), of(id)
	if err := b.Put(append(bytes.Clone(prefix), number(k.Seq)...), engine.AppendKept(nil, k)); err != nil {
		return err
	}
	var keys [][]byte
	for key := range x.under(keptBucket, id) {
		keys = append(keys, bytes.Clone(key))
	}
	for _, key := range keys[:max(len(keys)-most, 0)] {
		if err := b.Delete(key); err != nil {
			return err
		}
	}
	return nil
}

// drop drops all of a task.
func (x tx) drop(t *engine.Task) error {
	if err := x.Bucket(tasksBucket).Delete([]byte(t.ID)); err != nil {
		return err
	}
	for _, name := range [][]byte{inboxBucket, knownBucket, eventsBucket, keptBucket} {
		if err := x.dropAll(name, t.ID); err != nil {
			return err
		}
	}
	return nil
}

func (x tx) dropAll(bucket []byte, id string) error {
	var keys [][]byte
	for k := range x.under(bucket, id) {
		keys = append(keys, bytes.Clone(k))
	}
	for _, k := range keys {
		if err := x.Bucket(bucket).Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// list calls f for up to n tasks that q asks for. after is "" if there are no more.
func (x tx) list(q engine.Query, n int, f func(*engine.Info)) (after string, err error) {
	c := x.Bucket(tasksBucket).Cursor()
	seen := 0
	for k, v := c.Seek([]byte(max(q.Prefix, q.After))); k != nil && strings.HasPrefix(string(k), q.Prefix); k, v = c.Next() {
		if seen++; seen > n {
			return after, nil
		}
		after = string(k)
		t, err := engine.ReadTask(v)
		if err != nil {
			return "", err
		}
		if q.Matches(&t.Info) {
			f(&t.Info)
		}
	}
	return "", nil
}
