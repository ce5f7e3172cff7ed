package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/admin/api"
)

// What a package's snapshots hold is known by reflection, and by what its init functions
// register: so a program is built of the package, and asked. To read the source instead would be
// a second opinion on what Restore does.

// checkFlags are those of greenlet durable check.
type checkFlags struct {
	update, json bool
	lock         string
	snapshots    []string
	socket       string
	shapes       map[string]api.Shape // of snapshots that came by the socket, by the file's name
}

// checkedPackage is a package as go list tells.
type checkedPackage struct {
	Dir, ImportPath, Name string
	GoFiles               []string
}

// packageChange is a change as -json prints it.
type packageChange struct {
	Package string
	durable.Change
	Tasks int      `json:",omitempty"` // that stand there, of those of a running process
	IDs   []api.ID `json:",omitempty"` // the first ones of these
}

func (c *command) durableCheck(ctx context.Context, args []string) (int, error) {
	var f checkFlags
	set := c.flags("durable check")
	set.BoolVar(&f.update, "update", false, "")
	set.BoolVar(&f.json, "json", false, "")
	set.StringVar(&f.lock, "lock", "greenlet.durable.lock", "")
	paths := set.String("snapshots", "", "")
	var a asking
	defer a.close()
	set.StringVar(&a.f.socket, "socket", "", "")
	a.f.queryFlags(set)
	if err := c.parseVerb(set, args); err != nil {
		return 0, err
	}
	if f.update && (f.json || *paths != "" || a.f.socket != "") {
		return 0, usagef("durable check: -update goes together with -lock only")
	}
	var err error
	if f.snapshots, err = snapshotFiles(*paths); err != nil {
		return 0, err
	}
	if f.socket = a.f.socket; f.socket != "" {
		a.f.json = f.json
		if set.NArg() == 0 {
			return c.answers(ctx, &a, c.checkRunning)
		}
		temp, err := os.MkdirTemp("", "greenlet-durable")
		if err != nil {
			return 0, err
		}
		defer os.RemoveAll(temp)
		fetch := func(ctx context.Context, a *asking) (int, error) { return exitOK, c.fetchShapes(ctx, a, &f, temp) }
		if code, err := c.answers(ctx, &a, fetch); code != exitOK || err != nil {
			return code, err
		}
	}
	patterns := set.Args()
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	c.opt.Deps = true
	if code, err := c.generate(ctx, patterns); code != exitOK || err != nil {
		return code, err
	}
	pkgs, err := c.listDurable(ctx, patterns)
	if err != nil {
		return 0, err
	}
	var all []packageChange
	for _, pkg := range pkgs {
		changes, err := c.checkPackage(ctx, pkg, f)
		if err != nil {
			return 0, err
		}
		for _, ch := range changes {
			all = append(all, packageChange{Package: pkg.ImportPath, Change: ch})
		}
	}
	return c.printChanges(f.ofTasks(ofOneProgram(all, pkgs, f.snapshots)), f.json)
}

// ofOneProgram leaves, of what several programs say of a snapshot, what the one says that goes on
// with it best: which has taken it is not known, and the others need not have its functions.
func ofOneProgram(all []packageChange, pkgs []checkedPackage, snapshots []string) []packageChange {
	type said struct{ snapshot, pkg string }
	breaks, changes := map[said]int{}, map[said]int{}
	for _, ch := range all {
		s := said{ch.Snapshot, ch.Package}
		if changes[s]++; ch.Kind != durable.Loses {
			breaks[s]++
		}
	}
	best := map[string]string{}
	for _, file := range snapshots {
		best[file] = slices.MinFunc(pkgs, func(x, y checkedPackage) int {
			a, b := said{file, x.ImportPath}, said{file, y.ImportPath}
			return cmp.Or(cmp.Compare(breaks[a], breaks[b]), cmp.Compare(changes[a], changes[b]))
		}).ImportPath
	}
	return slices.DeleteFunc(all, func(ch packageChange) bool {
		return ch.Snapshot != "" && ch.Package != best[ch.Snapshot]
	})
}

// snapshotFiles are the files that the flag -snapshots names.
func snapshotFiles(paths string) (list []string, err error) {
	for path := range strings.SplitSeq(paths, ",") {
		if path == "" {
			continue
		}
		err := filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			if path, err = filepath.Abs(path); err == nil { // the program is run elsewhere
				list = append(list, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// listDurable are the packages that have durable functions.
func (c *command) listDurable(ctx context.Context, patterns []string) (list []checkedPackage, err error) {
	out, err := goTool(ctx, c.opt.Dir, slices.Concat([]string{"list", "-json=Dir,ImportPath,Name,GoFiles"}, c.opt.BuildFlags, []string{"--"}, patterns)...)
	if err != nil {
		return nil, err
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg checkedPackage
		if err := d.Decode(&pkg); err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		for _, file := range pkg.GoFiles {
			text, err := os.ReadFile(filepath.Join(pkg.Dir, file))
			if err != nil {
				return nil, err
			}
			if strings.HasSuffix(file, "_greenlet.go") && bytes.Contains(text, []byte("\nvar _ = gen.Durable(")) {
				list = append(list, pkg)
				break
			}
		}
	}
	if len(list) == 0 {
		return nil, errors.New("no durable functions in these packages; annotate some //greenlet:resumable durable")
	}
	return list, nil
}

// checkPackage asks a program with the package.
func (c *command) checkPackage(ctx context.Context, pkg checkedPackage, f checkFlags) ([]durable.Change, error) {
	lock := filepath.Join(pkg.Dir, f.lock)
	q := question{Package: pkg.ImportPath, Snapshots: f.snapshots, LockFile: relative(c.opt.Dir, lock)}
	text, err := os.ReadFile(lock)
	switch {
	case f.update:
	case err == nil:
		q.Lock = string(text)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case len(f.snapshots) == 0 && f.socket == "":
		return nil, fmt.Errorf("there is no %s; write it with greenlet durable check -update", q.LockFile)
	}
	a, err := c.ask(ctx, pkg, q)
	if err != nil {
		return nil, err
	}
	if f.update {
		return nil, os.WriteFile(lock, []byte(a.Lock), 0o666)
	}
	for i := range a.Changes {
		ch := &a.Changes[i]
		for _, prefix := range []string{pkg.ImportPath + "/", "main/"} {
			if rest, ok := strings.CutPrefix(ch.File, prefix); ok && ch.File != q.LockFile {
				ch.File = relative(c.opt.Dir, filepath.Join(pkg.Dir, rest))
				break
			}
		}
	}
	return a.Changes, nil
}

// question is what the program is asked, and answer what it says. probe has the same fields.
type (
	question struct {
		Package, LockFile, Lock string
		Snapshots               []string
	}
	answer struct {
		Lock    string
		Changes []durable.Change
		Errors  []string
	}
)

// probe asks the program that it is in before that begins: it is the last file of a package
// main, whose init functions run in the order of the files' names. What it imports has names
// that no package has.
const probe = `package main

import (
	greenletProbeJSON "encoding/json"
	greenletProbeOS "os"

	greenletProbeDurable "github.com/going-green/greenlet/durable"
%s)

func init() {
	var q struct {
		Package, LockFile, Lock string
		Snapshots               []string
	}
	var a struct {
		Lock    string
		Changes []greenletProbeDurable.Change
		Errors  []string
	}
	text, err := greenletProbeOS.ReadFile(greenletProbeOS.Getenv("GREENLET_DURABLE_CHECK"))
	if err == nil {
		err = greenletProbeJSON.Unmarshal(text, &q)
	}
	add := func(list []greenletProbeDurable.Change, err error) {
		a.Changes = append(a.Changes, list...)
		if err != nil {
			a.Errors = append(a.Errors, err.Error())
		}
	}
	add(nil, err)
	a.Lock = string(greenletProbeDurable.Lock(q.Package))
	if q.Lock != "" {
		add(greenletProbeDurable.CheckLock(q.LockFile, []byte(q.Lock)))
	}
	for _, file := range q.Snapshots {
		b, err := greenletProbeOS.ReadFile(file)
		if err == nil {
			add(greenletProbeDurable.CheckSnapshot(file, b, nil))
		} else {
			add(nil, err)
		}
	}
	text, err = greenletProbeJSON.Marshal(a)
	if err == nil {
		err = greenletProbeOS.WriteFile(greenletProbeOS.Getenv("GREENLET_DURABLE_CHECK"), text, 0o666)
	}
	if err != nil {
		panic(err)
	}
	greenletProbeOS.Exit(0)
}
`

// ask builds a program with the package and the probe, and runs it.
func (c *command) ask(ctx context.Context, pkg checkedPackage, q question) (a answer, err error) {
	temp, err := os.MkdirTemp("", "greenlet-durable")
	if err != nil {
		return a, err
	}
	defer os.RemoveAll(temp)
	target, at, imports := ".", filepath.Join(pkg.Dir, "zzzz_greenlet_probe.go"), ""
	if pkg.Name != "main" {
		target = "./greenletprobe" // which may import internal packages
		at, imports = filepath.Join(pkg.Dir, "greenletprobe", "main.go"), fmt.Sprintf("\t_ %q\n", pkg.ImportPath)
	}
	text := fmt.Sprintf(probe, imports)
	if pkg.Name != "main" {
		text += "\nfunc main() {}\n"
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {at: filepath.Join(temp, "probe.go")}})
	if err != nil {
		return a, err
	}
	asked, err := json.Marshal(q)
	if err != nil {
		return a, err
	}
	for name, text := range map[string][]byte{"probe.go": []byte(text), "overlay.json": overlay, "question.json": asked} {
		if err := os.WriteFile(filepath.Join(temp, name), text, 0o666); err != nil {
			return a, err
		}
	}
	program := filepath.Join(temp, "probe.exe")
	args := slices.Concat([]string{"build", "-buildvcs=false", "-overlay=" + filepath.Join(temp, "overlay.json"), "-o", program}, c.opt.BuildFlags, []string{target})
	if _, err := goTool(ctx, pkg.Dir, args...); err != nil {
		return a, err
	}
	file := filepath.Join(temp, "question.json")
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir, cmd.Env = pkg.Dir, append(os.Environ(), "GREENLET_DURABLE_CHECK="+file)
	if out, err := cmd.CombinedOutput(); err != nil {
		return a, fmt.Errorf("%s has failed before it could be asked: %w\n%s", pkg.ImportPath, err, bytes.TrimSpace(out))
	}
	said, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(said, &a)
	}
	if err == nil && len(a.Errors) > 0 {
		err = errors.New(strings.Join(a.Errors, "\n"))
	}
	if err == nil && a.Lock == "" {
		err = fmt.Errorf("%s has ended before it could be asked: one of its init functions calls os.Exit", pkg.ImportPath)
	}
	return a, err
}

// printChanges prints what is different.
func (c *command) printChanges(list []packageChange, asJSON bool) (int, error) {
	code := exitOK
	for _, ch := range list {
		if ch.Kind != durable.Loses {
			code = exitDiagnose
		}
	}
	if asJSON {
		if list == nil {
			list = []packageChange{}
		}
		return code, c.printJSON(list)
	}
	for _, ch := range list {
		if rel := relative(c.opt.Dir, ch.Snapshot); ch.Snapshot != "" && ch.Tasks == 0 {
			ch.Snapshot = rel
		}
		fmt.Fprintln(c.stdout, ch.Change)
	}
	return code, nil
}
