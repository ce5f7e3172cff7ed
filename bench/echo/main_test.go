//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "-serve" {
		if err := child(os.Args[2]); err != nil {
			fail(err)
		}
		return
	}
	os.Exit(m.Run())
}

func TestTurn(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			r, err := turn(name, 3, 5, 20*time.Millisecond)
			if m := (*missing)(nil); errors.As(err, &m) {
				t.Skip(err)
			}
			require.NoError(t, err)
			assert.Positive(t, r.PerSecond, fmt.Sprint(r))
		})
	}
	_, err := turn("none", 1, 0, time.Millisecond)
	assert.Error(t, err)
}

// Where gevent isn't there, its server is missing, and the others are measured.
func TestMissing(t *testing.T) {
	defer func(before func() (string, error)) { python = before }(python)
	python = func() (string, error) { return "", errors.New("no gevent") }
	_, err := turn(gevent, 1, 0, time.Millisecond)
	var m *missing
	require.ErrorAs(t, err, &m)
	assert.EqualError(t, m.reason, "no gevent")
}
