package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/build"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"unicode"

	"github.com/going-green/greenlet/internal/stamp"
)

const helpInit = `
Greenlet init makes the module of the current directory one that generates. It

	- adds the tool line to go.mod, with what the tool needs, so that it is go tool greenlet;
	- writes generated_test.go with a line for go generate, for all packages from
	  this directory downwards, and TestGenerated, which fails if generated code is
	  stale: go test does not know of the generator.

Usage:

	greenlet init [-C dir]

What is there already is left alone: an existing file is never written, and a second
time nothing is done. Without the tool in go.mod the network may be needed.

Exit codes: 0 all is there; 2 there is no module, or something is in the way.
`

const (
	modulePath = "github.com/going-green/greenlet"
	toolPath   = modulePath + "/cmd/greenlet"
	initFile   = "generated_test.go"
)

// init prepares a module for what is generated.
func (c *command) init(ctx context.Context, args []string) (int, error) {
	fs := c.flags("init")
	if err := c.parseVerb(fs, args); err != nil {
		return 0, err
	}
	if fs.NArg() > 0 {
		return 0, usagef("init is for the current directory; -C changes to another first")
	}
	mod, err := readModule(ctx)
	if err != nil {
		return 0, err
	}
	p, err := lookAt(".", mod.path)
	if err != nil {
		return 0, err
	}
	// Nothing is done before all that may be in the way has been looked for.
	if p.has(initFile) && !p.tested {
		return 0, fmt.Errorf("init: %s is there, without TestGenerated; give it another name, for init writes over nothing", initFile)
	}
	done := false
	if !mod.tool {
		if err := c.addTool(ctx, mod); err != nil {
			return 0, err
		}
		fmt.Fprintf(c.stdout, "go.mod: tool %s\n", toolPath)
		done = true
	}
	switch {
	case !p.tested:
		if err := os.WriteFile(initFile, []byte(initText(p.name, !p.generates)), 0o666); err != nil {
			return 0, err
		}
		what := "TestGenerated"
		if !p.generates {
			what = "a line for go generate, and TestGenerated"
		}
		fmt.Fprintf(c.stdout, "%s: %s\n", initFile, what)
		done = true
	case !p.generates:
		fmt.Fprintf(c.stdout, "TestGenerated is there, but no line for go generate: write //go:generate go tool greenlet ./... into a file\n")
		done = true
	}
	if !done {
		fmt.Fprintln(c.stdout, "nothing to do: the tool, a line for go generate and TestGenerated are there")
	}
	return exitOK, nil
}

// initModule is what init must know of the main module.
type initModule struct {
	path     string
	tool     bool
	required string // the version of this module, or ""
}

func readModule(ctx context.Context) (m initModule, err error) {
	out, err := goTool(ctx, "", "env", "GOMOD")
	if err != nil {
		return m, err
	}
	if file := strings.TrimSpace(string(out)); file == "" || file == os.DevNull {
		return m, errors.New("init: there is no module here: go mod init example.com/name makes one")
	}
	out, err = goTool(ctx, "", "mod", "edit", "-json")
	if err != nil {
		return m, err
	}
	var mod struct {
		Module  struct{ Path string }
		Tool    []struct{ Path string }
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return m, fmt.Errorf("go mod edit -json: %w", err)
	}
	m.path = mod.Module.Path
	for _, t := range mod.Tool {
		m.tool = m.tool || t.Path == toolPath
	}
	for _, r := range mod.Require {
		if r.Path == modulePath {
			m.required = r.Version
		}
	}
	return m, nil
}

// addTool has the go command add the tool: at the version that is required, or else that of this program. A version that is
// required may be replaced by a directory, and go get asks for it nevertheless.
func (c *command) addTool(ctx context.Context, m initModule) error {
	if m.required != "" {
		_, err := goTool(ctx, "", "mod", "edit", "-tool="+toolPath)
		if err == nil {
			if _, missing := goTool(ctx, "", "list", "-deps", toolPath); missing != nil {
				_, err = goTool(ctx, "", "mod", "tidy") // what the tool needs is not required yet
			}
		}
		return vendors(ctx, err)
	}
	at := ""
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path == modulePath && strings.HasPrefix(info.Main.Version, "v") &&
		!strings.Contains(info.Main.Version, "+dirty") {
		at = info.Main.Version
	}
	if at == "" {
		return fmt.Errorf("init: go.mod does not require %[1]s, and this program is of no version that could be taken: go get -tool %[2]s@latest; "+
			"or with a clone: go mod edit -require=%[1]s@v0.0.0 -replace=%[1]s=DIRECTORY; then again", modulePath, toolPath)
	}
	_, err := goTool(ctx, "", "get", "-tool", toolPath+"@"+at)
	return vendors(ctx, err)
}

// vendors has the vendor directory, if there is one, be as go.mod is now.
func vendors(ctx context.Context, err error) error {
	var file []byte
	if err == nil {
		file, err = goTool(ctx, "", "env", "GOMOD")
	}
	if err == nil {
		list := filepath.Join(filepath.Dir(strings.TrimSpace(string(file))), "vendor", "modules.txt")
		if _, missing := os.Stat(list); missing == nil {
			_, err = goTool(ctx, "", "mod", "vendor")
		}
	}
	if err != nil {
		return fmt.Errorf("init: %w", err)
	}
	return nil
}

// initPackage is what is in the directory that init is for.
type initPackage struct {
	name      string
	files     []string
	generates bool // a line for go generate runs greenlet
	tested    bool // there is TestGenerated
}

func (p *initPackage) has(file string) bool { return slices.Contains(p.files, file) }

var (
	generateLine  = regexp.MustCompile(`(?m)^//go:generate\s.*\bgreenlet\b`)
	testGenerated = regexp.MustCompile(`(?m)^func TestGenerated\(`)
)

// lookAt looks at the directory, which need not have a package yet.
func lookAt(dir, module string) (*initPackage, error) {
	p := &initPackage{}
	pkg, err := build.ImportDir(dir, 0)
	var none *build.NoGoError
	switch {
	case err == nil:
		p.name = pkg.Name
	case !errors.As(err, &none):
		return nil, fmt.Errorf("init: %w", err)
	case len(pkg.TestGoFiles)+len(pkg.XTestGoFiles) > 0:
		p.name = pkg.Name
	}
	if p.name == "" {
		p.name = packageName(module)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, filepath.Base(file))
		if !stamp.IsGenerated(text) {
			p.generates = p.generates || generateLine.Match(text)
			p.tested = p.tested || testGenerated.Match(text)
		}
	}
	return p, nil
}

// versionSuffix is the last part of the path of a module's second major version, and of those that follow.
var versionSuffix = regexp.MustCompile(`^v[0-9]+$`)

// packageName is a name for the package at the root of a module.
func packageName(module string) string {
	base := path.Base(module)
	if versionSuffix.MatchString(base) && path.Dir(module) != "." {
		base = path.Base(path.Dir(module))
	}
	name := strings.Map(func(r rune) rune {
		if r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, base)
	if !token.IsIdentifier(name) {
		return "main"
	}
	return name
}

// initText is the file that init writes.
func initText(pkg string, directive bool) string {
	line := ""
	if directive {
		line = "//go:generate go tool greenlet ./...\n\n"
	}
	return strings.NewReplacer("PACKAGE", pkg, "DIRECTIVE\n\n", line).Replace(`package PACKAGE

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

DIRECTIVE

// TestGenerated fails if a generated file is not what greenlet generates from the source as it is.
// Then run go generate.
func TestGenerated(t *testing.T) {
	// go test takes a result from its cache while the files are as they were that the test itself has
	// looked at. What greenlet reads does not count, so the test looks at all directories.
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "tool", "greenlet", "-check", "./...").CombinedOutput()
	if err != nil {
		t.Errorf("generated code is stale, or can't be generated: run go generate (%v)\n%s", err, out)
	}
}
`)
}
