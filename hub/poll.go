package hub

import "time"

// poller asks the operating system what has happened to descriptors. All but wake is
// for the goroutine of the hub.
//
// It tells each change once: nothing is told of a descriptor that could be read before
// and still can. So a descriptor is announced once, and not again for each wait.
type poller interface {
	// add begins to tell when fd can be read.
	add(fd int) error
	// addOut has it tell when fd can be written, too. If it can already, that is told.
	addOut(fd int) error
	// remove ends it. That fd may be closed already is no matter.
	remove(fd int)
	// ask blocks until something has happened, d has passed (less than 0: for ever), or
	// wake is called. What it returns is valid up to the next call.
	ask(d time.Duration) ([]event, error)
	// wake ends ask, or the next one. Any goroutine may call it.
	wake() error
	close()
}

// Go's own poller is made when the first timer or file needs it: if there are no descriptors
// left then, the process dies of "runtime: epollcreate failed". A server comes to that by its
// clients; so it is made now, when there are some.
func init() { time.AfterFunc(time.Hour, func() {}).Stop() }

// event says what has happened to a descriptor.
type event struct {
	fd   int
	what happening
}

type happening uint8

const (
	canRead happening = 1 << iota
	canWrite
	// hasEnded: there is an end, or an error, behind what can be read.
	hasEnded
)

const (
	// pollEvery is how long tasks that are always ready keep the hub from asking its
	// poller. To ask costs less than a microsecond.
	pollEvery = time.Millisecond
	// paceTime is how often, about, the clock is read to find out that it is time.
	paceTime = pollEvery / 4
	// paceMost is how many tasks run at most before the clock is read.
	paceMost = 256
)

// pace says when to ask the poller while tasks are ready. To read the clock for each
// would take longer than many of them run, so it is read after so many tasks as took
// paceTime when it was read before.
type pace struct {
	left    int // to run before the clock is read
	batch   int
	checked time.Time // when the clock was read
	polled  time.Time // when the poller was asked
	due     bool      // it is time
	first   int       // turns to take until what the poller tells comes first again
}

// check is called for a task that is about to run. It reports whether the poller has to
// be asked first.
func (p *pace) check() bool {
	if p.left--; p.left >= 0 {
		return false
	}
	now := time.Now()
	took := now.Sub(p.checked)
	if took < paceTime {
		p.batch = min(2*p.batch+1, paceMost)
	} else {
		p.batch = int(int64(p.batch) * int64(paceTime) / int64(took))
	}
	p.left, p.checked = p.batch, now
	p.due = now.Sub(p.polled) >= pollEvery
	return p.due
}

// asked notes that the poller has been.
func (p *pace) asked() { p.polled, p.due = time.Now(), false }

// late reports whether tasks that are ready have to wait until the poller is asked. Nobody
// need wait for a descriptor: a task may look again and again whether it is ready.
func (h *Hub) late() bool { return h.open > 0 && h.pace.check() }

// poll makes ready who waits for what has happened to descriptors. They come before those
// that are ready already: with thousands of these, they would wait as long as with no
// poll in between. But where there is more to do for descriptors than there is time, the
// others would wait for ever, so that these have as many turns before that is done again.
func (h *Hub) poll(d time.Duration) {
	events, err := h.poller.ask(d)
	if err != nil {
		panic("hub: waiting for descriptors: " + err.Error())
	}
	h.pace.asked()
	before := h.ready
	h.ready = turns{}
	for _, e := range events {
		if e.fd >= len(h.watched) || h.watched[e.fd] == nil {
			continue // closed since, by who does not own it alone
		}
		h.watched[e.fd].happened(e.what)
	}
	if told := h.ready; h.pace.first > 0 {
		h.ready = before
		before = told
	} else {
		h.pace.first = 2 * told.n
	}
	h.ready.append(before)
}
