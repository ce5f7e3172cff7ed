package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSizes counts what is generated for one function: no blank lines, no //line, no tests.
func TestSizes(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	write("a.go", "package a\n\n//greenlet:resumable\nfunc f() {\n\n\tg()\n}\n\nfunc g() {}\n")
	write("a_greenlet.go", "package a\n\ntype fFrame struct{}\n\nfunc newFFrame() *fFrame {\n\treturn nil\n}\n//line a.go:4\nfunc (f *fFrame) Resume() {\n//line a.go:5\n\tg()\n}\n")
	write("a_greenlet_test.go", "package a\n\nfunc h() {}\n")
	var out strings.Builder
	require.NoError(t, sizes(&out, dir))
	rows := map[string][]string{}
	for line := range strings.Lines(out.String()) {
		if i := strings.LastIndexFunc(strings.TrimRight(line, " \n.0123456789"), func(r rune) bool { return r != ' ' }); i >= 0 {
			rows[strings.TrimSpace(line[:i+1])] = strings.Fields(line[i+1:])
		}
	}
	assert.Equal(t, []string{"3", "17", "1.00", "1.00"}, rows["1 annotated functions"])
	assert.Equal(t, "8", rows["generated"][0])
	assert.Equal(t, "3", rows["resumptions"][0])
	assert.Equal(t, "3", rows["constructors"][0])
	assert.Equal(t, "1", rows["types"][0])
	assert.Error(t, sizes(&out, filepath.Join(dir, "none")))
}
