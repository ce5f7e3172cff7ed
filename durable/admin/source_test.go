package admin_test

import (
	"errors"
	"io/fs"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/going-green/greenlet/durable/admin"
	"github.com/going-green/greenlet/durable/admin/api"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Lines of the source are there where the program has it.
func TestSource(t *testing.T) {
	w := newWorld(t)
	w.start("o1", order, parcel{"Ann", 1})
	w.until("o1", api.Waiting)
	see := func(source func(string) ([]byte, error)) []api.Source {
		s := httptest.NewServer(admin.NewWith(w.r, admin.Options{Source: source}))
		defer s.Close()
		c, err := api.New(s.URL)
		require.NoError(t, err)
		defer c.Close()
		d, err := c.Task(t.Context(), "o1", nil)
		require.NoError(t, err)
		return d.Sources
	}
	const path = "github.com/going-green/greenlet/durable/admin_test"
	list := see(admin.Files(path, os.DirFS(".")))
	require.Len(t, list, 1)
	s := list[0]
	assert.Equal(t, path+"/admin_test.go", s.File)
	assert.Equal(t, "\tok, err := approve.Wait(t, 0)", s.Lines[s.Line-s.From])
	assert.Len(t, s.Lines, 7)

	assert.Empty(t, see(nil))
	assert.Empty(t, see(admin.Files("elsewhere", os.DirFS("."))))
	assert.Empty(t, see(admin.Files(path, fstest.MapFS{"admin_test.go": {Data: []byte("package other\n")}})), "it has no such line")
	list = see(func(string) ([]byte, error) { return nil, errors.New("no disk") })
	require.NotEmpty(t, list)
	assert.Equal(t, "no disk", list[0].Err)

	for _, name := range []string{path + "/../admin_test.go", path + "/doc.txt", path, strings.TrimSuffix(path, "_test") + "/doc.go"} {
		_, err := admin.Files(path, os.DirFS("."))(name)
		assert.Error(t, err, name)
	}
	_, err := admin.Files(path, os.DirFS("."))("other/doc.go")
	assert.ErrorIs(t, err, fs.ErrNotExist)
}
