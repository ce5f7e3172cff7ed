//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package hub

import (
	"os"

	"golang.org/x/sys/unix"
)

// pollOne asks about one descriptor.
func pollOne(fd int, dir Direction) (ready bool, err error) {
	list := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	if dir == Out {
		list[0].Events = unix.POLLOUT
	}
	for {
		n, err := unix.Poll(list, 0)
		if err != unix.EINTR {
			return n > 0, os.NewSyscallError("poll", err)
		}
	}
}

func closeFile(fd int) error { return unix.Close(fd) }
