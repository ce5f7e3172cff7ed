package subset_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/proof/colortest"
	"github.com/going-green/greenlet/internal/subset"
)

var update = flag.Bool("update", false, "write what is got to the want sections of testdata/errors")

const errorsDir = "../../testdata/errors"

// diagnose runs the whole front end.
func diagnose(p *colortest.Program) diag.List {
	list := append(diag.List(nil), p.Directives...)
	list = append(list, subset.Check(p.Package, p.Colors)...)
	list.Sort()
	return list
}

// TestErrors holds the front end to the texts in testdata/errors. A file is
// named for the code that its text must have, and may have others.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(errorsDir, "*.txtar"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		code := strings.TrimSuffix(filepath.Base(name), ".txtar")
		t.Run(code, func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			require.NoError(t, err)
			p := colortest.Load(t, archive)
			require.Empty(t, p.Errors, "the program must compile")

			var got bytes.Buffer
			require.NoError(t, diagnose(p).Format(&got, false))
			assert.Contains(t, got.String(), " ["+code+"]\n")

			want := -1
			for i, f := range archive.Files {
				if f.Name == "want" {
					want = i
				}
			}
			require.GreaterOrEqual(t, want, 0, "no want section")
			if *update {
				archive.Files[want].Data = got.Bytes()
				require.NoError(t, os.WriteFile(name, txtar.Format(archive), 0o666))
				return
			}
			assert.Equal(t, string(archive.Files[want].Data), got.String())
		})
	}
}
