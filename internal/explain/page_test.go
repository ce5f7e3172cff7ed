package explain

import (
	"bytes"
	"context"
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

// TestPage: the page is of one piece, and shows the source's text as text.
func TestPage(t *testing.T) {
	page := render(t, func(w *bytes.Buffer) error { return HTML(w, []*Explanation{sample()}) })
	assert.NotContains(t, page, "<b>\n")
	assert.Contains(t, page, "// &lt;b&gt;")
	assert.Contains(t, page, "&lt;raw&gt;")
	assert.NotRegexp(t, `(?:src|href)="[^#]`, page)
	assert.NotContains(t, page, "://")
	assert.NotContains(t, page, "ZgotmplZ")
	assert.Equal(t, 2, strings.Count(page, `<g class="node`))
	assert.Contains(t, page, `<path class="edge" data-from="2" data-to="1"`)
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

// dom is the page as the browser has it after its script has run, with more script
// behind that.
func dom(t *testing.T, list []*Explanation, fragment, script string) string {
	path := browser(t)
	page := render(t, func(w *bytes.Buffer) error { return HTML(w, list) })
	page = strings.Replace(page, "</body>", "<script>"+script+"</script></body>", 1)
	file := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(file, []byte(page), 0o666))
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(file), Fragment: fragment}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--dump-dom", u.String())
	out, err := cmd.Output()
	require.NoError(t, err)
	return string(out)
}

// classes are the classes of the first element that has the attribute.
func classes(t *testing.T, dom, tag, attribute string) string {
	for _, e := range regexp.MustCompile(`<`+tag+` [^>]*>`).FindAllString(dom, -1) {
		if strings.Contains(e, attribute) {
			m := regexp.MustCompile(`class="([^"]*)"`).FindStringSubmatch(e)
			if m == nil {
				return ""
			}
			return m[1]
		}
	}
	require.Fail(t, "no element", "%s with %s", tag, attribute)
	return ""
}

// TestFragment: #state=1 chooses a state, which lights what belongs to it.
func TestFragment(t *testing.T) {
	page := dom(t, []*Explanation{sample(), row(3, 2)}, "state=1", "")
	assert.Equal(t, 1, strings.Count(page, `data-selected="1"`))
	assert.Equal(t, "node on", classes(t, page, "g", `data-state="1"`))
	assert.Equal(t, "node maybe", classes(t, page, "g", `data-state="2"`))
	assert.Equal(t, "state on", classes(t, page, "tr", `data-state="1"`))
	assert.Equal(t, "line suspends on", classes(t, page, "span", `data-states="1"`))
	assert.Equal(t, "line suspends resume", classes(t, page, "span", `data-states="2"`))
	assert.Equal(t, "edge on", classes(t, page, "path", `data-from="1"`))
	assert.Equal(t, "edge in", classes(t, page, "path", `data-to="1"`))
	assert.Equal(t, "var live", classes(t, page, "span", `data-field="s"`))
	assert.Equal(t, "live", classes(t, page, "tr", `data-field="s"`))
	assert.Equal(t, "cleared", classes(t, page, "tr", `data-field="x"`))

	page = dom(t, []*Explanation{sample(), row(3, 2)}, "func=1&state=3", "")
	assert.Equal(t, 1, strings.Count(page, `data-selected="3"`))
}

// TestPointer: to point at a state shows it for as long, to click it chooses it, with
// the keyboard as well; again, and nothing is chosen.
func TestPointer(t *testing.T) {
	const prelude = `
		const node = (n) => document.querySelector('.node[data-state="' + n + '"]');
		const send = (e, type, more) => e.dispatchEvent(new KeyboardEvent(type, {bubbles: true, ...more}));
	`
	page := dom(t, []*Explanation{sample()}, "", prelude+`send(node(2), "mouseenter");`)
	assert.Equal(t, "state on", classes(t, page, "tr", `data-state="2"`))
	assert.NotContains(t, page, `data-selected="2"`)

	page = dom(t, []*Explanation{sample()}, "", prelude+`send(node(2), "mouseenter"); send(node(2), "mouseleave");`)
	assert.Equal(t, "state", classes(t, page, "tr", `data-state="2"`))

	page = dom(t, []*Explanation{sample()}, "", prelude+`document.querySelector('[data-states="1"]').click();`)
	assert.Contains(t, page, `data-selected="1"`)
	assert.Equal(t, "node on", classes(t, page, "g", `data-state="1"`))

	page = dom(t, []*Explanation{sample()}, "", prelude+`send(node(2), "keydown", {key: "Enter"});`)
	assert.Contains(t, page, `data-selected="2"`)

	page = dom(t, []*Explanation{sample()}, "state=2", prelude+`send(node(2), "keydown", {key: " "});`)
	assert.NotContains(t, page, `data-selected="2"`)
}
