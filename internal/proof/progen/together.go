package progen

import (
	"context"
	"errors"
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/going-green/greenlet/internal/proof/oracle"
)

// together is how many programs are one package: they share the prelude, which takes as long
// to compile as a small program does. The compiler needs memory for a whole package.
const together = 6

// optimized is the one batch in so many that is compiled as users' programs are, and not
// [oracle.Quick]. It is the last of them: the few programs of an ordinary run are quick.
const optimized = 5

// patience is how long a program of many may run unrewritten: a few have no end.
const patience = 5 * time.Second

// RunTogether is Run for programs that Generate has made, in less time. Several
// of them are one package, each with names of its own; its functions are called as they are
// when it is alone. A program that differs, is refused or can't be compiled runs again alone, and
// what becomes of it then is its verdict. If it differs only with others, Text is all of them.
func (r *Runner) RunTogether(ctx context.Context, texts []string) ([]*Verdict, error) {
	if len(texts) == 1 {
		return r.Run(ctx, texts)
	}
	r.batches++
	dir := filepath.Join(r.Dir, fmt.Sprint("batch", r.batches))
	defer os.RemoveAll(dir)
	list := make([]*Verdict, len(texts))
	b := batch{verdicts: map[string]*Verdict{}} // of packages
	var rest []oracle.Program
	members := map[string][]int{}
	for from := 0; from < len(texts); from += together {
		name := packageOf(from)
		all := texts[from:min(from+together, len(texts))]
		p := oracle.Program{Name: name, Files: r.files(join(all))}
		b.verdicts[name] = &Verdict{Text: p.Files["in.go"]}
		rest = append(rest, p)
		for i := range all {
			list[from+i] = &Verdict{Text: all[i]}
			members[name] = append(members[name], from+i)
		}
	}
	var flags []string
	if r.batches%optimized != 0 {
		flags = append(flags, oracle.Quick)
	}
	execute := func(dir string, module func([]oracle.Program) (oracle.Files, error), patience time.Duration, done func(*Verdict, string, error)) error {
		binary, built, err := build(ctx, dir, rest, module, func(name string, err error) { b.verdicts[name].Failed = err }, flags...)
		rest = built
		var programs []string
		var indices []int
		for _, p := range built {
			for _, i := range members[p.Name] {
				if list[i].Invalid == nil {
					programs, indices = append(programs, p.Name), append(indices, i)
				}
			}
		}
		each(len(indices), func(k int) {
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			out, err := run(ctx, binary, programs[k], strconv.Itoa(indices[k]%together))
			done(list[indices[k]], out, err)
		})
		return err
	}
	err := execute(filepath.Join(dir, "oracle"), oracle.Oracle, patience, func(v *Verdict, out string, err error) { v.Expected, v.Invalid = out, err })
	if err != nil {
		return nil, err
	}
	if !r.OnStacks {
		if rest, err = b.generate(ctx, r.Root, filepath.Join(dir, "generate"), r.annotated(rest)); err != nil {
			return nil, err
		}
	}
	err = execute(filepath.Join(dir, "tested"), r.tested, oracle.Timeout, func(v *Verdict, out string, err error) { v.Printed, v.Failed = out, err })
	if err != nil {
		return nil, err
	}
	ran := make([]bool, len(list))
	for _, p := range rest {
		for _, i := range members[p.Name] {
			ran[i] = true
		}
	}
	if err := r.alone(ctx, list, ran, func(i int) *Verdict { return b.verdicts[packageOf(i)] }); err != nil {
		return nil, err
	}
	return list, nil
}

// packageOf is the package of program i.
func packageOf(i int) string { return fmt.Sprintf("p%04d", i-i%together) }

// alone decides of the programs that differ, and of those that have not run with others. with is
// the package that a program was in: if that has failed, and none of its programs does alone, it
// stands for the first of them.
func (r *Runner) alone(ctx context.Context, list []*Verdict, ran []bool, with func(i int) *Verdict) error {
	var texts []string
	var indices []int
	for i, v := range list {
		if (!ran[i] || v.Differs()) && !errors.Is(v.Invalid, oracle.ErrEndless) {
			texts, indices = append(texts, v.Text), append(indices, i)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	verdicts, err := r.Run(ctx, texts)
	if err != nil {
		return err
	}
	said := map[*Verdict]bool{} // of packages: by a program of theirs
	for k, v := range verdicts {
		if v.Differs() || v.Refused != nil || v.Invalid != nil {
			said[with(indices[k])] = true
		}
	}
	for k, v := range verdicts {
		i := indices[k]
		before, all := list[i], with(i)
		list[i] = v
		switch {
		case v.Differs() || v.Refused != nil || v.Invalid != nil:
		case ran[i]:
			list[i] = before
			before.Text = all.Text
		case all.Failed != nil && !said[all]:
			list[i], said[all] = all, true
		}
	}
	return nil
}

// own matches the names that each program declares anew, and that of the frame of its run.
var own = regexp.MustCompile(`^(?:f[0-9]+|try[0-9]+|run|main|newRunFrame)$`)

// join makes one text of programs: the prelude, once and whole, then what each has of its own. The
// argument says which of them runs.
func join(texts []string) string {
	var b, cases strings.Builder
	b.WriteString(prelude + preludeFunc)
	for i, text := range texts {
		_, text, _ = strings.Cut(text, firstOwn)
		b.WriteString("\n" + rename(text, fmt.Sprint("p", i)))
		fmt.Fprintf(&cases, "\tcase \"%d\":\n\t\tmainp%d()\n", i, i)
	}
	return b.String() + "\nfunc main() {\n\tswitch os.Args[2] {\n" + cases.String() + "\t}\n}\n"
}

// rename gives the names that each program declares a suffix.
func rename(text, suffix string) string {
	return replace(text, func(name string) string {
		switch {
		case name == "newRunFrame":
			return "newRun" + suffix + "Frame"
		case own.MatchString(name):
			return name + suffix
		}
		return name
	})
}

// replace puts what by says in the place of each identifier.
func replace(text string, by func(name string) string) string {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, []byte(text), nil, 0)
	var b strings.Builder
	from := 0
	for {
		pos, tok, name := s.Scan()
		switch tok {
		case token.EOF:
			return b.String() + text[from:]
		case token.IDENT:
			at := file.Offset(pos)
			b.WriteString(text[from:at] + by(name))
			from = at + len(name)
		}
	}
}
