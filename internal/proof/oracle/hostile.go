package oracle

import (
	"embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/internal/names"
)

//go:embed hostile/*.go
var hostileSource embed.FS

// Hostile makes of the module of a batch one whose binary takes the name of a
// program and actions, which the package hostile interferes with it by. The
// programs that have variables of packages are in stateful.
func Hostile(module Files, programs []Program) (stateful map[string]bool, err error) {
	runtimePath := names.RuntimePath
	for name := range module {
		if strings.HasPrefix(Module+"/"+name, oraclePath+"/") {
			runtimePath = oraclePath
		}
	}
	sources, err := hostileSource.ReadDir("hostile")
	if err != nil {
		return nil, err
	}
	for _, entry := range sources {
		name := "hostile/" + entry.Name()
		data, err := hostileSource.ReadFile(name)
		if err != nil {
			return nil, err
		}
		module["driver/"+name] = strings.Replace(string(data), strconv.Quote(names.RuntimePath), strconv.Quote(runtimePath), 1)
	}
	stateful = map[string]bool{}
	imports, cases := "", ""
	for i, p := range programs {
		forgetters := ""
		packages, err := variables(p)
		if err != nil {
			return nil, err
		}
		for j, dir := range slices.Sorted(maps.Keys(packages)) {
			pkg := packages[dir]
			alias := fmt.Sprintf("p%d_%d", i, j)
			if dir == "." {
				pkg.name, alias = mainPrefix+p.Name, mainPrefix+p.Name
			}
			if pkg.vars == "" && dir != "." {
				continue
			}
			module[path.Join(p.Name, dir, "forget_.go")] = pkg.forget()
			stateful[p.Name] = stateful[p.Name] || pkg.vars != ""
			imports += fmt.Sprintf("\t%s %q\n", alias, path.Join(Module, p.Name, dir))
			forgetters += alias + "." + forgetFunc + ", "
		}
		cases += fmt.Sprintf("\tcase %q:\n\t\tp = hostile.Program{Main: %s.%s, Forget: []func(){%s}}\n",
			p.Name, mainPrefix+p.Name, mainFunc, strings.TrimSuffix(forgetters, ", "))
	}
	module["main.go"] = "package main\n\nimport (\n\t\"os\"\n\n\t\"" + Module + "/driver/hostile\"\n" + imports + ")\n\n" +
		"func main() {\n\tvar p hostile.Program\n\tswitch os.Args[1] {\n" + cases + "\tdefault:\n\t\tpanic(\"no such program\")\n\t}\n" +
		"\thostile.Main(p, os.Args[2:])\n}\n"
	return stateful, nil
}

// forgetFunc zeroes all variables of a package.
const forgetFunc = "Forget_"

// goPackage is what has to be known of a package of a program.
type goPackage struct{ name, vars string }

func (p *goPackage) forget() string {
	return "package " + p.name + "\n\nfunc " + forgetFunc + "() {\n" + p.vars + "}\n\nfunc forget_[T any](p *T) { *p = *new(T) }\n"
}

// variables has the packages of a program by folder, with the statements that
// zero their variables. Generated code has none of a user's.
func variables(program Program) (map[string]*goPackage, error) {
	packages := map[string]*goPackage{}
	for _, name := range program.Files.Sorted() {
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, program.Files[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p := packages[path.Dir(name)]
		if p == nil {
			p = &goPackage{name: file.Name.Name}
			packages[path.Dir(name)] = p
		}
		if ast.IsGenerated(file) {
			continue
		}
		for _, decl := range file.Decls {
			vars, ok := decl.(*ast.GenDecl)
			if !ok || vars.Tok != token.VAR {
				continue
			}
			for _, spec := range vars.Specs {
				for _, id := range spec.(*ast.ValueSpec).Names {
					if id.Name != "_" {
						p.vars += "\tforget_(&" + id.Name + ")\n"
					}
				}
			}
		}
	}
	return packages, nil
}
