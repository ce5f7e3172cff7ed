//go:build linux

// Package servers is for tests that start servers of others.
package servers

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Program is the path of a program of that name, in directories that match a pattern or else in those of the PATH. Without
// one the test is skipped.
func Program(t testing.TB, name string, places ...string) string {
	t.Helper()
	for _, pattern := range places {
		if found, _ := filepath.Glob(filepath.Join(pattern, name)); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return path
}

// Unprivileged has cmd run as nobody, with the files of its own, if the test is root's: servers refuse to be.
func Unprivileged(t testing.TB, cmd *exec.Cmd, own ...string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	const nobody = 65534
	for _, path := range own {
		require.NoError(t, os.Chown(path, nobody, nobody))
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
}

// Port is one that is free.
func Port(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
