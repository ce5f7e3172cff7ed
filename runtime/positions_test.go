package greenlet

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the runtime says of functions of its own is where they stand.
func TestOwnPositions(t *testing.T) {
	const own = "github.com/going-green/greenlet/runtime/"
	said := regexp.MustCompile(`&Func\{Name: "([^"]+)", File: "` + own + `([^"]+)", Line: (\d+)`)
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	more, err := filepath.Glob("gen/*.go")
	require.NoError(t, err)
	found := 0
	for _, file := range append(files, more...) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range said.FindAllStringSubmatch(string(text), -1) {
			found++
			where, err := os.ReadFile(m[2])
			require.NoError(t, err)
			line, err := strconv.Atoi(m[3])
			require.NoError(t, err)
			name := strings.TrimPrefix(path.Ext(m[1]), ".")
			assert.Contains(t, strings.Split(string(where), "\n")[line-1], "func "+name, "%s says where %s is", file, m[1])
		}
	}
	assert.GreaterOrEqual(t, found, 6)
}
