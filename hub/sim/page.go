package sim

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"regexp"
	"strings"
	"time"
)

// The page of a run is one file that refers to nothing outside itself, and has no script. It is
// drawn twice, without the noise and with it; a checkbox shows the one or the other. Each
// event has a row, so that time goes downwards, but not evenly: what happens at once would lie upon
// itself, and an hour in which nothing does would be a long page.

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

const (
	rowHeight = 20
	timeWidth = 120 // of the column of times
	laneWidth = 120 // of the column of a host
	// maxRows is how many rows are drawn at most: the last. Browsers are slow with more.
	maxRows = 3000
)

// drawing is what is drawn of a run.
type drawing struct {
	Class         string
	Width, Height int
	Lanes         []*lane
	Arrows        []*arrow
	Rows          []*row
	Omitted       int // rows before the first
}

// lane is the column of a host.
type lane struct {
	Name  string
	X     int
	Spans []*span // in which it was down, or did not run
}

type span struct {
	Class  string
	X, Y   int
	Height int
}

// row is an event.
type row struct {
	ID     string
	Y      int
	Class  string
	Time   string
	Text   string
	Whole  string // that of the trace
	Line   string
	TextX  int
	Dot    int // x of the host on which it happens; 0 if there is none
	Arrows []*arrow
}

// Marked reports whether the row is one that should be seen.
func (r *row) Marked() bool { return r.Class == "fault" || r.Class == "forced" || r.Class == "fails" }

// Top is where the row begins, and Base where its letters stand.
func (r *row) Top() int  { return r.Y - rowHeight/2 }
func (r *row) Base() int { return r.Y + 4 }

// arrow is the way of a message that the row sends.
type arrow struct {
	Class          string
	X1, Y1, X2, Y2 int
}

// Page is the run as a page for a browser: hosts as columns, time downwards, messages as
// arrows, faults, and how it fails. It has no network to ask and no script.
func (f *Failure) Page() []byte {
	data := struct {
		*Failure
		Fails    string
		Counted  string
		Story    []told
		Replay   string
		Drawings []*drawing
	}{Failure: f, Counted: f.counted(), Replay: f.flags()}
	if f.Err != nil {
		data.Fails = f.Err.Error()
	}
	number := 0
	for i, e := range f.events {
		if e.fault != nil && !e.noise {
			data.Story = append(data.Story, told{f.Story[number], rowID("", i)})
			number++
		}
	}
	data.Drawings = []*drawing{f.draw("quiet", false), f.draw("noisy", true)}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, data); err != nil {
		panic(err) // of ours: nothing in it fails
	}
	return b.Bytes()
}

// told is a line of a story, and the row that it is about.
type told struct{ Text, ID string }

func rowID(prefix string, event int) string { return fmt.Sprintf("%se%d", prefix, event) }

// draw draws the run, with noise or without.
func (f *Failure) draw(class string, noise bool) *drawing {
	d := &drawing{Class: class}
	var shown []int // events
	for i, e := range f.events {
		if noise || !e.noise {
			shown = append(shown, i)
		}
	}
	if n := len(shown) - maxRows; n > 0 {
		d.Omitted, shown = n, shown[n:]
	}
	lanes := d.lanes(f.events)
	prefix := ""
	if noise {
		prefix = "n" // an id is there once
	}
	p := &pen{drawing: d, lanes: lanes, on: map[message][]*row{}, down: map[*Host]*span{}}
	for k, i := range shown {
		p.event(f.events[i], rowID(prefix, i), rowHeight*(k+1))
	}
	end := rowHeight * (len(shown) + 1)
	if f.Err != nil {
		text, _, _ := strings.Cut(f.Err.Error(), "\n")
		d.Rows = append(d.Rows, &row{ID: prefix + "end", Y: end, Class: "fails", Text: text})
	}
	for _, s := range p.down {
		s.Height = end - s.Y
	}
	d.Height = end + rowHeight
	longest := 0
	for _, r := range d.Rows {
		r.TextX = timeWidth + laneWidth*len(d.Lanes) + 8
		longest = max(longest, len(r.Text)+len(r.Line)+2)
	}
	d.Width = timeWidth + laneWidth*len(d.Lanes) + 16 + 8*longest
	return d
}

// lanes makes a column for each host, in the order in which they come up.
func (d *drawing) lanes(events []*event) map[*Host]*lane {
	lanes := map[*Host]*lane{}
	add := func(h *Host) {
		if h != nil && lanes[h] == nil {
			lanes[h] = &lane{Name: h.name, X: timeWidth + laneWidth*len(d.Lanes) + laneWidth/2}
			d.Lanes = append(d.Lanes, lanes[h])
		}
	}
	for _, e := range events {
		add(e.host)
		add(e.of)
		if e.about != nil {
			from, to := e.about.ends()
			add(from)
			add(to)
		}
	}
	return lanes
}

// pen draws one event after the other.
type pen struct {
	*drawing
	lanes map[*Host]*lane
	on    map[message][]*row // that have sent it; two if it is sent twice
	down  map[*Host]*span    // that have not ended
	last  time.Duration
}

func (p *pen) event(e *event, id string, y int) {
	r := &row{ID: id, Y: y, Class: "user", Text: longPath.ReplaceAllString(e.text, "("), Whole: e.text, Line: e.line}
	if e.at != p.last || len(p.Rows) == 0 {
		r.Time = e.at.String()
		p.last = e.at
	}
	if l := p.lanes[e.host]; l != nil {
		r.Dot = l.X
	}
	p.Rows = append(p.Rows, r)
	switch {
	case e.fault != nil && e.fault.Kind.forced():
		r.Class = "forced"
	case e.fault != nil:
		r.Class = "fault"
		for h, l := range p.lanes { // at most one has the name
			if from, _, _ := strings.Cut(e.fault.Where, ">"); h.name == from {
				r.Dot = l.X
			}
		}
	case e.about != nil:
		p.message(e, r)
	case e.of != nil:
		p.state(e, r)
	case e.task != nil && strings.Contains(e.text, " panics: "):
		r.Class = "fails"
	case e.noise:
		r.Class = "noise"
	case strings.HasPrefix(e.text, "sim: not always: "):
		r.Class = "fails"
	case strings.HasPrefix(e.text, "network "): // a partition
		r.Class = "state"
	}
}

// longPath is what functions of packages that are not main have in front.
var longPath = regexp.MustCompile(`\([\w.~-]+/(?:[\w.~-]+/)*`)

// signs are what becomes of a message, in few letters: the arrow says it.
var signs = map[does]string{sends: "→", delivers: "⇥", loses: "✕"}

// message draws what becomes of one: the arrow begins where it was sent.
func (p *pen) message(e *event, r *row) {
	from, to := e.about.ends()
	what, _, _ := strings.Cut(e.about.String(), " from ")
	if text := shown(e.about.payload()); text != "" {
		what = text
	}
	r.Text = fmt.Sprintf("%s %s %s  %s", from.name, signs[e.does], to.name, what)
	r.Class = "message"
	if e.noise {
		r.Class = "noise"
	}
	if e.does == sends {
		r.Dot = p.lanes[from].X
		p.on[e.about] = append(p.on[e.about], r)
		return
	}
	r.Dot = p.lanes[to].X
	a := &arrow{Class: r.Class, X2: r.Dot, Y2: r.Y}
	sent := p.on[e.about]
	if e.does == loses {
		r.Class, a.Class = "lost", "lost"
		a.X2 = (p.lanes[from].X + p.lanes[to].X) / 2
		r.Dot = 0
	}
	if len(sent) == 0 {
		return // it arrived before, and is of no use
	}
	a.X1, a.Y1 = p.lanes[from].X, sent[0].Y
	p.on[e.about] = sent[1:]
	if from != to {
		p.Arrows = append(p.Arrows, a)
		sent[0].Arrows = append(sent[0].Arrows, a)
		r.Arrows = append(r.Arrows, a)
	}
}

// state draws that a host is down, or up again.
func (p *pen) state(e *event, r *row) {
	r.Class, r.Dot = "state", p.lanes[e.of].X
	if s := p.down[e.of]; s != nil {
		s.Height = r.Y - s.Y
		delete(p.down, e.of)
	}
	class := ""
	switch strings.TrimPrefix(e.text, "network has "+e.of.name+" ") {
	case "crash", "lose its power":
		class = "down"
	case "pause":
		class = "paused"
	default:
		return
	}
	s := &span{Class: class, X: r.Dot - 5, Y: r.Y}
	p.down[e.of] = s
	l := p.lanes[e.of]
	l.Spans = append(l.Spans, s)
}
