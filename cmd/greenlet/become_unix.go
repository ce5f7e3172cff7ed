//go:build unix

package main

import (
	"os"
	"syscall"
)

// become replaces this process by another program, so that signals and exit
// codes are that program's own. It returns only if it can't.
func become(path string, argv []string) (int, error) {
	return 0, os.NewSyscallError("exec "+path, syscall.Exec(path, argv, os.Environ()))
}
