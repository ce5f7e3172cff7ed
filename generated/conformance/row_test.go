package conformance

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	update = flag.Bool("update", false, "write docs/conformance.md")
	long   = flag.Bool("long", false, "a million steps of the random test, a million greenlets of each kind")
)

//go:embed checklist.tsv
var checklist string

// A pythonTest is a test of Python greenlet's test-suite.
type pythonTest struct {
	number, file, class, name, behaviour string
	reason                               string // why it makes no sense in Go, or empty
}

func (p *pythonTest) goName() string {
	if !strings.HasPrefix(p.class, "Test") {
		return "Test" + p.class + "_" + p.name
	}
	return p.class + "_" + p.name
}

func pythonTests() (tests []pythonTest) {
	for line := range strings.Lines(checklist) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		tests = append(tests, pythonTest{f[0], f[1], f[2], f[3], f[4], f[5]})
	}
	return tests
}

type result struct {
	passed bool
	note   string
}

var results = struct {
	sync.Mutex
	m map[string]result
}{m: map[string]result{}}

// row makes the test one of the table; note says how it is adapted.
func row(t *testing.T, note string) {
	t.Cleanup(func() {
		results.Lock()
		results.m[t.Name()] = result{!t.Failed(), note}
		results.Unlock()
	})
}

const table = "../../docs/conformance.md"

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	only := flag.Lookup("test.run").Value.String() + flag.Lookup("test.skip").Value.String() +
		flag.Lookup("test.list").Value.String() + flag.Lookup("test.bench").Value.String()
	if code == 0 && only == "" {
		code = checkTable()
	}
	os.Exit(code)
}

func checkTable() int {
	got, problems := makeTable()
	for _, p := range problems {
		fmt.Println("conformance:", p)
	}
	if len(problems) > 0 {
		return 1
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(table), 0o777); err != nil {
			fmt.Println(err)
			return 1
		}
		if err := os.WriteFile(table, got, 0o666); err != nil {
			fmt.Println(err)
			return 1
		}
		return 0
	}
	want, err := os.ReadFile(table)
	if err != nil || !bytes.Equal(got, want) {
		fmt.Println("conformance: docs/conformance.md is stale; run go test ./generated/conformance -update")
		return 1
	}
	return 0
}

// makeTable is the text of docs/conformance.md from the results of the tests,
// and what is wrong with them.
func makeTable() (text []byte, problems []string) {
	var rows, b bytes.Buffer
	passed, inapplicable, adapted := 0, 0, 0
	known := map[string]bool{}
	file := ""
	for _, p := range pythonTests() {
		if p.file != file {
			file = p.file
			fmt.Fprintf(&rows, "\n### %s\n\n| # | Python test | what it pins down | in Go |\n|---|---|---|---|\n", file)
		}
		name := p.goName()
		known[name] = true
		r, ran := results.m[name]
		var verdict string
		switch {
		case p.reason != "" && ran:
			problems = append(problems, name+" has a Go test and a reason why it has none")
		case p.reason != "":
			inapplicable++
			verdict = "no: " + p.reason
		case !ran:
			problems = append(problems, name+" has no Go test")
		case !r.passed:
			problems = append(problems, name+" fails")
		default:
			passed++
			verdict = "passes"
			if r.note != "" {
				adapted++
				verdict += ": " + r.note
			}
		}
		fmt.Fprintf(&rows, "| %s | `%s.%s` | %s | %s |\n", p.number, p.class, p.name, p.behaviour, verdict)
	}
	for name := range results.m {
		if !known[name] {
			problems = append(problems, name+" is no test of Python's")
		}
	}
	fmt.Fprintf(&b, `# Conformance with Python's greenlet

Made by the tests of generated/conformance; don't edit.

Python greenlet's test-suite has %d tests. %d make sense in Go and pass, %d of them
in Go's terms, which the last column gives; for the other %d it says why they
don't. The Go test of a row has the name of the Python test:
`+"`TestGreenlet.test_simple` is `TestGreenlet_test_simple`, `ThrowTests.test_kill` is\n`TestThrowTests_test_kill`"+`.

Threads are goroutines here: a greenlet belongs to none, and is refused only
while it runs on one. An exception is a panic, which is raised at the switch.
`, passed+inapplicable, passed, adapted, inapplicable)
	b.Write(rows.Bytes())
	b.WriteString(delegation)
	return b.Bytes(), problems
}

// delegation is about generators of Python, which its greenlets know nothing of.
var delegation = strings.ReplaceAll(`
## Delegation

Greenlets have none; generators of Python do, by ~yield from~ (PEP 380). ~testdata/rewrite/yield_from.txtar~ has the cases.

| ~yield from g~ in Python | ~greenlet.YieldFrom[R](g)~ |
|---|---|
| begins with ~next(g)~ | the same: where ~g~ waits it gets nothing |
| ~g~ may have yielded before, or be exhausted | the same |
| what is sent in goes to ~g~, its values go to who asks | the same, at the same cost however many delegate |
| what is thrown in is raised in ~g~; what leaves ~g~ is raised by ~yield from~ | the same |
| ~close~ closes ~g~ first | the same for ~Kill~ |
| the value of the expression is what ~g~ returns | the same, of type ~R~ |
| ~g~ already executing: ~ValueError~ | a ~*StateError~, also for one that waits for the current greenlet |
| ~g~ can be asked by others meanwhile | no: it is dead, its calls are those of the current greenlet |
| any iterable | a greenlet; a resumable function is simply called |
`, "~", "`")

// eventually collects garbage until cond holds.
func eventually(t *testing.T, cond func() bool) {
	t.Helper()
	for range 100 {
		runtime.GC()
		if cond() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("not so after 100 collections")
}
