package sim

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable
func asks(h *Host, n *Network) {
	c := must(h.Dial("tcp", "b:80"))
	p := make([]byte, 10)
	for range 3 {
		must(c.Write([]byte("<question>")))
		must(c.ReadFull(p))
	}
	n.Partition([]*Host{h}, []*Host{n.Host("b")})
	must(c.Write([]byte("<question>")))
	n.Host("c").Pause()
	n.Hub().Sleep(latency)
	n.Host("b").Crash()
	n.Hub().Sleep(10 * latency)
	n.Host("c").Resume()
	n.Heal()
	n.Host("b").Restart()
	n.Hub().Tracef("%s is content", h.Name())
	c.Close()
}

// drawnRun is a run with connections, datagrams and all that has a picture of its own.
func drawnRun(t *testing.T) *Failure {
	s := Simulation{Options: Options{Latency: latency, Jitter: latency, Loss: 0.05}, Start: func(n *Network) func() error {
		notes := &notes{Hub: n.Hub(), net: n, a: n.Host("a"), b: n.Host("c")}
		n.Host("c").Go(notes.newCollectsFrame(2 * time.Second))
		n.Host("b").Go(newPongsFrame(must(n.Host("b").Listen("tcp", ":80"))))
		n.Host("a").Go(newAsksFrame(n.Host("a"), n))
		n.Host("a").GoAfter(latency, notes.newSendsFrame(3))
		return func() error {
			if len(n.Faults()) > 0 {
				return errors.New("<b>there were faults</b>\nand so it fails")
			}
			return nil
		}
	}}
	f := s.Search(1, 100)
	require.NotNil(t, f)
	require.NotEmpty(t, f.Faults)
	return f
}

// The page is of one piece, and shows the program's text as text; it is the same each time.
func TestPage(t *testing.T) {
	f := drawnRun(t)
	page := string(f.Page())
	assert.NotContains(t, page, "<b>")
	assert.Contains(t, page, "&lt;b&gt;there were faults")
	assert.Contains(t, page, "&lt;question&gt;")
	assert.NotRegexp(t, `(?:src|href)="[^#]`, page)
	assert.NotContains(t, page, "://")
	assert.NotContains(t, page, "<script")
	assert.NotContains(t, page, "ZgotmplZ")
	assert.Equal(t, page, string(drawnRun(t).Page()))

	quiet, noisy, ok := strings.Cut(page, `<div class="run noisy">`)
	require.True(t, ok)
	for _, drawing := range []string{quiet, noisy} {
		for _, name := range []string{"a", "b", "c"} {
			assert.Contains(t, drawing, `title="`+name+`"`)
		}
		assert.Contains(t, drawing, `<line class="arrow message"`)
		assert.Contains(t, drawing, `<line class="arrow lost"`)
		assert.Contains(t, drawing, `<rect class="down"`)
		assert.Contains(t, drawing, `<rect class="paused"`)
		assert.Contains(t, drawing, `<g class="row fails" id=`)
		assert.Contains(t, drawing, `a is content</tspan><tspan class="line">  sim/page_test.go:`)
	}
	assert.NotContains(t, quiet, "an agreement")
	assert.Contains(t, noisy, "an agreement")
	assert.Contains(t, noisy, `class="row noise"`)

	// What the story tells leads to its row.
	for _, id := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		assert.Equal(t, 1, strings.Count(page, `id="`+id[1]+`"`), id[1])
	}
	assert.GreaterOrEqual(t, strings.Count(page, `href="#e`), len(f.Faults))
	ids := map[string]bool{}
	for _, id := range regexp.MustCompile(`id="([^"]+)"`).FindAllString(page, -1) {
		assert.False(t, ids[id], id)
		ids[id] = true
	}
}

// Of a long run the end is drawn.
func TestPageIsBounded(t *testing.T) {
	s := Simulation{Start: func(n *Network) func() error {
		for i := range maxRows + 10 {
			n.Hub().Tracef("line %d", i)
		}
		return nil
	}}
	page := string(s.once(1).Page())
	assert.Contains(t, page, "10 events before these are left out")
	assert.NotContains(t, page, ">line 9<")
	assert.Contains(t, page, ">line 10<")
	assert.Equal(t, 2*maxRows, strings.Count(page, `<g class="row `))
	assert.Contains(t, page, "Seed 1 passes")
}

// browser is a Chromium, or the reason why there is none.
func browser(t *testing.T) string {
	names := []string{"chromium", "chromium-headless-shell", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}
	if path := os.Getenv("CHROMIUM"); path != "" {
		names = []string{path}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skipf("needs a browser: none of %s is there; CHROMIUM may name one", strings.Join(names, ", "))
	return ""
}

// A browser shows the rows where they belong: arrows end at the hosts, one drawing is shown at a
// time, and the colours are those that the reader prefers.
func TestPageInBrowser(t *testing.T) {
	path := browser(t)
	const script = `
		const see = (c) => getComputedStyle(document.querySelector(c)).display;
		const middle = (e) => { const r = e.getBoundingClientRect(); return r.left + r.width / 2; };
		const lanes = [...document.querySelectorAll(".quiet .lanes span")].map(middle);
		const lives = [...document.querySelectorAll(".quiet .life")].map(middle);
		const arrows = [...document.querySelectorAll(".quiet .arrow.message:not(.over)")];
		const at = (x) => lives.some((l) => Math.abs(l - x) < 1);
		const box = (e) => e.getBoundingClientRect();
		const report = {
			lanes: lanes.every((x, i) => Math.abs(x - lives[i]) < 1.5) && lanes.length == lives.length,
			arrows: arrows.length > 0 && arrows.every((a) => at(box(a).left) && at(box(a).right)),
			down: arrows.every((a) => +a.getAttribute("y2") > +a.getAttribute("y1")),
			inside: [...document.querySelectorAll(".quiet .row text:last-child")].every((e) => box(e).right <= box(e.ownerSVGElement).right),
			first: see(".quiet") + " " + see(".noisy"),
		};
		document.querySelector("#noise").click();
		report.then = see(".quiet") + " " + see(".noisy");
		report.dark = matchMedia("(prefers-color-scheme: dark)").matches;
		report.paper = getComputedStyle(document.body).backgroundColor;
		document.title = JSON.stringify(report);
	`
	page := strings.Replace(string(drawnRun(t).Page()), "</body>", "<script>"+script+"</script></body>", 1)
	file := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(file, []byte(page), 0o666))
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(file)}
	for _, scheme := range []struct{ flag, want string }{
		{"1", `"dark":false,"paper":"rgb(255, 255, 255)"`}, {"0", `"dark":true,"paper":"rgb(20, 23, 27)"`},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, path, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(),
			"--blink-settings=preferredColorScheme="+scheme.flag, "--dump-dom", u.String())
		out, err := cmd.Output()
		require.NoError(t, err)
		assert.Contains(t, string(out), `<title>{"lanes":true,"arrows":true,"down":true,"inside":true,"first":"block none","then":"none block",`+scheme.want)
	}
}

// What is not so though it always is stands out, with its line.
func TestPageOfAlways(t *testing.T) {
	var checks Checks
	s := Simulation{Checks: &checks, Start: func(n *Network) func() error {
		return func() error { Always(false, "this is so", 7); return nil }
	}}
	f := s.Search(1, 1)
	require.NotNil(t, f)
	assert.Regexp(t, `<g class="row fails" id="e0">.*sim: not always: this is so: 7</tspan><tspan class="line">  sim/page_test.go:\d+<`, string(f.Page()))
	assert.Contains(t, checks.String(), "of 1 runs")
}
