//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Where a descriptor can't be made as it should be, no process may be started before it
// is.

func nonblockingSocket(family, typ int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(family, typ, 0)
	if err != nil {
		return -1, err
	}
	return fd, private(fd)
}

func accept(fd int) (int, peer, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, from, err := unix.Accept(fd)
	if err != nil {
		return -1, peer{}, err
	}
	return fd, peerOf(nameOf(from).ip), private(fd)
}

// private makes fd non-blocking and one that other programs don't get, or closes it.
func private(fd int) error {
	unix.CloseOnExec(fd)
	err := unix.SetNonblock(fd, true)
	if err != nil {
		unix.Close(fd)
	}
	return err
}
