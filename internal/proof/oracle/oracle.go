// Package oracle runs programs with resumable functions as they are written,
// and says what they print. It is what rewritten programs are compared with.
//
// Input: programs, each a set of files with a main package that imports the
// runtime.
// Output: what they print and how they end.
// Guarantee: no code of the generator takes part in it. What frames yield, which only the
// compiler needs to know, is read in generated files, if a program has any.
//
// The programs of a batch are compiled into one binary; [Build] does that for
// rewritten programs, too. [Stub] turns a source file into one that runs on
// [github.com/going-green/greenlet/internal/proof/oracle/greenlet], the runtime made
// of goroutines.
package oracle

import (
	"embed"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

//go:embed greenlet/*.go
var greenletSource embed.FS

//go:embed onstack/activation.go
var onstackSource string

// Files are the files of a program or a module by slash-separated path.
type Files map[string]string

// Sorted are the paths.
func (f Files) Sorted() []string { return slices.Sorted(maps.Keys(f)) }

// Durable are the files with all their resumable functions durable.
func (f Files) Durable() Files {
	durable := Files{}
	for name, text := range f {
		durable[name] = strings.ReplaceAll(text, directive.Resumable+"\n", directive.Durable+"\n")
	}
	return durable
}

// A Program is a main package and the packages below it.
type Program struct {
	Name  string // a valid last element of an import path; unique in a batch
	Files Files  // in.go, dep/dep.go, …
	// Generated are files that are generated from Files, by path: for programs that leave it
	// to the compiler what their generators yield. See [Stub].
	Generated Files
}

const (
	// Module is the path of the module that all programs of a batch are in:
	// program p imports its package dep as example/p/dep.
	Module = "example"

	oraclePath  = Module + "/oracle/greenlet"
	onstackPath = Module + "/driver/onstack"
	onstackFile = "driver/onstack/activation.go"
)

// Oracle is the module in which the unrewritten programs run. If some of them
// are no Go, the error is a [*BuildError].
func Oracle(programs []Program) (Files, error) {
	module := Files{"go.mod": "module " + Module + "\n\ngo 1.26.0\n"}
	sources, err := fs.Glob(greenletSource, "greenlet/*.go")
	if err != nil {
		return nil, err
	}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := greenletSource.ReadFile(name)
		if err != nil {
			return nil, err
		}
		module["oracle/"+name] = string(data)
	}
	return module, addUnrewritten(module, programs, oraclePath, oraclePath)
}

// OnStacks is the module in which programs run unrewritten on the runtime itself, each call
// of a resumable function that a greenlet begins with on a stack of its own. root is the
// directory of the runtime's module.
func OnStacks(programs []Program, root string) (Files, error) {
	module := Files{"go.mod": GoMod(root), onstackFile: onstackSource}
	return module, addUnrewritten(module, programs, onstackPath, names.RuntimePath)
}

// TestsOnStacks is a module with a package of tests as OnStacks has programs. files are those
// of the package, below the folder name, and generated from them; root is the directory of
// their module, whose go.mod requires what they need.
func TestsOnStacks(name string, files, generated Files, root string) (Files, error) {
	module, err := stub(path.Join(Module, name), files, generated, onstackPath, names.RuntimePath)
	if err != nil {
		return nil, err
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return nil, err
		}
		module[file] = string(data)
	}
	// What is required of the runtime's module is required here, and that itself.
	_, required, _ := strings.Cut(GoMod(root), "\n\nrequire ")
	_, rest, _ := strings.Cut(module["go.mod"], "\n")
	module["go.mod"] = "module " + Module + "\n" + rest + "\nrequire " + required
	module[onstackFile] = onstackSource
	return module, nil
}

// Rewritten is the module in which rewritten programs run. The files of each
// must include the generated ones; root is the directory of the runtime's
// module.
func Rewritten(programs []Program, root string) (Files, error) {
	module := Files{"go.mod": GoMod(root)}
	for _, p := range programs {
		for _, name := range p.Files.Sorted() {
			module[path.Join(p.Name, name)] = p.Files[name]
		}
	}
	if err := addLost(module, programs); err != nil {
		return nil, err
	}
	return module, addMain(module, programs)
}

// GoMod is the go.mod of a module that gets the runtime from root.
func GoMod(root string) string {
	const of = "github.com/going-green/greenlet"
	return "module " + Module + "\n\ngo 1.26.0\n\nrequire " + of + " v0.0.0\n\nreplace " + of + " => " + root + "\n"
}

// addUnrewritten adds programs with frames made by the package frames, on the package runtime, and
// what runs them.
func addUnrewritten(module Files, programs []Program, frames, runtime string) error {
	invalid := &BuildError{Programs: map[string]string{}}
	for _, p := range programs {
		if err := addStubbed(module, p, frames, runtime); err != nil {
			invalid.add(p.Name, err.Error()+"\n")
		}
	}
	if len(invalid.Programs) > 0 {
		return invalid
	}
	return addMain(module, programs)
}

func addStubbed(module Files, p Program, frames, runtime string) error {
	generated := p.Generated.byDir()
	for dir, files := range p.Files.byDir() {
		stubbed, err := stub(path.Join(Module, p.Name, dir), files, generated[dir], frames, runtime)
		if err != nil {
			return err
		}
		for name, text := range stubbed {
			module[path.Join(p.Name, name)] = text
		}
	}
	return nil
}

// byDir are the files of each directory.
func (f Files) byDir() map[string]Files {
	dirs := map[string]Files{}
	for name, text := range f {
		dir := path.Dir(name)
		if dirs[dir] == nil {
			dirs[dir] = Files{}
		}
		dirs[dir][name] = text
	}
	return dirs
}

// addMain makes the main packages of programs importable and adds one that
// runs the program named by its argument.
func addMain(module Files, programs []Program) error {
	var imports, cases strings.Builder
	for _, p := range programs {
		for _, name := range p.Files.Sorted() {
			if path.Dir(name) == "." {
				name = path.Join(p.Name, name)
				text, err := importable(name, module[name], p.Name)
				if err != nil {
					return err
				}
				module[name] = text
			}
		}
		imports.WriteString("\t" + mainPrefix + p.Name + ` "` + Module + "/" + p.Name + "\"\n")
		cases.WriteString("\tcase \"" + p.Name + "\":\n\t\t" + mainPrefix + p.Name + "." + mainFunc + "()\n")
	}
	module["main.go"] = "package main\n\nimport (\n\t\"os\"\n\n" + imports.String() + ")\n\nfunc main() {\n\tswitch os.Args[1] {\n" +
		cases.String() + "\tdefault:\n\t\tpanic(\"no such program\")\n\t}\n}\n"
	return nil
}

// While a program's package is not main it is named mainPrefix and the
// program's name, and func main is named mainFunc.
const (
	mainPrefix = "main_"
	mainFunc   = "Main_"
)

// importable renames package main and func main. Lines stay where they are.
func importable(name, text, program string) (string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	at := func(pos token.Pos) int { return fset.PositionFor(pos, false).Offset }
	for _, decl := range slices.Backward(file.Decls) {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "main" {
			text = text[:at(fn.Name.Pos())] + mainFunc + text[at(fn.Name.End()):]
		}
	}
	return text[:at(file.Name.Pos())] + mainPrefix + program + text[at(file.Name.End()):], nil
}
