package golangci

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNew(t *testing.T) {
	list, err := New(nil)
	require.NoError(t, err)
	require.Len(t, list, 1)

	list, err = New(map[string]any{"skip": []any{"blocking-call", "no-go-generate"}})
	require.NoError(t, err)
	assert.Equal(t, "no-go-generate,blocking-call", list[0].Flags.Lookup("skip").Value.String())
	require.NoError(t, list[0].Flags.Set("skip", ""))

	_, err = New(map[string]any{"skip": []any{"blocking"}})
	assert.EqualError(t, err, `greenlet: there is no check "blocking"`)
	_, err = New(map[string]any{"colour": true})
	assert.EqualError(t, err, "greenlet: colour is no setting; the only one is skip, a list of codes")
	_, err = New("x")
	assert.EqualError(t, err, "greenlet: the settings are a string, not a map")
}
