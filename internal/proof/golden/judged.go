package golden

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/proof/oracle"
)

// A judgement is of a case that has printed rewritten what the oracle prints: of which program
// and trace, and of which generated code. As long as these are the same, the trace on file is the
// oracle's word, and what the generator makes of the program is known to print it. Only the
// runtime and the compiler may have changed, for which some of the cases run nevertheless.
//
// Judgements are kept in the file judged.tsv beside the cases, which -update writes. A case
// without one, or with another one, is none the worse: it is compiled and run.
type judgement struct{ program, generated string }

var (
	goldenPart = flag.Uint("golden-part", 8, "run one in so many goldens that are generated as they were when they were judged; 1 is all, with the oracle")
	oraclePart = uint32(4) // of those, for which the oracle runs, too
)

const judgedFile = "judged.tsv"

// judge is the judgement of a case if it passes now.
func (o *outcome) judge() judgement {
	// Another release of Go may mean something else by the same program.
	release, _, _ := strings.Cut(strings.TrimPrefix(runtime.Version(), "go1."), ".")
	program := digest(o.Files, "go1."+release, o.header, o.trace)
	return judgement{program, digest(o.generatedFiles)}
}

// digest is of texts, and of files with their names.
func digest(files oracle.Files, texts ...string) string {
	h := sha256.New()
	for _, text := range texts {
		fmt.Fprintf(h, "%d %s\n", len(text), text)
	}
	for _, name := range files.Sorted() {
		fmt.Fprintf(h, "%s %d %s\n", name, len(files[name]), files[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// readJudged reads the judgements of the cases in dir, by name. Lines that are none, such as
// those of a merge, judge nothing.
func readJudged(dir string) (map[string]judgement, error) {
	data, err := os.ReadFile(filepath.Join(dir, judgedFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	table := map[string]judgement{}
	for line := range strings.Lines(string(data)) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(f) == 3 {
			table[f[0]] = judgement{f[1], f[2]}
		}
	}
	return table, nil
}

// writeJudged writes the table with what has changed in it, and without cases that are gone.
func writeJudged(dir string, changed map[string]judgement) error {
	table, err := readJudged(dir)
	if err != nil {
		return err
	}
	maps.Copy(table, changed)
	var lines []string
	for name, j := range table {
		if _, err := os.Stat(filepath.Join(dir, name+".txtar")); err == nil {
			lines = append(lines, name+"\t"+j.program+"\t"+j.generated+"\n")
		}
	}
	slices.Sort(lines)
	return os.WriteFile(filepath.Join(dir, judgedFile), []byte(strings.Join(lines, "")), 0o666)
}

// decide says of each case whether it is run, and by the oracle, too. All are that have been
// asked for by name, with -update or -golden-part=1.
func (b *batch) decide(judged map[string]judgement, all bool) {
	for _, name := range b.names {
		o := b.outcomes[name]
		old, now := judged[name], o.judge()
		some := part("run "+name, uint32(*goldenPart))
		o.asked = all || old.program != now.program || some && part("ask "+name, oraclePart)
		o.runs = o.asked || some || old != now || o.err != nil
	}
}
