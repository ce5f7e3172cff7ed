package task

import (
	"fmt"
	"sync"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/engine"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Making a task's greenlet of a snapshot, and the descriptions that it refers to.

// schemas are the descriptions that snapshots refer to, as far as this process has come by them.
type schemas struct {
	lock sync.Mutex
	text map[uint64][]byte // the store has all these
}

// missing is the error for a description that has to be asked for.
type missing struct{ hash uint64 }

func (m *missing) Error() string {
	return fmt.Sprintf("durable: the description %x is not at hand", m.hash)
}

var _ durable.Schemas = (*schemas)(nil)

// describing is what a snapshot's descriptions go to.
type describing struct {
	known *schemas
	list  []engine.Schema // that the store is not known to have
}

// Put notes a description that the snapshot has.
func (d *describing) Put(hash uint64, text []byte) error {
	d.known.lock.Lock()
	defer d.known.lock.Unlock()
	if _, known := d.known.text[hash]; !known {
		d.list = append(d.list, engine.Schema{Hash: hash, Text: append([]byte(nil), text...)})
	}
	return nil
}

// Get is that of the known ones.
func (d *describing) Get(hash uint64) ([]byte, error) { return d.known.Get(hash) }

// Put does nothing: it is not asked for what was restored.
func (s *schemas) Put(uint64, []byte) error { return nil }

// Get is a description, or the error that it is missing.
func (s *schemas) Get(hash uint64) ([]byte, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if text, ok := s.text[hash]; ok {
		return text, nil
	}
	return nil, &missing{hash}
}

// learn notes that the store has them.
func (s *schemas) learn(list []engine.Schema) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, x := range list {
		s.text[x.Hash] = x.Text
	}
}

// restoring is whose snapshot is being restored: a *Task in it is that one.
var restoring struct {
	sync.Mutex
	task *Task
}

func init() {
	durable.Given(func() (*Task, error) {
		if restoring.task == nil {
			return &Task{}, nil // it is restored by somebody else, and can't run
		}
		return restoring.task, nil
	})
}

// restore makes the task's greenlet.
func (t *Task) restore() (*greenlet.Greenlet, error) {
	restoring.Lock()
	defer restoring.Unlock()
	restoring.task = t
	defer func() { restoring.task = nil }()
	gs, err := durable.RestoreFrom(t.saved, &t.runner.known, durable.Standard)
	if err != nil {
		return nil, err
	}
	if len(gs) != 1 {
		return nil, durable.ErrCorrupt
	}
	return gs[0], nil
}
