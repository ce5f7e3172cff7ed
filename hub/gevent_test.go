package hub

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// docs/gevent.md names tests that there are.
func TestGevent(t *testing.T) {
	text, err := os.ReadFile("../docs/gevent.md")
	require.NoError(t, err)
	var tests strings.Builder
	for _, pattern := range []string{"*_test.go", "*/*_test.go", "*/*/*_test.go", "../examples/*_test.go", "../examples/*/*_test.go", "../websocket/*_test.go", "../libraries/*_test.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			tests.Write(source)
		}
	}
	names := regexp.MustCompile("`(Test[A-Z]\\w*)`").FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(names), 100)
	for _, name := range names {
		assert.True(t, strings.Contains(tests.String(), "func "+name[1]+"("), "there is no %s", name[1])
	}
}
