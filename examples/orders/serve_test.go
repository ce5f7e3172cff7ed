package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/admin/api"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// log is what the shop says, for two goroutines.
type log struct {
	lock sync.Mutex
	bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.Buffer.Write(p)
}

// The shop can be looked at while it runs, and ends when it is interrupted.
func TestServe(t *testing.T) {
	said := new(log)
	before, length := out, day
	out, day = said, 2*time.Second
	defer func() { out, day = before, length }()
	socket := filepath.Join(t.TempDir(), "s")
	ended := make(chan error)
	go func() { ended <- serve("localhost:0", socket) }()
	c, err := api.New(socket)
	require.NoError(t, err)
	defer c.Close()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		list, err := c.Tasks(t.Context(), api.Query{Func: "order", State: []string{api.Waiting}, Attrs: map[string]string{"state": "to be approved"}})
		if err == nil && len(list.Tasks) > 0 {
			d, err := c.Task(t.Context(), list.Tasks[0].ID, nil)
			require.NoError(t, err)
			assert.NotEmpty(t, d.Stacks)
			assert.NotEmpty(t, d.Kept)
			if assert.Len(t, d.Sources, 1) {
				s := d.Sources[0]
				assert.Regexp(t, `^\tt\.Sleep\(2 \* day\)$|^\tok, err := approve\.Wait`, s.Lines[s.Line-s.From])
			}
			break
		}
		require.True(t, time.Now().Before(end), "no order waits: %v", err)
	}
	self, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	require.NoError(t, self.Signal(os.Interrupt))
	require.NoError(t, <-ended)
	_, err = os.Stat(socket)
	assert.ErrorIs(t, err, os.ErrNotExist)
	said.lock.Lock()
	defer said.lock.Unlock()
	text, err := io.ReadAll(&said.Buffer)
	require.NoError(t, err)
	assert.Contains(t, string(text), "http://127.0.0.1:")
}
