package task_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each test that docs/durable.md names for a promise is there.
func TestPromisesHaveTests(t *testing.T) {
	text, err := os.ReadFile("../../docs/durable.md")
	require.NoError(t, err)
	var tests strings.Builder
	require.NoError(t, filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "_test.go") {
			var b []byte
			b, err = os.ReadFile(path)
			tests.Write(b)
		}
		return err
	}))
	names := regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(names), 20)
	for _, n := range names {
		assert.Contains(t, tests.String(), "func "+n[1]+"(", "docs/durable.md names it")
	}
}
