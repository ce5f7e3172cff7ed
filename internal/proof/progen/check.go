package progen

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"sync"

	"github.com/going-green/greenlet/internal/proof/oracle"
)

// typeCheck reports what is wrong with a program.
func typeCheck(text string) (err error) {
	checker.mu.Lock()
	defer checker.mu.Unlock()
	defer func() { // the oracle may rely on declarations that are gone
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
		}
	}()
	module, err := oracle.Oracle([]oracle.Program{{Name: "program", Files: oracle.Files{"in.go": text}}})
	if err != nil {
		return err
	}
	_, err = checkPackage("example/program", module, "program/")
	return err
}

// checker is an importer that makes the oracle's runtime from source.
var checker struct {
	mu      sync.Mutex
	std     types.Importer
	runtime *types.Package
	fset    *token.FileSet
}

type importOracle struct{ module oracle.Files }

func (i importOracle) Import(path string) (*types.Package, error) {
	if strings.HasPrefix(path, oracle.Module+"/") {
		if checker.runtime == nil {
			pkg, err := checkPackage(path, i.module, "oracle/greenlet/")
			if err != nil {
				return nil, fmt.Errorf("oracle: %w", err)
			}
			checker.runtime = pkg
		}
		return checker.runtime, nil
	}
	return checker.std.Import(path)
}

func checkPackage(path string, module oracle.Files, prefix string) (*types.Package, error) {
	if checker.std == nil {
		checker.fset = token.NewFileSet()
		checker.std = importer.ForCompiler(checker.fset, "source", nil)
	}
	var files []*ast.File
	for _, name := range module.Sorted() {
		if strings.HasPrefix(name, prefix) {
			file, err := parser.ParseFile(checker.fset, name, module[name], parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			files = append(files, file)
		}
	}
	config := types.Config{Importer: importOracle{module}}
	return config.Check(path, checker.fset, files, nil)
}
