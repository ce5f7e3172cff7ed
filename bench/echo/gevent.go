//go:build linux

package main

import (
	"context"
	_ "embed"
	"os/exec"
	"sync"

	"github.com/going-green/greenlet/bench/peers"
)

const gevent = "gevent"

//go:embed gevent_server.py
var geventServer string

// missing is the error of a server that isn't on this machine.
type missing struct{ reason error }

func (m *missing) Error() string { return "missing: " + m.reason.Error() }

// python is asked for once.
var python = sync.OnceValues(func() (string, error) {
	path, _, err := peers.Python(context.Background(), "gevent")
	return path, err
})

// geventCommand is the server of gevent, which does as child does.
func geventCommand() (*exec.Cmd, error) {
	path, err := python()
	if err != nil {
		return nil, &missing{err}
	}
	return exec.Command(path, "-c", geventServer), nil
}
