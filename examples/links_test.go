package examples

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	code = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	link = regexp.MustCompile(`\]\(([^)#\s]+)`)
)

// TestLinks requires that what documents link to in the repository is there.
func TestLinks(t *testing.T) {
	var documents []string
	for _, pattern := range []string{"../*.md", "../docs/*.md", "../bench/*.md"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		documents = append(documents, files...)
	}
	n := 0
	for _, document := range documents {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(string(text), ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			n++
			assert.FileExistsf(t, existing(filepath.Join(filepath.Dir(document), m[1])), "%s links to %s", document, m[1])
		}
	}
	require.Greater(t, n, 50)
}

// existing is path, or for a directory a file that is there if it is.
func existing(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "links_test.go"
	}
	return path
}
