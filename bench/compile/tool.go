package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// tool is the generator, built as a program.
type tool struct {
	dir     string // for everything that is made here
	program string
	root    string // of the module that the generator is from
	rounds  int
}

func newTool(ctx context.Context, dir string, rounds int) (*tool, error) {
	t := &tool{dir: dir, program: filepath.Join(dir, "greenlet.exe"), rounds: rounds}
	const module = "github.com/going-green/greenlet"
	out, err := command(ctx, "", "go", "list", "-m", "-f", "{{.Dir}}", module)
	if err != nil {
		return nil, err
	}
	t.root = strings.TrimSpace(out.stdout)
	// There, as what the tool needs is no dependency of this module.
	_, err = command(ctx, t.root, "go", "build", "-o", t.program, "./cmd/greenlet")
	return t, err
}

// outcome is how a program ran.
type outcome struct {
	stdout, stderr string
	took           time.Duration
	cpu            time.Duration // of all its threads, and of what it started
	memory         int64         // resident, at most
}

// command runs a program to its end.
func command(ctx context.Context, dir, name string, args ...string) (outcome, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	if dir != "" {
		cmd.Env = append(os.Environ(), "GREENLET_CACHE="+filepath.Join(dir, ".cache"), "GOWORK=off", "GOFLAGS=-mod=mod")
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	err := cmd.Run()
	o := outcome{stdout: stdout.String(), stderr: stderr.String(), took: time.Since(start)}
	if cmd.ProcessState != nil {
		o.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		o.memory = maxResident(cmd.ProcessState)
	}
	if err != nil {
		lines := strings.Split(strings.TrimSpace(o.stderr), "\n")
		err = fmt.Errorf("%s %s: %w: %s", filepath.Base(name), strings.Join(args, " "), err, strings.Join(lines[:min(3, len(lines))], "\n"))
	}
	return o, err
}

// module is source in a module of its own.
type module struct {
	name, dir string
	functions int // that are marked
	refused   int
}

// newModule makes an empty module that uses the runtime.
func (t *tool) newModule(name, path string) (*module, error) {
	m := &module{name: name, dir: filepath.Join(t.dir, path)}
	text := fmt.Sprintf("module %s\n\ngo 1.26.0\n\nrequire github.com/going-green/greenlet v0.0.0\n\nreplace github.com/going-green/greenlet => %s\n", path, t.root)
	if err := os.MkdirAll(m.dir, 0o777); err != nil {
		return nil, err
	}
	return m, os.WriteFile(filepath.Join(m.dir, "go.mod"), []byte(text), 0o666)
}

// files are the source files of a module, or what is generated for them.
func (m *module) files(generated bool) (paths []string, err error) {
	err = filepath.WalkDir(m.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && strings.Contains(filepath.Base(path), "_greenlet") == generated {
			paths = append(paths, path)
		}
		return err
	})
	return paths, err
}

// size is what files amount to.
func size(paths []string) (lines, size int, err error) {
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return 0, 0, err
		}
		lines += bytes.Count(text, []byte("\n"))
		size += len(text)
	}
	return lines, size, nil
}

// measure measures all that is measured of a module.
func (t *tool) measure(ctx context.Context, m *module) (*Result, error) {
	r := &Result{Name: m.name, Functions: m.functions, Refused: m.refused}
	source, err := m.files(false)
	if err != nil {
		return nil, err
	}
	r.Packages = packages(source)
	if r.Lines, r.Bytes, err = size(source); err != nil {
		return nil, err
	}
	// What they import is compiled before.
	if _, err := command(ctx, m.dir, "go", "build", "./..."); err != nil {
		return nil, err
	}
	var generate, cpu, again, check, alone, build, buildCPU, memory []int64
	for round := range t.rounds {
		if err := m.touch(source, round); err != nil {
			return nil, err
		}
		o, err := command(ctx, m.dir, "go", "build", "./...")
		if err != nil {
			return nil, err
		}
		alone = append(alone, int64(o.took))
		if o, err = command(ctx, m.dir, t.program, "-v", "./..."); err != nil {
			return nil, err
		}
		r.Passes = passes(o.stderr)
		generate, cpu, memory = append(generate, int64(o.took)), append(cpu, int64(o.cpu)), append(memory, o.memory)
		if o, err = command(ctx, m.dir, t.program, "./..."); err != nil {
			return nil, err
		}
		again = append(again, int64(o.took))
		if o, err = command(ctx, m.dir, t.program, "-check", "./..."); err != nil {
			return nil, err
		}
		check = append(check, int64(o.took))
		if o, err = command(ctx, m.dir, "go", "build", "./..."); err != nil {
			return nil, err
		}
		build, buildCPU = append(build, int64(o.took)), append(buildCPU, int64(o.cpu))
	}
	generated, err := m.files(true)
	if err != nil {
		return nil, err
	}
	if r.GeneratedLines, r.GeneratedBytes, err = size(generated); err != nil {
		return nil, err
	}
	r.GenerateNs, r.CPUNs, r.AgainNs, r.CheckNs = median(generate), median(cpu), median(again), median(check)
	r.SourceNs, r.BuildNs, r.BuildCPUNs, r.MemoryB = median(alone), median(build), median(buildCPU), median(memory)
	return r, nil
}

var passLine = regexp.MustCompile(`(?m)^\((\w+)\) +(\S+)$`)

// passes reads what -v prints of them.
func passes(verbose string) (list []Pass) {
	for _, match := range passLine.FindAllStringSubmatch(verbose, -1) {
		if took, err := time.ParseDuration(match[2]); err == nil {
			list = append(list, Pass{match[1], int64(took)})
		}
	}
	return list
}

// touch makes a module one that has never been seen before: what is generated and
// remembered is removed, and a comment in each file is new.
func (m *module) touch(source []string, round int) error {
	generated, err := m.files(true)
	if err != nil {
		return err
	}
	for _, path := range generated {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(filepath.Join(m.dir, ".cache")); err != nil {
		return err
	}
	stamp := fmt.Sprintf("\n// Round %d at %d.\n", round, time.Now().UnixNano())
	const mark = "\n// Round "
	for _, path := range source {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if i := bytes.LastIndex(text, []byte(mark)); i >= 0 {
			text = text[:i]
		}
		if err := os.WriteFile(path, append(text, stamp...), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// packages counts the directories of files.
func packages(files []string) int {
	dirs := map[string]bool{}
	for _, path := range files {
		dirs[filepath.Dir(path)] = true
	}
	return len(dirs)
}

func median(values []int64) int64 {
	s := slices.Sorted(slices.Values(values))
	return s[len(s)/2]
}
