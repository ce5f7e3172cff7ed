package rewrite

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/going-green/greenlet/internal/diag"
)

const errorsDir = "../testdata/errors/rewrite"

// TestErrors holds the passes to the texts in testdata/errors/rewrite, as
// package subset is held to those above: a file is named for the code that its
// text has. On any error nothing is generated.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(errorsDir, "*.txtar"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		code := strings.TrimSuffix(filepath.Base(name), ".txtar")
		t.Run(code, func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			require.NoError(t, err)
			want := len(archive.Files) - 1
			require.Equal(t, "want", archive.Files[want].Name)
			dir := workspace(t, string(txtar.Format(&txtar.Archive{Files: archive.Files[:want]})))

			res, err := generate(t, Options{Dir: dir}, "./...")
			require.NoError(t, err)
			assert.Empty(t, res.Changes)
			got := text(t, res, dir)
			assert.Contains(t, got, " ["+code+"]\n")
			if flag.Lookup("update").Value.String() == "true" {
				archive.Files[want].Data = []byte(got)
				require.NoError(t, os.WriteFile(name, txtar.Format(archive), 0o666))
				return
			}
			assert.Equal(t, string(archive.Files[want].Data), got)
		})
	}
}

// The example in the documentation of the code, and the fix.
func TestTypeUnnameable(t *testing.T) {
	dir := workspace(t, `
-- dep/dep.go --
package dep

type hidden struct{ *inner }

type inner struct{ Next *node }

type node struct{ N int }

func (n *node) Use() { n.N++ }

func New() *hidden { return &hidden{&inner{&node{1}}} }
-- bad/bad.go --
package bad

import (
	"example.com/m/dep"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func f() {
	x := dep.New().Next // promoted from an embedded pointer to a hidden type
	greenlet.Yield(1)
	x.Use()
}
-- good/good.go --
package good

import (
	"example.com/m/dep"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func f() {
	var x interface{ Use() } = dep.New().Next
	greenlet.Yield(1)
	x.Use()
}
`)
	res, err := generate(t, Options{Dir: dir}, "./bad")
	require.NoError(t, err)
	require.Len(t, res.Diagnostics, 1)
	assert.Equal(t, diag.TypeUnnameable, res.Diagnostics[0].Code)

	res, err = generate(t, Options{Dir: dir}, "./good")
	require.NoError(t, err)
	assert.Empty(t, res.Diagnostics)
	assert.Len(t, res.Changes, 1)
}
