package golden

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/going-green/greenlet/internal/proof/oracle"
	"github.com/going-green/greenlet/rewrite"
)

// generate runs the generator over the programs of all outcomes that have no
// error yet, in the module at dir, and keeps what it writes. Those that it
// refuses are taken out, so that they don't stand in the way of the others.
func (b *batch) generate(ctx context.Context, dir string) error {
	module := oracle.Files{"go.mod": oracle.GoMod(b.root)}
	for _, o := range b.good() {
		for name, text := range o.Files {
			module[path.Join(o.Name, name)] = text
		}
	}
	if err := module.Write(dir); err != nil {
		return err
	}
	options := rewrite.Options{Dir: dir, Env: oracle.Environment(), Cache: "off"}
	for len(b.good()) > 0 {
		result, err := rewrite.Generate(ctx, options, "./...")
		if err == nil && len(result.Diagnostics) == 0 {
			break
		}
		refused := b.refuse(result, err, dir)
		if len(refused) == 0 {
			return fmt.Errorf("generate: %w", errors.Join(err, result.Diagnostics.Err()))
		}
		for name, why := range refused {
			b.outcomes[name].err = why
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	for _, o := range b.good() {
		for file, section := range o.generated() {
			data, err := os.ReadFile(filepath.Join(dir, o.Name, filepath.FromSlash(file)))
			if err == nil {
				o.generatedFiles[file] = string(data)
				o.sections[section] = string(data)
			}
		}
		if err := vet(o.generatedFiles); err != nil {
			o.err = err
		}
	}
	if len(b.good()) == 0 {
		return nil
	}
	// What is generated from generated code, as it were, must be the same.
	var patterns []string
	for _, o := range b.good() {
		if *update || byName() || part(o.Name, uint32(*goldenPart)) {
			patterns = append(patterns, "./"+o.Name+"/...")
		}
	}
	if len(patterns) == 0 {
		return nil
	}
	again, err := rewrite.Generate(ctx, options, patterns...)
	if err != nil {
		return fmt.Errorf("generate again: %w", err)
	}
	for _, change := range again.Changes {
		if o := b.outcomes[program(dir, change.Path)]; o != nil {
			o.err = fmt.Errorf("%s differs when it is generated again", filepath.Base(change.Path))
		}
	}
	return nil
}

// generateSome is generate for the programs only of which an oracle has to be told what they
// yield. It does not matter here what the generator says of them.
func (b *batch) generateSome(ctx context.Context, dir string) error {
	some := &batch{root: b.root, outcomes: map[string]*outcome{}}
	for _, o := range b.good() {
		for _, text := range o.Files {
			if infers.MatchString(text) && some.outcomes[o.Name] == nil {
				some.names = append(some.names, o.Name)
				some.outcomes[o.Name] = o
			}
		}
	}
	err := some.generate(ctx, dir)
	for _, o := range some.outcomes {
		o.err = nil
	}
	return err
}

// infers matches calls that take their types from a frame.
var infers = regexp.MustCompile(`\b(Seq|Pull|Exchanger)\(`)

// unrewritten is the program as the oracle runs it.
func (o *outcome) unrewritten() oracle.Program {
	p := o.Program
	p.Generated = o.generatedFiles
	return p
}

// refuse says for which programs the generator fails, and why.
func (b *batch) refuse(result *rewrite.Result, err error, dir string) map[string]error {
	refused := map[string]error{}
	note := func(name, text string) {
		if b.outcomes[name] == nil || b.outcomes[name].err != nil {
			return
		}
		if old := refused[name]; old != nil {
			text = old.Error() + "\n" + text
		}
		refused[name] = errors.New(text)
	}
	for i, d := range result.Diagnostics {
		text := strings.TrimSuffix(result.Diagnostics[i:i+1].Relative(dir).Err().Error(), "\n")
		note(program(dir, d.Pos.Filename), text)
	}
	for _, err := range flatten(err) {
		var internal *rewrite.InternalError
		if errors.As(err, &internal) {
			id, _, _ := strings.Cut(internal.Pkg, " ")
			name, _, _ := strings.Cut(strings.TrimPrefix(id, oracle.Module+"/"), "/")
			note(name, internal.Error())
		}
	}
	return refused
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

// program is the name of the program that the file at p, below dir, is of.
func program(dir, p string) string {
	rel, err := filepath.Rel(dir, p)
	if err != nil {
		return ""
	}
	name, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
	return name
}

// withGenerated is the program as it is compiled when it has been rewritten.
func (o *outcome) withGenerated() oracle.Program {
	p := o.Program
	p.Files = maps.Clone(p.Files)
	maps.Copy(p.Files, o.generatedFiles)
	return p
}
