//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// notes are what tasks do in order, in real time.
type notes struct {
	*Hub
	lines []string
}

func newNotes() *notes { return &notes{Hub: New()} }

func (n *notes) note(format string, args ...any) {
	n.lines = append(n.lines, fmt.Sprintf(format, args...))
}

// pipe is a watched pair of sockets.
type pipe struct{ a, b *Descriptor }

func (n *notes) newPipe(t *testing.T) pipe {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	var ends [2]*Descriptor
	for i, fd := range fds {
		require.NoError(t, unix.SetNonblock(fd, true))
		ends[i], err = n.Watch(fd)
		require.NoError(t, err)
		t.Cleanup(func() { ends[i].CloseFile() })
	}
	return pipe{ends[0], ends[1]}
}

func put(d *Descriptor, s string) {
	if _, err := unix.Write(d.Fd(), []byte(s)); err != nil {
		panic(err)
	}
}

func get(d *Descriptor, n int) string {
	p := make([]byte, n)
	n, err := unix.Read(d.Fd(), p)
	if err != nil {
		panic(err)
	}
	return string(p[:n])
}

//greenlet:resumable
func (n *notes) reads(d *Descriptor, size, times int) {
	for range times {
		if err := d.WaitRead(); err != nil {
			n.note("error: %v", err)
			return
		}
		n.note("read %q", get(d, size))
	}
}

//greenlet:resumable
func (n *notes) writes(d *Descriptor, words ...string) {
	for _, w := range words {
		n.note("write %q", w)
		put(d, w)
		n.Sleep(time.Millisecond)
	}
}

// A wait is for what there is, too: of what is not read at once nothing is missed.
func TestWaitRead(t *testing.T) {
	n := newNotes()
	p := n.newPipe(t)
	n.Go(n.newReadsFrame(p.a, 2, 4))
	n.Go(n.newWritesFrame(p.b, "abcd", "ef", "g"))
	require.NoError(t, n.Run(t.Context()))
	assert.Equal(t, []string{`write "abcd"`, `read "ab"`, `read "cd"`, `write "ef"`, `read "ef"`, `write "g"`, `read "g"`}, n.lines)
	assert.Zero(t, n.outside)
}

//greenlet:resumable
func (n *notes) patient(d *Descriptor) {
	n.note("%v", d.WaitReadFor(time.Millisecond))
	put(d, "to the other end")
	n.note("%v", d.WaitReadFor(time.Hour))
	n.note("%v", d.WaitWriteFor(time.Hour))
	for {
		if _, err := unix.Write(d.Fd(), make([]byte, 1<<16)); err != nil {
			break
		}
	}
	n.note("%v", d.WaitWriteFor(time.Millisecond))
	n.note("%v", d.WaitWrite())
}

//greenlet:resumable
func (n *notes) answers(d *Descriptor) {
	d.WaitRead()
	put(d, "answer")
	n.Sleep(20 * time.Millisecond)
	for { // make room
		if _, err := unix.Read(d.Fd(), make([]byte, 1<<16)); err != nil {
			return
		}
	}
}

func TestWaitFor(t *testing.T) {
	n := newNotes()
	p := n.newPipe(t)
	n.Go(n.newPatientFrame(p.a))
	n.Go(n.newAnswersFrame(p.b))
	require.NoError(t, n.Run(t.Context()))
	assert.Equal(t, []string{"i/o timeout", "<nil>", "<nil>", "i/o timeout", "<nil>"}, n.lines)
	assert.Empty(t, n.timers.heap)
}

//greenlet:resumable
func (n *notes) clashes(d *Descriptor) {
	n.Yield()
	err := d.WaitRead()
	var c *Conflict
	n.note("%v %v", errors.As(err, &c), err)
	n.note("%v", d.WaitWrite()) // the other direction is free
	d.Close()
}

// Two tasks can't wait to read the same; the second is told who is there, and where.
func TestConflict(t *testing.T) {
	n := newNotes()
	p := n.newPipe(t)
	n.Go(n.newReadsFrame(p.a, 1, 1))
	n.Go(n.newClashesFrame(p.a))
	require.NoError(t, n.Run(t.Context()))
	assert.Regexp(t, `true hub: task 2 \(.*\.clashes\) comes where another waits already: `+
		`task 1 \(.*\.reads\) waits for something to read in .*\.reads \(.*/descriptor_test\.go:\d+\)`, n.lines[0])
	assert.Equal(t, []string{"<nil>", "error: file already closed"}, n.lines[1:])
	require.NoError(t, unix.Close(p.a.Fd())) // Close has left it open
}

//greenlet:resumable
func (n *notes) busy(stop *bool) {
	for !*stop {
		n.Yield()
	}
}

//greenlet:resumable
func (n *notes) ends(d *Descriptor, stop *bool) {
	d.WaitRead()
	*stop = true
}

// Tasks that are always ready don't keep others from what arrives.
func TestBusy(t *testing.T) {
	n := newNotes()
	p := n.newPipe(t)
	var stop bool
	for range 3 {
		n.Go(n.newBusyFrame(&stop))
	}
	n.Go(n.newEndsFrame(p.a, &stop))
	n.Go(n.newWritesFrame(p.b, "now"))
	require.NoError(t, n.Run(t.Context()))
}

// Whoever the poller wakes comes before those that were ready.
func TestPollFirst(t *testing.T) {
	n := newNotes()
	p := n.newPipe(t)
	n.Go(n.newReadsFrame(p.a, 1, 1))
	n.Go(n.newOthersFrame(p.b))
	require.NoError(t, n.Run(t.Context()))
	assert.Equal(t, []string{`read "x"`, "other 0", "other 1"}, n.lines)
}

//greenlet:resumable
func (n *notes) others(d *Descriptor) {
	put(d, "x")
	for i := range 2 {
		n.Go(n.newNotesOneFrame("other", i))
	}
	n.pace.due = true
}

//greenlet:resumable
func (n *notes) notesOne(name string, i int) { n.note("%s %d", name, i) }

//greenlet:resumable
func (n *notes) waitsForever(d *Descriptor) {
	defer n.note("killed")
	d.WaitRead()
}

// Other goroutines reach a hub that waits for descriptors.
func TestWake(t *testing.T) {
	n := newNotes()
	p := n.newPipe(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	n.Go(n.newWaitsForeverFrame(p.a))
	go func() {
		asleep := func() bool {
			n.mu.Lock()
			defer n.mu.Unlock()
			return n.polling
		}
		for !asleep() {
			runtime.Gosched()
		}
		n.Post(func() {
			n.note("posted")
			go cancel(errors.ErrUnsupported)
		})
	}()
	assert.Equal(t, errors.ErrUnsupported, n.Run(ctx))
	assert.Equal(t, []string{"posted", "killed"}, n.lines)
}

// countingPoller counts how often it is woken.
type countingPoller struct {
	poller
	woken int
}

func (c *countingPoller) wake() error {
	c.woken++
	return c.poller.wake()
}

// A hub is woken once for all that is posted while it sleeps, and not for what is posted
// while it runs.
func TestWakeOnce(t *testing.T) {
	h := New()
	p, err := newPoller()
	require.NoError(t, err)
	defer p.close()
	c := &countingPoller{poller: p}
	h.poller = c
	h.Post(func() {})
	assert.Zero(t, c.woken)
	h.sleep() // returns at once
	h.polling = true
	for range 10 {
		h.Post(func() {})
	}
	assert.Equal(t, 1, c.woken)
	h.woken = false // as if the poller had not been asked
	h.sleep()       // and this returns as it has been woken
}

// There is a poller while there is something to poll.
func TestPollerCloses(t *testing.T) {
	n := newNotes()
	for range 2 {
		p := n.newPipe(t)
		n.Go(n.newReadsFrame(p.a, 1, 1))
		n.Go(n.newWritesFrame(p.b, "x"))
		require.NoError(t, n.Run(t.Context()))
		require.NotNil(t, n.poller)
		require.NoError(t, p.a.CloseFile())
		assert.Equal(t, os.ErrClosed, p.a.CloseFile())
		p.b.CloseFile()
		assert.Nil(t, n.poller)
	}
	p := n.newPipe(t)
	n.Go(n.newClosesBothFrame(p))
	require.NoError(t, n.Run(t.Context()))
	assert.Nil(t, n.poller)
}

//greenlet:resumable
func (n *notes) closesBoth(p pipe) {
	p.a.CloseFile()
	p.b.CloseFile()
}

// The number of a descriptor that was closed behind the hub's back may be used again.
func TestNumberReused(t *testing.T) {
	n := newNotes()
	p := n.newPipe(t)
	require.NoError(t, unix.Close(p.a.Fd()))
	fd, err := unix.Dup(p.b.Fd())
	require.NoError(t, err)
	require.Equal(t, p.a.Fd(), fd)
	again, err := n.Watch(fd)
	require.NoError(t, err)
	assert.Equal(t, os.ErrClosed, p.a.CloseFile()) // it is not its own any more
	assert.NoError(t, again.CloseFile())
}

func TestWatchErrors(t *testing.T) {
	n := newNotes()
	_, err := n.Watch(-1)
	assert.EqualError(t, err, "hub: there is no descriptor -1")
	file, err := os.CreateTemp(t.TempDir(), "")
	require.NoError(t, err)
	defer file.Close()
	if runtime.GOOS == "linux" {
		_, err = n.Watch(int(file.Fd()))
		assert.ErrorIs(t, err, syscall.EPERM)
	}
	assert.Nil(t, n.poller)
	_, err = NewSimulated(time.Time{}).Watch(0)
	assert.Equal(t, errSimulated, err)
	p := n.newPipe(t)
	assert.PanicsWithValue(t, "hub: a wait for something to read outside of the hub's tasks: start one with Go",
		func() { p.a.WaitRead() })
}

//greenlet:resumable
func (n *notes) enters() (v any) { return runsElsewhere(n.Hub) }

// runsElsewhere has another goroutine run h, and returns what it panics with.
func runsElsewhere(h *Hub) any {
	got := make(chan any)
	go func() {
		defer func() { got <- recover() }()
		h.Run(context.Background())
	}()
	return <-got
}

// A hub can't be entered by two goroutines.
func TestTwoGoroutines(t *testing.T) {
	n := newNotes()
	frame := n.newEntersFrame()
	n.Go(frame)
	require.NoError(t, n.Run(t.Context()))
	assert.Equal(t, "hub: Run of a hub that is running, in this goroutine or another", frame.Results())
}

// Tasks that are killed or interrupted as they wait for a descriptor leave it.
func TestKillWaiting(t *testing.T) {
	n := newNotes()
	p := n.newPipe(t)
	n.Go(n.newKillsWaitingFrame(p))
	require.NoError(t, n.Run(t.Context()))
	assert.Equal(t, []string{"killed", "greenlet: exit", "hub: timeout after 1ms", "i/o timeout"}, n.lines)
	assert.Zero(t, n.outside)
}

//greenlet:resumable
func (n *notes) killsWaiting(p pipe) {
	task := n.Go(n.newWaitsForeverFrame(p.a))
	n.Yield()
	task.Kill()
	n.note("%v", task.Err())
	n.note("%v", n.WithTimeout(time.Millisecond, func() { p.a.WaitRead() }))
	n.note("%v", p.a.WaitReadFor(0))
}

// A readiness that nothing outside can change leaves the hub its simulated time, and its
// deadlocks.
func TestReadiness(t *testing.T) {
	l := newLog()
	r := l.MakeReadiness()
	r.Exhausted(In)
	l.Go(l.newAwaitsReadinessFrame(&r))
	l.Go(l.newSteersFrame(&r))
	var d *Deadlock
	require.ErrorAs(t, l.Run(t.Context()), &d)
	assert.Equal(t, []string{
		"0s <nil>", "2s i/o timeout", "3s <nil>", "3s i/o timeout", "4s <nil>", "5s <nil>",
	}, l.lines)
	for _, task := range l.Tasks() {
		task.Interrupt(greenlet.Exit)
	}
	assert.NoError(t, l.Run(t.Context()))
}

//greenlet:resumable
func (l *log) awaitsReadiness(r *Readiness) {
	l.say("%v", r.Wait(Out))
	l.say("%v", r.WaitFor(In, 2*time.Second))
	l.say("%v", r.Wait(In)) // which steers ends at 3s
	r.Exhausted(In)
	r.SetDeadline(In, l.Now())
	l.say("%v", r.Wait(In))
	r.SetDeadline(In, l.Now().Add(time.Hour))
	l.say("%v", r.Wait(In)) // there is no deadline any more, as steers signals
	l.Sleep(time.Second)
	r.Exhausted(Out)
	l.say("%v", r.Check(Out))
	r.Wait(Out)
}

//greenlet:resumable
func (l *log) steers(r *Readiness) {
	l.Sleep(3 * time.Second)
	r.Signal(In)
	l.Sleep(time.Second)
	r.SetDeadline(In, time.Time{})
	r.Signal(In)
}

// BenchmarkYieldPolled is Yield while another task waits for a descriptor.
func BenchmarkYieldPolled(b *testing.B) {
	h := New()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	require.NoError(b, err)
	d, err := h.Watch(fds[0])
	require.NoError(b, err)
	drive(b, h, func() {
		h.Go(newWaitsReadFrame(d))
		h.Go(newYieldsFrame(h, b.N/2))
		h.Go(newYieldsThenPutsFrame(h, b.N/2, fds[1]))
	})
	require.NoError(b, d.CloseFile())
	require.NoError(b, unix.Close(fds[1]))
}

//greenlet:resumable
func waitsRead(d *Descriptor) { _ = d.WaitRead() }

//greenlet:resumable
func yieldsThenPuts(h *Hub, n, fd int) {
	yields(h, n)
	_, _ = unix.Write(fd, []byte("x"))
}

// brokenPoller can't be asked.
type brokenPoller struct{ poller }

func (brokenPoller) ask(time.Duration) ([]event, error) { return nil, errors.ErrUnsupported }

// A hub whose poller has failed can be posted to.
func TestPollerFails(t *testing.T) {
	n := newNotes()
	p := n.newPipe(t)
	n.poller = brokenPoller{n.poller}
	n.Go(n.newWaitsForeverFrame(p.a))
	assert.PanicsWithValue(t, "hub: waiting for descriptors: unsupported operation", func() { _ = n.Run(t.Context()) })
	p.a.CloseFile()
	p.b.CloseFile()
	assert.Nil(t, n.poller)
	n.Post(func() { n.note("posted") })
	require.NoError(t, n.Run(t.Context()))
	assert.Equal(t, []string{"posted", "killed"}, n.lines)
}

// A deadline without a monotonic clock gets one: else it would come at another time when the
// system's is set, and be waited for in vain, again and again.
func TestDeadlineOfWall(t *testing.T) {
	n := newNotes()
	r := n.MakeReadiness()
	at := time.Now().Add(time.Hour).Round(0)
	r.SetDeadline(In, at)
	assert.WithinDuration(t, at, r.due[In], time.Second)
	assert.Contains(t, r.due[In].String(), "m=+")
}
