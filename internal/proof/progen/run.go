package progen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"

	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/proof/oracle"
	"github.com/going-green/greenlet/rewrite"
)

// A Verdict is what has become of a program.
type Verdict struct {
	Text     string
	Expected string // printed unrewritten
	Printed  string // printed rewritten
	Refused  error  // diagnostics
	Failed   error  // the generator, the compiler or the program does not end well
	Invalid  error  // the program itself is wrong
}

// Differs reports whether the program shows a fault of the rewriter.
func (v *Verdict) Differs() bool {
	return v.Invalid == nil && v.Refused == nil && (v.Failed != nil || v.Expected != v.Printed)
}

// Kind tells faults apart: a word, and what the compiler says if it does.
func (v *Verdict) Kind() string {
	switch {
	case !v.Differs():
		return ""
	case v.Failed != nil && errors.Is(v.Failed, oracle.ErrEndless):
		return oracle.ErrEndless.Error()
	case v.Failed != nil:
		text := strings.TrimPrefix(v.Failed.Error(), "# ")
		if _, more, ok := strings.Cut(text, "in.go: "); ok { // internal error
			text = more
		}
		text = strings.TrimPrefix(text, "internal error: generated code does not type-check:\n")
		text, _, _ = strings.Cut(particular.ReplaceAllString(text, "…"), "\n")
		return "failed: " + text
	case strings.Contains(v.Printed, "\nexit status ") && !strings.Contains(v.Expected, "\nexit status "):
		return "crashes"
	}
	return "differs"
}

var particular = regexp.MustCompile(`[0-9]+|[a-z/]*p[0-9]{4}`)

// A Runner runs programs. Root is the directory of the runtime's module, Dir
// one to work in.
type Runner struct {
	Root, Dir string
	// OnStacks has programs run as they are written on the runtime itself, each greenlet on
	// a stack of its own, instead of rewritten.
	OnStacks bool
	// Durable has all resumable functions be durable, and each greenlet go on, behind each switch, as what
	// a snapshot of it is restored to.
	Durable bool
	// Flags are those of [oracle.Build], for RunPrograms.
	Flags   []string
	batches int

	generateOnly bool // enough to reduce what generating fails for
}

// Run says what becomes of programs of one file. They are compiled together.
func (r *Runner) Run(ctx context.Context, texts []string) ([]*Verdict, error) {
	programs := make([]oracle.Program, len(texts))
	for i, text := range texts {
		programs[i] = oracle.Program{Name: fmt.Sprintf("p%04d", i), Files: r.files(text)}
	}
	verdicts, err := r.RunPrograms(ctx, programs)
	for i, v := range verdicts {
		v.Text = texts[i] // as it was given
	}
	return verdicts, err
}

// RunPrograms is Run for programs that may have several files and packages.
func (r *Runner) RunPrograms(ctx context.Context, all []oracle.Program) ([]*Verdict, error) {
	r.batches++
	dir := filepath.Join(r.Dir, fmt.Sprint("batch", r.batches))
	defer os.RemoveAll(dir)
	b := batch{verdicts: map[string]*Verdict{}, flags: r.Flags}
	list := make([]*Verdict, len(all))
	for i, p := range all {
		list[i] = &Verdict{Text: p.Files["in.go"]}
		b.verdicts[p.Name] = list[i]
	}
	rest, err := all, error(nil)
	if !r.generateOnly {
		rest, err = b.execute(ctx, filepath.Join(dir, "oracle"), all, oracle.Oracle,
			func(v *Verdict, out string, err error) { v.Expected, v.Invalid = out, err })
	}
	if err != nil {
		return nil, err
	}
	if !r.OnStacks {
		if rest, err = b.generate(ctx, r.Root, filepath.Join(dir, "generate"), r.annotated(rest)); err != nil {
			return nil, err
		}
	}
	if r.generateOnly {
		return list, nil
	}
	_, err = b.execute(ctx, filepath.Join(dir, "tested"), rest, r.tested,
		func(v *Verdict, out string, err error) { v.Printed, v.Failed = out, err })
	return list, err
}

// tested is the module of the programs that are compared with the oracle's.
func (r *Runner) tested(programs []oracle.Program) (oracle.Files, error) {
	if r.OnStacks {
		return oracle.OnStacks(programs, r.Root)
	}
	files, err := oracle.Rewritten(programs, r.Root)
	if err == nil && r.Durable {
		files["every.go"] = everySwitch
	}
	return files, err
}

// addresses are how function values are printed; they differ from binary to binary.
var addresses = regexp.MustCompile(`\b0x[0-9a-f]+\b`)

type batch struct {
	verdicts map[string]*Verdict
	flags    []string
}

// execute builds and runs programs, and returns those that end.
func (b *batch) execute(ctx context.Context, dir string, programs []oracle.Program,
	module func([]oracle.Program) (oracle.Files, error), done func(*Verdict, string, error)) ([]oracle.Program, error) {
	binary, programs, err := build(ctx, dir, programs, module, func(name string, err error) { done(b.verdicts[name], "", err) }, b.flags...)
	if err != nil {
		return nil, err
	}
	ok := make([]bool, len(programs))
	each(len(programs), func(i int) {
		out, err := run(ctx, binary, programs[i].Name)
		done(b.verdicts[programs[i].Name], out, err)
		ok[i] = err == nil
	})
	var rest []oracle.Program
	for i, p := range programs {
		if ok[i] {
			rest = append(rest, p)
		}
	}
	return rest, nil
}

// build builds programs in the module that it is given for them, and returns those that can
// be built; failed is told of the others.
func build(ctx context.Context, dir string, programs []oracle.Program, module func([]oracle.Program) (oracle.Files, error),
	failed func(program string, err error), flags ...string) (binary *oracle.Binary, built []oracle.Program, err error) {
	for try := 0; len(programs) > 0; try++ {
		files, err := module(programs)
		if err == nil {
			binary, err = oracle.Build(ctx, files, filepath.Join(dir, fmt.Sprint(try)), flags...)
		}
		if err == nil {
			break
		}
		var wrong *oracle.BuildError
		if !errors.As(err, &wrong) {
			return nil, nil, err
		}
		var rest []oracle.Program
		for _, p := range programs {
			if text, ok := wrong.Programs[p.Name]; ok {
				failed(p.Name, errors.New(text))
			} else {
				rest = append(rest, p)
			}
		}
		if len(rest) == len(programs) {
			return nil, nil, err
		}
		programs = rest
	}
	return binary, programs, nil
}

// run is what a program prints.
func run(ctx context.Context, binary *oracle.Binary, program string, args ...string) (string, error) {
	out, err := binary.Run(ctx, program, args...)
	return addresses.ReplaceAllString(out, "address"), err
}

// each calls do for 0 to n-1, some at a time.
func each(n int, do func(i int)) {
	var group sync.WaitGroup
	limit := make(chan bool, runtime.GOMAXPROCS(0))
	for i := range n {
		group.Go(func() {
			limit <- true
			do(i)
			<-limit
		})
	}
	group.Wait()
}

// generate returns the programs that are not refused, with the generated
// files.
func (b *batch) generate(ctx context.Context, root, dir string, programs []oracle.Program) ([]oracle.Program, error) {
	module := oracle.Files{"go.mod": oracle.GoMod(root)}
	for _, p := range programs {
		for name, text := range p.Files {
			module[path.Join(p.Name, name)] = text
		}
	}
	if err := module.Write(dir); err != nil {
		return nil, err
	}
	options := rewrite.Options{Dir: dir, Env: oracle.Environment(), Cache: "off"}
	for len(programs) > 0 {
		result, err := rewrite.Generate(ctx, options, "./...")
		if err == nil && len(result.Diagnostics) == 0 {
			break
		}
		refused, failed := faults(result, err, dir)
		var rest []oracle.Program
		for _, p := range programs {
			v := b.verdicts[p.Name]
			v.Refused, v.Failed = refused[p.Name], failed[p.Name]
			if v.Refused == nil && v.Failed == nil {
				rest = append(rest, p)
			} else if err := os.RemoveAll(filepath.Join(dir, p.Name)); err != nil {
				return nil, err
			}
		}
		if len(rest) == len(programs) {
			return nil, fmt.Errorf("generate: %w", errors.Join(err, result.Diagnostics.Err()))
		}
		programs = rest
	}
	for i, p := range programs {
		files := maps.Clone(p.Files)
		for name := range p.Files {
			if path.Ext(name) != ".go" {
				continue
			}
			name = names.Generated(name)
			data, err := os.ReadFile(filepath.Join(dir, p.Name, filepath.FromSlash(name)))
			switch {
			case err == nil:
				files[name] = string(data)
			case !errors.Is(err, fs.ErrNotExist):
				return nil, err
			}
		}
		programs[i].Files = files
	}
	return programs, nil
}

// faults are the diagnostics and the internal errors by program.
func faults(result *rewrite.Result, err error, dir string) (refused, failed map[string]error) {
	refused, failed = map[string]error{}, map[string]error{}
	if result != nil {
		for i, d := range result.Diagnostics {
			rel, _ := filepath.Rel(dir, d.Pos.Filename)
			name, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
			refused[name] = errors.Join(refused[name], result.Diagnostics[i:i+1].Relative(dir).Err())
		}
	}
	for _, err := range flatten(err) {
		var internal *rewrite.InternalError
		if errors.As(err, &internal) {
			id, _, _ := strings.Cut(internal.Pkg, " ")
			name, _, _ := strings.Cut(strings.TrimPrefix(id, oracle.Module+"/"), "/")
			failed[name] = errors.Join(failed[name], errors.New(internal.Error()))
		}
	}
	return refused, failed
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var list []error
		for _, e := range joined.Unwrap() {
			list = append(list, flatten(e)...)
		}
		return list
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
