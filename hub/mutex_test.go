package hub

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable
func (l *log) locks(m *Mutex, name string) {
	m.Lock()
	m.Lock()
	l.Sleep(time.Second)
	m.Unlock()
	l.say("%s %v", name, m.Owner() == l.Current())
	l.Yield()
	m.Unlock()
	l.say("%s leaves it %v", name, m.Owner() != nil)
}

//greenlet:resumable
func (l *log) locksFor(m *Mutex, d time.Duration) {
	defer func() { l.say("%v", recover()) }()
	l.say("%v %v", m.TryLock(), m.LockFor(d))
	m.Unlock()
}

func TestMutex(t *testing.T) {
	l := newLog()
	m := l.NewMutex()
	l.Go(l.newLocksFrame(m, "a"))
	l.Go(l.newLocksFrame(m, "b"))
	l.Go(l.newLocksForFrame(m, time.Second/2))
	l.Go(l.newKillsOneFrame(l.Go(l.newLocksFrame(m, "victim"))))
	l.GoAfter(3*time.Second, l.newLocksForFrame(m, 0))
	l.expect(t, "500ms false false",
		"500ms hub: Unlock by task 3 (github.com/going-green/greenlet/hub.(*log).locksFor) of a mutex of task 1 (github.com/going-green/greenlet/hub.(*log).locks)",
		"1s a true", "1s a leaves it true", "2s b true", "2s b leaves it false", "3s true true", "3s <nil>")
	assert.Equal(t, 1, m.depth)
	assert.Panics(t, func() { m.Unlock() })
	assert.PanicsWithValue(t, "hub: Unlock of a mutex that is not locked", l.NewMutex().Unlock)
}

//greenlet:resumable
func (l *log) locksTwo(a, b *Mutex) {
	a.Lock()
	l.Yield()
	b.Lock()
}

// A deadlock names who has the mutex.
func TestMutexDeadlock(t *testing.T) {
	l := newLog()
	a, b := l.NewMutex(), l.NewMutex()
	l.Go(l.newLocksTwoFrame(a, b))
	l.Go(l.newLocksTwoFrame(b, a))
	var d *Deadlock
	require.ErrorAs(t, l.Run(t.Context()), &d)
	assert.Equal(t, fmt.Sprintf("a mutex of task 2 (%s)", d.Waiting[1].Func), d.Waiting[0].For)
	assert.Equal(t, fmt.Sprintf("a mutex of task 1 (%s)", d.Waiting[0].Func), d.Waiting[1].For)
}

//greenlet:resumable
func contends(m *Mutex, n int) {
	for range n {
		m.Lock()
		m.hub.Yield()
		m.Unlock()
	}
}

// BenchmarkMutex has two tasks hand it over to each other.
func BenchmarkMutex(b *testing.B) {
	h := New()
	m := h.NewMutex()
	drive(b, h, func() {
		h.Go(newContendsFrame(m, b.N/2))
		h.Go(newContendsFrame(m, b.N/2))
	})
}
