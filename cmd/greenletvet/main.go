// Greenletvet reports mistakes with greenlets in Go programs: what would fail
// when it runs, or hardly means what it says.
//
//	go vet -vettool=$(go tool -n greenletvet) ./...
//	go tool greenletvet [-fix] ./...
//
// Run by go vet it is faster: what it has found out of the dependencies is kept in
// the build cache. On its own it can apply fixes. The checks are those of package
// analyzer, and greenletvet -h lists them.
package main

import (
	"golang.org/x/tools/go/analysis/singlechecker"

	"github.com/going-green/greenlet/analyzer"
)

func main() { singlechecker.Main(analyzer.Analyzer) }
