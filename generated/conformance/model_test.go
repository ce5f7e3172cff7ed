package conformance

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

// The reference model of TestRandom, written from the rules: no stacks, no
// frames; a greenlet is a state, a parent and what it waits for.

type mstate int

const (
	mUnstarted mstate = iota
	mSuspended
	mCurrent
	mDead
	mMain
)

// want is what a switch point receives.
type want int

const (
	wantNone want = iota
	wantAny
	wantInt
)

type mg struct {
	id      int
	parent  *mg
	state   mstate
	catches bool
	want    want
	bare    bool // waits where nothing recovers
}

// level is a run: plain code and what it has switched to.
type level struct {
	cur  *mg // main while the plain code runs
	left int // operations the plain code has yet to do
	want want
}

type model struct {
	p       *program
	main    *mg
	g       [slots + 1]*mg
	created int
	levels  []*level
	log     []string
}

func newModel(p *program) *model {
	m := &model{p: p, main: &mg{state: mMain}}
	m.g[slots] = m.main
	m.levels = []*level{{cur: m.main, left: -1}}
	return m
}

func (m *model) note(who *mg, what, v string) {
	m.log = append(m.log, fmt.Sprintf("%d %s %s", who.id, what, v))
}

func (m *model) top() *level { return m.levels[len(m.levels)-1] }

func (m *model) run() {
	for {
		l := m.top()
		if l.cur != m.main {
			o, _ := m.p.next()
			m.act(l.cur, o)
			continue
		}
		over := l.left == 0
		var o op
		if !over {
			var more bool
			o, more = m.p.next()
			over = !more
		}
		if over {
			if len(m.levels) == 1 {
				return
			}
			m.levels = m.levels[:len(m.levels)-1]
			m.note(m.top().cur, "got", "<nil>")
			continue
		}
		l.left--
		m.act(m.main, o)
	}
}

// sent is what a switch carries: a value is none, one or two.
type sent struct {
	text  string
	count int
	isInt bool
}

func number(v int) sent { return sent{fmt.Sprint(v), 1, true} }

var exit = sent{text: "greenlet: exit", count: 1}

// failure is a panic: what it shows as, and whether it is Exit.
type failure struct {
	text string
	exit bool
}

func (m *model) act(c *mg, o op) {
	to := m.g[o.a]
	nothing := func() { m.note(c, "got", "<nil>") }
	plain := c == m.main
	switch o.kind {
	case opCreate:
		m.create(c, o)
		nothing()
		return
	case opReparent:
		m.reparent(o)
		nothing()
		return
	case opYield, opExchange, opPanic, opPanicExit, opReturn, opMain, opNested:
		if plain {
			nothing()
			return
		}
	default:
		if to == nil {
			nothing()
			return
		}
	}
	switch o.kind {
	case opYield:
		c.bare = true
		m.send(c, wantNone, c.parent, number(o.v))
	case opExchange:
		m.send(c, wantInt, c.parent, number(o.v))
	case opMain:
		m.send(c, wantAny, m.main, number(o.v))
	case opSwitch:
		m.send(c, wantAny, to, number(o.v))
	case opSwitchNone:
		m.send(c, wantAny, to, sent{text: "<nil>"})
	case opSwitchTwo:
		m.send(c, wantAny, to, sent{fmt.Sprint(greenlet.Values{o.v, o.b}), 2, false})
	case opSwitchInt:
		m.send(c, wantInt, to, number(o.v))
	case opThrow:
		m.throw(c, to, failure{text: show(thrown(o.v))})
	case opKill:
		m.throw(c, to, failure{exit.text, true})
	case opPanic:
		m.raised(c, failure{text: show(thrown(o.v))})
	case opPanicExit:
		m.raised(c, failure{exit.text, true})
	case opReturn:
		m.ends(c, number(o.v))
	case opNested:
		if len(m.levels) > 3 {
			nothing()
			return
		}
		m.levels = append(m.levels, &level{cur: m.main, left: 3})
	}
}

func (m *model) create(c *mg, o op) {
	if o.a == slots || m.g[o.a] != nil && m.g[o.a].state != mDead {
		return
	}
	m.created++
	g := &mg{id: m.created, parent: c, catches: o.v%2 == 0}
	if p := m.g[o.b]; o.v%3 == 0 && p != nil {
		g.parent = p
	}
	m.g[o.a] = g
}

func (m *model) reparent(o op) {
	g, p := m.g[o.a], m.g[o.b]
	if g == nil || p == nil {
		return
	}
	refused := g == m.main
	for a := p; a != nil; a = a.parent {
		refused = refused || a == g
	}
	if refused {
		m.note(m.main, "refused", "state")
		return
	}
	g.parent = p
}

// raised: a panic at the place where g, who is current, stands.
func (m *model) raised(g *mg, f failure) {
	switch {
	case g == m.main:
		m.note(g, "caught", f.text)
	case !g.catches, g.bare, f.exit && g.id%2 == 0:
		g.state = mDead
		m.passOn(g.parent, f, f.exit)
	default:
		m.note(g, "caught", f.text)
		m.note(g, "got", "<nil>")
	}
}

// waits makes c wait for w.
func (m *model) waits(c *mg, w want) {
	if c == m.main {
		m.top().want = w
		return
	}
	c.want = w
}

// accepts: what t would say to the value, if it is a failure.
func (m *model) accepts(t *mg, s sent) (f failure, ok bool) {
	w := t.want
	if t == m.main {
		w = m.top().want
	}
	if t.state == mUnstarted {
		if s.count == 2 {
			return failure{text: "args"}, false
		}
		return f, true
	}
	if w == wantInt && s.count > 0 && !s.isInt {
		return failure{text: "type"}, false
	}
	return f, true
}

// goesOn makes t current, with the value.
func (m *model) goesOn(t *mg, s sent) {
	l := m.top()
	w := t.want
	if t == m.main {
		w = l.want
	}
	l.cur = t
	if t.state == mUnstarted {
		t.state = mCurrent
		if s.count == 0 {
			s.text = "-1"
		}
		m.note(t, "starts", s.text)
		return
	}
	if t != m.main {
		t.state = mCurrent
	}
	t.bare = false
	switch {
	case w == wantNone:
		s.text = "<nil>"
	case w == wantInt && s.count == 0:
		s.text = "0"
	}
	m.note(t, "got", s.text)
}

func alive(t *mg) *mg {
	for t.state == mDead {
		t = t.parent
	}
	return t
}

// send: c switches to t.
func (m *model) send(c *mg, w want, t *mg, s sent) {
	old := c.want
	m.waits(c, w)
	t = alive(t)
	if t.state == mCurrent && t != c {
		c.want = old
		m.raised(c, failure{text: "state"})
		return
	}
	if f, ok := m.accepts(t, s); !ok {
		m.raised(c, f)
		return
	}
	if c != m.main && c != t {
		c.state = mSuspended
	}
	m.goesOn(t, s)
}

// ends: c has returned.
func (m *model) ends(c *mg, s sent) {
	c.state = mDead
	t := alive(c.parent)
	if t.state == mCurrent {
		t = m.main // it waits below the plain code of this run
	}
	if f, ok := m.accepts(t, s); !ok {
		m.passOn(t, f, false)
		return
	}
	m.goesOn(t, s)
}

// throw: c throws into t.
func (m *model) throw(c, t *mg, f failure) {
	m.waits(c, wantAny)
	if t.state == mCurrent && t != c {
		m.raised(c, failure{text: "state"})
		return
	}
	m.passOn(t, f, false)
}

// passOn raises f in t, or in the first of its ancestors that has a place for
// it; exited says that it is the value Exit instead.
func (m *model) passOn(t *mg, f failure, exited bool) {
	c := m.top().cur
	for {
		if t.state == mDead {
			exited = exited || f.exit
			t = t.parent
			continue
		}
		if t.state == mCurrent && t != c {
			t = m.main
		}
		if exited || t == m.main && f.exit {
			bad, ok := m.accepts(t, exit)
			if ok {
				m.leave(c, t)
				s := exit
				s.text = f.text
				m.goesOn(t, s)
				return
			}
			f = bad
		}
		if t == m.main || t == c || t.state == mSuspended && t.catches && !t.bare {
			m.leave(c, t)
			m.top().cur = t
			if t != m.main {
				t.state = mCurrent
			}
			m.raised(t, f)
			return
		}
		t.state = mDead
		exited = f.exit
		t = t.parent
	}
}

// leave suspends c, which is current, unless it goes on itself or has ended.
func (m *model) leave(c, t *mg) {
	if c != t && c != m.main && c.state == mCurrent {
		c.state = mSuspended
	}
}
